"""Which of a response's tests its instruction shows: never an assert without the lines that define what it uses.

Method: StarCoder2-Instruct (bigcode-project/starcoder2-self-align). A short test block is shown whole; of a long one
some asserts are, and only where it is asserts alone, for then none of them needs another line of it.
"""

import ast
import random
import warnings


def checks_to_show(tests: str, language: str, *, most: int, draw: int) -> str | None:
    """What of `tests` is shown: all of at most `most` lines, else one to `most` asserts; null: nothing.

    How many asserts and which is drawn by `draw`; they keep their order.
    """
    lines = tests.strip().splitlines()
    if len(lines) <= most:
        return "\n".join(lines) or None
    asserts = asserts_alone(tests) if language == "python" else []
    if not asserts:
        return None
    drawn = random.Random(draw)
    count = min(drawn.randint(1, most), len(asserts))
    return "\n".join(asserts[place] for place in sorted(drawn.sample(range(len(asserts)), count)))


def asserts_alone(tests: str) -> list[str]:
    """The statements of Python tests, with what follows in their lines, where all are asserts; else none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    if not all(isinstance(node, ast.Assert) for node in tree.body):
        return []
    lines = tests.split("\n")
    ends = [node.end_lineno or node.lineno for node in tree.body]
    if any(node.lineno <= end for node, end in zip(tree.body[1:], ends, strict=False)):
        return [ast.get_source_segment(tests, node) or "" for node in tree.body]  # two in a line
    return [
        "\n".join(lines[node.lineno - 1 : end]).rstrip() for node, end in zip(tree.body, ends, strict=True)
    ]
