"""The table `audit/staleness`: what of each recipe is fresh or stale, why, and what a rebuild would ask for."""

import polars as pl

from assets.rows.table import Column, Table, integer, text
from resources.parquet_store import MissingTableError, ParquetStore, TableAddress

KEY = ("audit", "staleness")
ADDRESS = TableAddress(KEY)


def _number(name: str, description: str) -> Column:
    return Column(name, pl.Float64(), description)


TABLE = Table(
    key="line_id",
    columns=(
        text("line_id", "id of recipe, artifact and language"),
        text("recipe", "name of the recipe"),
        text("artifact", "name of the artifact; raw_corpus has a line in every recipe that reads it"),
        text("language", "the language; null: the artifact is not partitioned"),
        text("state", "fresh or stale"),
        text(
            "cause",
            "what kind of change made it stale: code, settings, data, benchmark, take_down, missing, damage, check; "
            "null: fresh",
        ),
        text("why", "the reason in words; null: fresh"),
        _number("rows", "rows to compute: those that the row cache does not have"),
        _number("calls", "model calls that a rebuild would make"),
        _number("calls_low", "their lower bound"),
        _number("calls_high", "their upper bound"),
        _number("prompt_tokens", "tokens of the prompts"),
        _number("completion_tokens", "tokens of the answers"),
        _number("programs", "programs that would be run"),
        _number("type_checks", "functions that would be type-checked"),
        _number("seconds", "seconds of calls, programs and type checks"),
        _number("seconds_low", "their lower bound"),
        _number("seconds_high", "their upper bound"),
        _number("money", "what the calls would cost, by the prices of the settings"),
        _number("money_low", "its lower bound"),
        _number("money_high", "its upper bound"),
        text(
            "basis",
            "what the numbers rest on: counted, history, assumptions, unknown; null: nothing is asked for",
        ),
        integer("place", "place in the order in which the lines are made"),
        text("at", "when it was judged, UTC"),
    ),
)
"""Columns of `audit/staleness`."""


def read_staleness(store: ParquetStore) -> pl.DataFrame:
    """The table as it was made last, in the order in which things are made; empty where it never was."""
    try:
        return store.scan(ADDRESS).sort("place").collect()
    except MissingTableError:
        return pl.DataFrame(schema=TABLE.schema)
