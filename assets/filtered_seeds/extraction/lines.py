"""What a line is, and how text is dedented: the two conventions that make start and end lines exact.

Lines are those that Python reads in text mode: CRLF, CR and LF each end one, and a byte order mark is no part
of the first. Form feeds and Unicode's separators do not end a line. So for every function seed
`dedent("\\n".join(lines[start_line - 1 : end_line])) == seed`.
"""

import re

import polars as pl

_BLANK = re.compile(r"\n[ \t\f]++(?=\n|\Z)")
_MARGIN = re.compile(r"[ \t\f]*")


def with_plain_lines(content: pl.Expr) -> pl.Expr:
    """Expression giving `content` without byte order mark and with LF as its only line end."""
    return (
        content.str.strip_prefix("\ufeff")
        .str.replace_all("\r\n", "\n", literal=True)
        .str.replace_all("\r", "\n", literal=True)
    )


def dedent(text: str) -> str:
    """`text` with its first line's indentation taken from every line that begins with it.

    Lines of white space only become empty. As `textwrap.dedent`, except that a line which is indented less
    than the first (in a multi-line string, or behind a backslash) stays as it is and spoils nothing.
    """
    margin = _margin(text)
    if margin:
        text = text[len(margin) :].replace("\n" + margin, "\n")
    return _BLANK.sub("\n", text)


def is_evenly_indented(text: str) -> bool:
    """Whether every line of `text` that is not blank begins with the first line's indentation."""
    margin = _margin(text)
    return not margin or re.search(rf"\n(?!{re.escape(margin)})[ \t\f]*[^ \t\f\n]", text) is None


def _margin(text: str) -> str:
    match = _MARGIN.match(text)
    return match.group() if match else ""
