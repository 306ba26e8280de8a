"""Which tables there are to look at, what their columns mean, and which of them a list shows at first."""

from collections.abc import Mapping
from functools import lru_cache
from importlib import import_module

import polars as pl

from assets.rows.table import Table
from pipeline_defs.rows_page.opened import AskedError
from resources.parquet_store import ParquetStore, TableAddress

DECLARED = {
    "corpus_dump": "assets.corpus_dump.table",
    "raw_corpus": "assets.corpus_dump.table",
    "benchmarks": "assets.benchmarks.table",
    "filtered_seeds": "assets.filtered_seeds.table",
    "instructions": "assets.instructions.table",
    "candidate_responses": "assets.candidate_responses.table",
    "verified_responses": "assets.verified_responses.table",
    "sft_dataset": "assets.sft_dataset.table",
    "checkpoint": "assets.checkpoint.table",
    "eval_scores": "assets.eval_scores.table",
    "audit": "assets.audit.table",
}
"""Artifact to the module that declares its table."""

FIRST = {
    "corpus_dump": ("repo", "path", "license", "language", "size", "content"),
    "raw_corpus": ("repo", "path", "license", "dump", "size", "content"),
    "benchmarks": ("benchmark", "problem_id", "language", "form", "prompt", "canonical_solution"),
    "filtered_seeds": ("name", "kind", "docstring", "seed", "start_line", "end_line", "n_lines"),
    "instructions": ("instruction", "task", "difficulty", "concepts", "seed"),
    "candidate_responses": ("instruction", "sample", "code", "tests"),
    "verified_responses": ("instruction", "verdict", "code", "tests", "duration_ms", "proof", "detail"),
    "sft_dataset": ("prompt", "completion", "task", "license", "repo", "path"),
    "checkpoint": ("recipe", "base_model", "rows", "loss_before", "loss_after", "steps", "seconds"),
}
"""Columns of a list before anybody chose any; of other tables the first eight that have no parts."""

COLUMNS_SHOWN = 8


def partitions(store: ParquetStore, key: tuple[str, ...]) -> list[TableAddress]:
    """The partitions of the table `key`. Raises `AskedError` where the store has no such table."""
    there = store.tables(key[:-1]) if len(key) in (1, 2) and _is_name(key) else []
    if not key or key[-1] not in there:
        known = f"; there are {', '.join(there)}" if there else ""
        raise AskedError(f"no table {'/'.join(key)} in the store{known}")
    return store.partitions(key)


def _is_name(key: tuple[str, ...]) -> bool:
    return all(part and not part.startswith(".") and "=" not in part and "\\" not in part for part in key)


@lru_cache(maxsize=1)
def declared() -> Mapping[str, Table]:
    """Artifact to the declaration of its table."""
    return {artifact: import_module(module).TABLE for artifact, module in DECLARED.items()}


def meanings(name: str) -> dict[str, str]:
    """Column to its meaning, for an artifact; nothing for a table beside one."""
    table = declared().get(name)
    return {column.name: column.description for column in table.columns} if table else {}


def key_column(name: str) -> str | None:
    """The column by which rows of the table are named in an address; None: they have only their number."""
    table = declared().get(name)
    return table.key if table else ("id" if name.endswith("__rejected") else None)


def first_columns(name: str, schema: pl.Schema) -> list[str]:
    """Columns that a list shows before anybody chose any."""
    chosen = [column for column in FIRST.get(name, ()) if column in schema]
    flat = [column for column, kind in schema.items() if not kind.is_nested()]
    return chosen or flat[:COLUMNS_SHOWN]
