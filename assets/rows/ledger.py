"""The ledger of an artifact: for each step, rows in, kept and rejected; nothing vanishes between them.

Every filtering step is written down as it happens, the ledger is stored beside the artifact as its funnel
table, and the blocking check `rows_accounted_for` holds it against the tables themselves.
"""

from dataclasses import dataclass, field, replace

import polars as pl

from assets.rows.outcome import Outcome, as_rejections, no_rejections

FUNNEL_SCHEMA = pl.Schema(
    {
        "position": pl.Int64,
        "step": pl.String,
        "unit": pl.String,
        "rows_in": pl.Int64,
        "kept": pl.Int64,
        "rejected": pl.Int64,
        "rows_out": pl.Int64,
    }
)
"""Columns of a funnel table. `kept` counts rows of `unit`; `rows_out` what they became (one file, many seeds)."""


def no_funnel() -> pl.DataFrame:
    """A funnel without steps."""
    return pl.DataFrame(schema=FUNNEL_SCHEMA)


@dataclass(frozen=True)
class Step:
    """One step: `rows_in` rows of `unit`, of which `kept` went on as `rows_out` rows."""

    name: str
    unit: str
    rows_in: int
    kept: int
    rejected: int
    rows_out: int


@dataclass
class Ledger:
    """The steps of one materialization, and all that they rejected."""

    steps: list[Step] = field(default_factory=list)
    rejections: list[pl.DataFrame] = field(default_factory=list)

    def record(
        self,
        name: str,
        unit: str,
        rows_in: int,
        rejected: pl.DataFrame,
        *,
        rows_out: int,
        kept: int | None = None,
    ) -> None:
        """Write a step down; `kept` is given where one row becomes several or none (else it is `rows_out`)."""
        kept = rows_out if kept is None else kept
        self.steps.append(Step(name, unit, rows_in, kept, rejected.height, rows_out))
        if rejected.height:
            self.rejections.append(as_rejections(rejected))

    def record_outcome(self, unit: str, rows_in: int, outcome: Outcome, *, step: str) -> None:
        """Write down a chain of one-to-one steps, in the order in which their rejections come.

        `step` names the whole where nothing was rejected.
        """
        stages = outcome.rejected["stage"].unique(maintain_order=True).to_list()
        for position, stage in enumerate(stages):
            rejected = outcome.rejected.filter(pl.col("stage") == stage)
            is_last = position == len(stages) - 1
            rows_out = outcome.kept.height if is_last else rows_in - rejected.height
            self.record(stage, unit, rows_in, rejected, rows_out=rows_out)
            rows_in = rows_out
        if not stages:
            self.record(step, unit, rows_in, no_rejections(), rows_out=outcome.kept.height)

    def record_fan_out(self, name: str, unit: str, rows_in: int, rows_out: int) -> None:
        """Write down that every row became several, none rejected."""
        self.record(name, unit, rows_in, no_rejections(), rows_out=rows_out, kept=rows_in)

    def take(self, other: "Ledger", *, aside: int = 0) -> None:
        """Write down the steps of `other`, past which `aside` more rows went untouched."""
        for step in other.steps:
            rows_in, kept, out = (number + aside for number in (step.rows_in, step.kept, step.rows_out))
            self.steps.append(replace(step, rows_in=rows_in, kept=kept, rows_out=out))
        self.rejections += other.rejections

    def funnel(self) -> pl.DataFrame:
        """The steps as a table (`FUNNEL_SCHEMA`)."""
        rows = [
            {
                "position": position,
                "step": step.name,
                "unit": step.unit,
                "rows_in": step.rows_in,
                "kept": step.kept,
                "rejected": step.rejected,
                "rows_out": step.rows_out,
            }
            for position, step in enumerate(self.steps)
        ]
        return pl.DataFrame(rows, schema=FUNNEL_SCHEMA)


def accounting_errors(funnel: pl.DataFrame, rejected: pl.DataFrame, rows_kept: int) -> list[str]:
    """What does not add up between a funnel, its rejections table and the artifact's row count; empty: all does.

    `funnel` has the columns of `FUNNEL_SCHEMA`, `rejected` those of `REJECTION_SCHEMA`.
    """
    errors = []
    written = dict(rejected.group_by("stage").len().iter_rows())
    known = set(funnel["step"])
    for step in funnel.iter_rows(named=True):
        if step["rows_in"] != step["kept"] + step["rejected"]:
            errors.append(
                f"{step['step']}: {step['rows_in']} {step['unit']} in, but {step['kept']} kept and "
                f"{step['rejected']} rejected"
            )
        if written.get(step["step"], 0) != step["rejected"]:
            errors.append(
                f"{step['step']}: {step['rejected']} rejected, but {written.get(step['step'], 0)} in the table"
            )
    errors += [
        f"{stage}: rejections of a step that the funnel lacks" for stage in sorted(set(written) - known)
    ]
    for before, after in zip(
        funnel.iter_rows(named=True), list(funnel.iter_rows(named=True))[1:], strict=False
    ):
        if before["rows_out"] != after["rows_in"]:
            errors.append(
                f"{before['step']} gave {before['rows_out']} rows, {after['step']} got {after['rows_in']}"
            )
    if funnel.height and funnel["rows_out"][-1] != rows_kept:
        errors.append(
            f"{funnel['step'][-1]} gave {funnel['rows_out'][-1]} rows, the artifact has {rows_kept}"
        )
    return errors
