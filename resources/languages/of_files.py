"""Which programming language a file is in: by the source's own statement, its extension or its shebang.

Contents are not guessed at. The names themselves are in the languages' records.
"""

import polars as pl

from resources.languages import BY_EXTENSION, BY_FILE_NAME, BY_INTERPRETER, BY_NAME


def language(stated: str = "language", path: str = "path", content: str = "content") -> pl.Expr:
    """The language of each row as one of `LANGUAGES`, null where it is none of them.

    `stated` and `path` are string columns, `content` a binary one; each may be null. A statement wins, also
    when it names a language that is not ours; then the extension, the file's name, and the shebang.
    """
    said = pl.col(stated).str.to_lowercase().str.strip_chars()
    name = pl.col(path).str.to_lowercase().str.extract(r"([^/]*)$")
    extension = name.str.extract(r".\.([^.]+)$")
    by_name = pl.coalesce(_among(extension, BY_EXTENSION), _among(name, BY_FILE_NAME))
    # A shebang speaks only where the name does not: an unknown extension is an answer.
    by_shebang = pl.when(extension.is_null()).then(_by_shebang(pl.col(content)))
    return (
        pl.when(said.is_null() | (said == ""))
        .then(pl.coalesce(by_name, by_shebang))
        .otherwise(_among(said, BY_NAME))
    )


def _among(names: pl.Expr, table: dict[str, str]) -> pl.Expr:
    return names.replace_strict(table, default=None, return_dtype=pl.String)


def _by_shebang(content: pl.Expr) -> pl.Expr:
    # A cast fails on bytes that are no UTF-8, so the line is cut out in hexadecimal, and only if plain ASCII.
    encoded = content.bin.head(SHEBANG_BYTES).bin.encode("hex")
    command = encoded.str.extract(_SHEBANG_IN_HEX).str.decode("hex").cast(pl.String)
    program = pl.coalesce(command.str.extract(_THROUGH_ENV), command.str.extract(_DIRECT))
    return _among(program.str.to_lowercase(), BY_INTERPRETER)


_SHEBANG_IN_HEX = r"^2321((?:[0-7][0-9a-f])*?)(?:0[ad]|$)"
_THROUGH_ENV = r"^\s*(?:\S*/)?env\s+(?:-\S+\s+|\w+=\S*\s+)*(?:\S*/)?([A-Za-z_-]+[23]?)"
_DIRECT = r"^\s*(?:\S*/)?([A-Za-z_-]+[23]?)"

SHEBANG_BYTES = 128
"""Bytes of a first line that Linux reads of a shebang."""
