"""The table `benchmarks`: one evaluation problem."""

import polars as pl

from assets.rows.table import Column, Table, integer, text

TABLE = Table(
    key="problem_id",
    columns=(
        text("benchmark", "name of the benchmark"),
        text("problem_id", "the problem's name in its benchmark"),
        text("language", "programming language; null: none"),
        text(
            "form", "how an answer becomes a program: function, program or insertion; null: it cannot be run"
        ),
        text("prompt", "what a model is given to complete; null where the benchmark has none"),
        text("question", "the problem in words: the side that decontamination looks for"),
        text("docstring", "the docstring in the prompt"),
        text("canonical_solution", "the benchmark's own solution"),
        text("entry_point", "the function that the tests call"),
        Column("shown_tests", pl.List(pl.String()), "checks that belong to the question (MBPP's assertions)"),
        text(
            "edition",
            "which MBPP it is of: full, sanitized or evalplus; multipl-e: MultiPL-E's; null: another",
        ),
        text("test", "the tests, calls included"),
        text("declaration", "imports and head of the function, without its words"),
        text("buggy_solution", "a wrong body to be fixed"),
        Column("released", pl.Date(), "the day on which the problem became public"),
        Column("timeout_s", pl.Float64(), "the longest that the benchmark lets its tests take"),
        integer("memory_mb", "the most memory that the benchmark lets its tests take"),
        text("files_digest", "SHA-256 over the benchmark's files, as pins have it"),
        text("revision", "commit on the Hugging Face hub; null: a local file"),
    ),
)
