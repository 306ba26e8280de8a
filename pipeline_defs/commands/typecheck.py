"""`seedline typecheck`: which sources of a table a type checker accepts, each as a file of its own.

Only the command: reading, asking in batches, writing. The checkers are in `resources/type_checker`.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from assets.filtered_seeds.filters.type_check import type_check_rules
from assets.filtered_seeds.import_inference import standalone_source
from assets.rows.outcome import apply_rules
from assets.rows.reasons import Reason
from pipeline_defs.commands.tables import TableError, check_output, read_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.commands.text_batches import batches_of, write_with_evidence
from resources.type_checker.base import TypeChecker, TypeCheckerUnavailable
from resources.type_checker.choice import Check, checker_for
from resources.type_checker.pyright import PyrightSettings

EVIDENCE = pl.Schema({"kept": pl.Boolean, "reason": pl.String, "n_errors": pl.Int64, "detail": pl.String})
"""Columns that the command adds."""


def typecheck(
    table: Annotated[Path, typer.Argument(help="Parquet or JSON lines: a file, or a folder of them")],
    out: Annotated[Path, typer.Argument(help="Parquet file to write: the rows with the verdict beside them")],
    column: Annotated[str, typer.Option(help="column with the source")] = "source",
    imports: Annotated[
        str | None, typer.Option(help="column with a list of import lines to put above the source")
    ] = None,
    language: Annotated[str, typer.Option(help="language of the sources")] = "python",
    check: Annotated[
        Check,
        typer.Option(help="types: as Pyright (Python) or the grammar; pyright: alone; grammar; toolchain"),
    ] = "types",
    python_version: Annotated[str, typer.Option(help="Python assumed")] = "3.11",
    environment: Annotated[
        Path | None, typer.Option(help="virtual environment whose packages can be imported; none by default")
    ] = None,
    processes: Annotated[
        int | None, typer.Option(help="checkers at once; one a core by default", min=1)
    ] = None,
    batch: Annotated[int, typer.Option(help="rows between two steps of the progress bar", min=1)] = 5000,
) -> None:
    """Check each source as a file of its own; any error rejects it.

    Writes every row of TABLE to OUT with the columns kept, reason, n_errors and detail (the first errors). By
    default Python sees the standard library and the stubs that Pyright ships, but no installed package.
    """
    console = Console(stderr=True)
    check_output(out)
    rows = read_table(table, [column] if imports is None else [column, imports])
    source = _source(rows, table, column, imports)
    try:
        settings = PyrightSettings(
            python_version=python_version,
            environment=None if environment is None else str(environment),
            processes=processes,
        )
        checker = checker_for(language, check, settings)
        identity = checker.identity()
        evidence = _evidence(rows.select(source.alias("source")), table, checker, batch, console)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    except TypeCheckerUnavailable as error:
        console.print(
            f"Nothing was written: {error}", style="red", markup=False, highlight=False, soft_wrap=True
        )
        raise typer.Exit(1) from error
    write_with_evidence(rows, evidence, table=table, out=out, batch=batch)
    _tell(evidence, identity, out, console)


def _source(rows: pl.LazyFrame, table: Path, column: str, imports: str | None) -> pl.Expr:
    schema = rows.collect_schema()
    if schema[column] != pl.String:
        raise TableError(f"{table}: column {column!r} is {schema[column]}, not text")
    if imports is None:
        return pl.col(column)
    if schema[imports] != pl.List(pl.String):
        raise TableError(f"{table}: column {imports!r} is {schema[imports]}, not a list of texts")
    return standalone_source(column, imports)


def _evidence(
    sources: pl.LazyFrame, table: Path, checker: TypeChecker, batch: int, console: Console
) -> pl.DataFrame:
    """`EVIDENCE` for each row of `sources`, in order; the sources are held a batch at a time."""
    total = sources.select(pl.len()).collect().item()
    parts: list[pl.DataFrame] = []
    columns = (TextColumn("checking"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console) as progress:
        bar = progress.add_task("checking", total=total)
        for rows in batches_of(sources, table, batch):
            parts.append(_judged(rows, checker))
            progress.advance(bar, rows.height)
    return pl.concat([pl.DataFrame(schema=EVIDENCE), *parts])


def _judged(rows: pl.DataFrame, checker: TypeChecker) -> pl.DataFrame:
    numbered = rows.with_columns(pl.int_range(pl.len()).cast(pl.String).alias("key"))
    verdicts = checker.check(numbered.drop_nulls("source").select("key", "source"))
    judged = numbered.select("key", pl.col("source").is_null().alias("missing")).join(
        verdicts, on="key", how="left", maintain_order="left"
    )
    outcome = apply_rules(judged.filter(~pl.col("missing")), type_check_rules(), stage="", id_column="key")
    reasons = judged.join(outcome.rejected, left_on="key", right_on="id", how="left", maintain_order="left")
    missing = pl.when("missing").then(pl.lit(Reason.MISSING_CONTENT.value))
    return reasons.select(
        (pl.col("reason").is_null() & ~pl.col("missing")).alias("kept"),
        missing.otherwise(pl.col("reason")).alias("reason"),
        "n_errors",
        "detail",
    )


def _tell(evidence: pl.DataFrame, identity: dict[str, str], out: Path, console: Console) -> None:
    kept = int(evidence["kept"].sum())
    console.print(
        ", ".join(f"{name} {value}" for name, value in identity.items() if value),
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    console.print(
        f"{kept} of {evidence.height} rows kept, written to {out}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    rejected = evidence.filter(~pl.col("kept")).group_by("reason").len().sort("reason")
    for reason, count in rejected.iter_rows():
        console.print(f"  {reason} {count}", markup=False, highlight=False, soft_wrap=True)
