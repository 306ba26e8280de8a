"""`seedline show`: rows of an artifact as a table or as JSON lines."""

from typing import Annotated

import polars as pl
import typer
from rich.console import Console

from assets.audit.questions import SHARED
from pipeline_defs.commands.deployment import Deployment, open_deployment
from pipeline_defs.commands.report import as_table
from resources.parquet_store import MissingTableError, ParquetStore


def show(
    artifact: Annotated[
        str, typer.Argument(help="Name of an artifact, e.g. sft_dataset or sft_dataset__rejected.")
    ],
    recipe: Annotated[str | None, typer.Option("--recipe", help="Recipe, where more than one is on.")] = None,
    rows: Annotated[int, typer.Option("-n", "--rows", min=1, help="How many rows.")] = 5,
    columns: Annotated[str | None, typer.Option(help="Columns to show, with commas between.")] = None,
    where: Annotated[str | None, typer.Option(help="Condition in SQL, e.g. \"license = 'MIT'\".")] = None,
    json: Annotated[bool, typer.Option("--json", help="Whole rows as JSON lines.")] = False,
) -> None:
    """Show rows of an artifact, or of a table beside it (__rejected, __funnel, __verdicts)."""
    deployment = open_deployment(recipe)
    store = deployment.store()
    key = _key_of(artifact, deployment, recipe)
    frame = _scan(store, key)
    if where is not None:
        try:
            frame = frame.filter(pl.sql_expr(where))
            frame.collect_schema()
            total = frame.select(pl.len()).collect().item()
        except pl.exceptions.PolarsError as error:
            raise typer.BadParameter(f"--where {where!r}: {error}") from error
    else:
        total = frame.select(pl.len()).collect().item()
    if columns is not None:
        known = frame.collect_schema().names()
        chosen = [name.strip() for name in columns.split(",")]
        unknown = [name for name in chosen if name not in known]
        if unknown:
            raise typer.BadParameter(
                f"--columns: no column {', '.join(unknown)}; there are {', '.join(known)}"
            )
        frame = frame.select(list(dict.fromkeys(chosen)))
    found = frame.head(rows).collect()
    if json:
        print(found.write_ndjson(), end="")
        return
    # columns down: rows of code are wide
    turned = pl.DataFrame(
        {"column": found.columns}
        | {
            f"row {number + 1}": [_shown(value) for value in row]
            for number, row in enumerate(found.iter_rows())
        }
    )
    Console().print(as_table(turned, f"{'/'.join(key)}: {found.height} of {total} rows", width=200))


def _shown(value: object) -> str:
    return "" if value is None else str(value)


def _key_of(artifact: str, deployment: Deployment, recipe: str | None) -> tuple[str, ...]:
    """The key of an artifact named alone, or with its recipe as in the Dagster UI (`demo/sft_dataset`)."""
    if "/" in artifact:
        named, _, artifact = artifact.partition("/")
        return (deployment.recipe(named).name, artifact)
    if artifact.split("__")[0] in (*SHARED, "benchmarks"):
        return (artifact,)
    return (deployment.recipe(recipe).name, artifact)


def _scan(store: ParquetStore, key: tuple[str, ...]) -> pl.LazyFrame:
    addresses = store.partitions(key)
    if not addresses:
        there = store.tables(key[:-1])
        known = f"there are {', '.join(there)}" if there else "there is none yet (seedline materialize)"
        raise MissingTableError(f"no table {'/'.join(key)} below {store.storage.root}; {known}")
    return pl.concat([store.scan(address) for address in addresses], how="diagonal_relaxed")
