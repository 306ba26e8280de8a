"""The table `filtered_seeds`: code snippets that instructions grow from, with their quality signals."""

import polars as pl

from assets.rows.table import Column, Table, integer, text

TABLE = Table(
    key="seed_id",
    columns=(
        text("seed_id", "id of the seed: file, kind and lines", "raw_corpus.file_id", "raw_corpus.content"),
        text("file_id", "the file it stands in", "raw_corpus.file_id"),
        text("seed", "its text, dedented", "raw_corpus.content"),
        text("docstring", "its documentation without comment marks; null: none", "raw_corpus.content"),
        text("kind", "function, snippet, comment_pair, file or ready_row"),
        text("name", "name of the function", "raw_corpus.content"),
        text("language", "programming language", "raw_corpus.language"),
        integer("start_line", "first line in the file, from 1", "raw_corpus.content"),
        integer("end_line", "last line, inclusive", "raw_corpus.content"),
        integer(
            "doc_start_line",
            "first line of its documentation in the file; null: it has none",
            "raw_corpus.content",
        ),
        integer("doc_end_line", "last line of its documentation, inclusive", "raw_corpus.content"),
        Column(
            "imports",
            pl.List(pl.String()),
            "import lines that make it stand alone",
            sources=("raw_corpus.content",),
        ),
        Column("is_method", pl.Boolean(), "defined inside a class", sources=("raw_corpus.content",)),
        integer("n_lines", "lines", "raw_corpus.content"),
        integer("n_arguments", "parameters as written", "raw_corpus.content"),
        Column(
            "has_return_value", pl.Boolean(), "some return gives a value", sources=("raw_corpus.content",)
        ),
        text(
            "judged_by",
            "rule by which the docstring judge's answer was a yes: candidates, first_word or counted; null: not judged",
        ),
    ),
)
