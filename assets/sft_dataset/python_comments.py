"""Python code without its comments, found by Python's own tokenizer; docstrings are no comments.

Other languages are in `code_comments.py`.
"""

import io
import tokenize


def without_comments(code: str, *, whole_lines: bool = False) -> str:
    """Python source without its comments, lines that were only a comment gone; unchanged if it has no form.

    `whole_lines`: only those lines go, each with an empty line before it that is not the first (StarCoder2-Instruct's
    way), and comments after code stay.
    """
    lines = code.split("\n")
    try:
        tokens = [
            token
            for token in tokenize.generate_tokens(io.StringIO(code).readline)
            if token.type == tokenize.COMMENT
        ]
    except (tokenize.TokenError, SyntaxError, ValueError):
        return code
    emptied = set()
    for token in tokens:
        row, column = token.start
        before = lines[row - 1][:column].rstrip()
        if not before:
            emptied.add(row - 1)
            if whole_lines and row > 2 and not lines[row - 2].strip():
                emptied.add(row - 2)
        elif not whole_lines:
            lines[row - 1] = before
    return "\n".join(line for number, line in enumerate(lines) if number not in emptied)
