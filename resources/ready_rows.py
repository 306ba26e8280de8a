"""A ready (instruction, response) row as a file of the corpus: how the two texts are one content, and told from code.

Written by the source of such rows, read where seeds are taken; between the two a row is a file like any other, with
license, repository (the data set), commit (its revision) and path (file and row).
"""

import polars as pl

SUFFIX = ".ready_row"
"""Ends the path of a ready row."""

_SEPARATOR = "\n\x1e\n"


def pack(instruction: str, response: str) -> str:
    """Both texts as one; a control character of ASCII's (record separator) that is in them is lost."""
    return _SEPARATOR.join(text.replace("\x1e", "") for text in (instruction, response))


def unpack(content: str) -> tuple[str, str]:
    """Instruction and response of a content that `pack` made."""
    instruction, _, response = content.partition(_SEPARATOR)
    return instruction, response


def is_ready_row(path: str = "path") -> pl.Expr:
    """Whether a file is a ready row."""
    return pl.col(path).str.ends_with(SUFFIX).fill_null(False)
