"""The table `filtered_seeds`: code snippets that instructions grow from, with their quality signals."""

import polars as pl

from assets.rows.table import Column, Table, integer, text

TABLE = Table(
    key="seed_id",
    columns=(
        text("seed_id", "id of the seed: file, kind and lines"),
        text("file_id", "the file it stands in"),
        text("seed", "its text, dedented"),
        text("docstring", "its documentation without comment marks; null: none"),
        text("kind", "function, snippet, comment_pair or file"),
        text("name", "name of the function"),
        text("language", "programming language"),
        integer("start_line", "first line in the file, from 1"),
        integer("end_line", "last line, inclusive"),
        Column("imports", pl.List(pl.String()), "import lines that make it stand alone"),
        Column("is_method", pl.Boolean(), "defined inside a class"),
        integer("n_lines", "lines"),
        integer("n_arguments", "parameters as written"),
        Column("has_return_value", pl.Boolean(), "some return gives a value"),
    ),
)
