"""What a problem is: its columns, the ways in which an answer becomes a program, and the error of its file."""

from enum import StrEnum

import polars as pl


class Form(StrEnum):
    """How an answer to a problem becomes the code that its tests judge."""

    FUNCTION = "function"  # the answer defines the function that the tests call
    PROGRAM = "program"  # a program that reads and prints, or a method: one answer for each given input
    INSERTION = "insertion"  # lines that are set into a program of the benchmark's own


PROBLEM_SCHEMA = pl.Schema(
    {
        "benchmark": pl.String,
        "problem_id": pl.String,
        "language": pl.String,  # lower-case name; null: not about one language
        "form": pl.String,  # a value of Form; null: cannot be run
        "prompt": pl.String,  # what the model completes; null: nothing to complete
        "question": pl.String,  # the question side, for decontamination: never an answer
        "docstring": pl.String,  # the question's words alone, without code around them
        "canonical_solution": pl.String,  # continues the prompt; null: unknown
        "entry_point": pl.String,  # name of the function under test; null: a program that prints
        "shown_tests": pl.List(pl.String),  # checks that belong to the question (MBPP); null: none
        "edition": pl.String,  # MBPP's: full, sanitized, evalplus; multipl-e; null: another benchmark
        "test": pl.String,  # the whole tests, calls included; null: cannot be run
        "declaration": pl.String,  # imports and head of the function, without words; null: no fix, no explain
        "buggy_solution": pl.String,  # continues the declaration, and is wrong; null: nothing to fix
        "released": pl.Date,  # when the problem became public; null: unknown
        "timeout_s": pl.Float64,  # the longest that the benchmark lets its tests take; null: the sandbox's limit
        "memory_mb": pl.Int64,  # the same for memory
    }
)
"""Columns of a problem frame; `(benchmark, problem_id)` is the key."""


class BenchmarkError(ValueError):
    """A benchmark is missing or unreadable; the message names it, the file and the row."""
