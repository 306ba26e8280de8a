"""The receipt of a take-down: a table of what went from where, and the same as an in-toto Statement."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

import polars as pl

from assets.publishing.versions import STATEMENT
from assets.rows.table import Column, Table, integer, text
from pipeline_defs.taking_down.trained import Trained
from resources.ids import text_id
from resources.parquet_store import MissingTableError, ParquetStore, TableAddress

KEY = ("audit", "takedown_receipts")
ADDRESS = TableAddress(KEY)
PREDICATE = "urn:seedline:take-down:1"
TRAINED = pl.List(
    pl.Struct({"recipe": pl.String, "checkpoint_id": pl.String, "rows": pl.Int64, "share": pl.Float64})
)

TABLE = Table(
    key="receipt_id",
    columns=(
        text("receipt_id", "id of this line"),
        text("applied", "id of the take-down as a whole: one application of the rules"),
        text("at", "when it was done, UTC"),
        text("rule", "the rule as the file says it; null: what cannot be told apart by rule"),
        text("date", "date of the rule, as the file says it"),
        text("reason", "why, as the file says it"),
        text("reference", "reference, as the file says it"),
        text("artifact", "table, or place outside the tables, that rows were taken out of"),
        integer("rows_before", "rows that it had; null: not counted there"),
        integer("rows_removed", "rows, results or lines that went; of a dump, files that lost their text"),
        integer("bytes_rewritten", "size of what was written anew; 0: taken away whole"),
        text("digest_before", "digest of the table's rows before; null: no table"),
        text("digest_after", "and after; null: no table, or taken away whole"),
        Column(
            "trained",
            TRAINED,
            "checkpoints that were trained on rows of the rule, with the share of their rows",
        ),
        Column(
            "out_of_reach",
            pl.List(pl.String()),
            "places that may hold copies and cannot be written from here",
        ),
        integer(
            "left",
            "texts of removed rows that were found afterwards in what can be read: 0, or it did not work",
        ),
    ),
)
"""Columns of `audit/takedown_receipts`."""


@dataclass(frozen=True)
class Line:
    """What one rule (None: all of them together) took out of one place."""

    rule: str | None
    artifact: str
    rows_removed: int
    rows_before: int | None = None
    bytes_rewritten: int = 0
    digest_before: str | None = None
    digest_after: str | None = None


@dataclass(frozen=True)
class Receipt:
    """A take-down that was carried out."""

    lines: Sequence[Line]
    rules: pl.DataFrame
    trained: Sequence[Trained] = ()
    out_of_reach: Sequence[str] = ()
    left: int = 0
    at: str = field(default_factory=lambda: datetime.now(UTC).isoformat(timespec="seconds"))

    @property
    def applied(self) -> str:
        """Its id."""
        return text_id("take-down", self.at, *(f"{line.rule} {line.artifact}" for line in self.lines))

    def frame(self) -> pl.DataFrame:
        """As a table (`TABLE`)."""
        said = {row["rule"]: row for row in self.rules.iter_rows(named=True)}
        rows = []
        for line in self.lines:
            about = said.get(line.rule, {})
            rows.append(
                {
                    "receipt_id": text_id(self.applied, line.rule or "", line.artifact),
                    "applied": self.applied,
                    "at": self.at,
                    "rule": line.rule,
                    **{name: about.get(name) for name in ("date", "reason", "reference")},
                    "artifact": line.artifact,
                    "rows_before": line.rows_before,
                    "rows_removed": line.rows_removed,
                    "bytes_rewritten": line.bytes_rewritten,
                    "digest_before": line.digest_before,
                    "digest_after": line.digest_after or None,
                    "trained": [one.as_dict() for one in self.trained if one.rule == line.rule],
                    "out_of_reach": list(self.out_of_reach),
                    "left": self.left,
                }
            )
        return pl.DataFrame(rows, schema=TABLE.schema)

    def statement(self) -> dict[str, object]:
        """As an in-toto Statement: its subjects are the tables as they stand now."""
        tables = {line.artifact: line.digest_after for line in self.lines if line.digest_after}
        return {
            "_type": STATEMENT,
            "subject": [
                {"name": name, "digest": {"seedlineContent": digest}}
                for name, digest in sorted(tables.items())
            ],
            "predicateType": PREDICATE,
            "predicate": {"applied": self.applied, "at": self.at, "receipt": self.frame().to_dicts()},
        }


def write_receipt(store: ParquetStore, receipt: Receipt) -> str:
    """Add the receipt to the table, and write its statement; returns the statement's path."""
    rows = pl.concat([read_receipts(store), receipt.frame()])
    store.commit(ADDRESS, store.stage(ADDRESS, rows, TABLE.schema))
    path = store.storage.path(*KEY, f"{receipt.applied}.json")
    store.storage.write_bytes(path, json.dumps(receipt.statement(), indent=1, ensure_ascii=False).encode())
    return path


def read_receipts(store: ParquetStore) -> pl.DataFrame:
    """All receipts, the oldest first."""
    try:
        return store.scan(ADDRESS).collect()
    except MissingTableError:
        return pl.DataFrame(schema=TABLE.schema)
