"""`seedline seeds`: seeds out of any table of source files, with the filters' verdict on each.

Only the command: reading in batches, progress, writing. The method is in `assets/filtered_seeds`.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import typer

from assets.filtered_seeds.extraction import SEED_SCHEMA, ExtractionSettings
from assets.filtered_seeds.extraction.parallel import extract_in_parallel
from assets.filtered_seeds.extraction.settings import SeedKind
from assets.filtered_seeds.filters import FilterSettings, filter_seeds
from assets.filtered_seeds.import_inference import ImportSettings
from assets.filtered_seeds.standalone import standalone_seeds
from assets.rows.batches import FILES
from assets.rows.outcome import Outcome, no_rejections
from pipeline_defs.commands.tables import TableError, check_output, read_table, replacing_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.commands.text_batches import batches_of, progress_bars
from resources.languages import LANGUAGES


def seeds(
    table: Annotated[
        Path, typer.Argument(help="Parquet or JSON lines with source files: a file, or a folder of them")
    ],
    out: Annotated[
        Path, typer.Argument(help="Parquet file to write: one row a seed, and one a file without seeds")
    ],
    column: Annotated[str, typer.Option(help="column with the source text")] = "content",
    language: Annotated[
        str, typer.Option(help="programming language, or `column:NAME` for a column with it")
    ] = "python",
    id_column: Annotated[
        str | None, typer.Option("--id", help="column with each file's id; the row number by default")
    ] = None,
    kind: Annotated[SeedKind, typer.Option(help="what a seed is")] = "function",
    filters: Annotated[bool, typer.Option(help="judge each seed by StarCoder2-Instruct's filters")] = True,
    workers: Annotated[int, typer.Option(help="processes; 0: one a core", min=0)] = 0,
) -> None:
    """Take documented functions (or snippets, comment-code pairs, whole files) out of source files.

    Writes one row a seed with its text, documentation, exact lines and imports, and kept, reason, detail: the
    filters' verdict. A file that gives no seed is a row too, with kind null, so that nothing vanishes.
    """
    console = Console(stderr=True)
    check_output(out)
    by_column = language.removeprefix("column:") if language.startswith("column:") else None
    if by_column is None and language not in LANGUAGES:
        raise typer.BadParameter(f"--language {language}: not one of {', '.join(LANGUAGES)}")
    rows = read_table(
        table, [column, *([by_column] if by_column else []), *([id_column] if id_column else [])]
    )
    files = rows.with_row_index("__row").select(
        pl.col(id_column if id_column else "__row").cast(pl.String).alias("file_id"),
        pl.col(column).alias("content"),
        (pl.col(by_column) if by_column else pl.lit(language)).alias("language"),
    )
    total = rows.select(pl.len()).collect().item()
    settings = ExtractionSettings.model_validate({"kind": kind})
    imports = ImportSettings() if kind == "function" else None
    counts: dict[str, int] = {}
    try:
        with (
            replacing_table(out) as staged,
            progress_bars(console) as progress,
            pq.ParquetWriter(staged, _arrow(SCHEMA), compression="zstd") as writer,
        ):
            bar = progress.add_task("files", total=total)
            batches = batches_of(files, table, FILES)
            function = _WithImports(imports)
            for outcome in extract_in_parallel(batches, settings, workers=workers or None, function=function):
                judged = _judged(outcome, filters)
                writer.write_table(judged.to_arrow().cast(_arrow(SCHEMA)))
                for reason, count in judged["reason"].fill_null("kept").value_counts().iter_rows():
                    counts[reason] = counts.get(reason, 0) + count
                progress.advance(bar, outcome.kept["file_id"].n_unique() + outcome.rejected.height)
    except ValueError as error:
        raise TableError(f"{table}: {error}") from error
    kept = counts.pop("kept", 0)
    console.print(
        f"{kept} seeds kept of {total} files, written to {out}", markup=False, highlight=False, soft_wrap=True
    )
    for reason, count in sorted(counts.items()):
        console.print(f"  {reason} {count}", markup=False, highlight=False, soft_wrap=True)


SCHEMA = pl.Schema({**SEED_SCHEMA, "kept": pl.Boolean(), "reason": pl.String(), "detail": pl.String()})
"""Columns of the written table."""


class _WithImports:
    """`standalone_seeds` with its import settings, as a picklable function."""

    def __init__(self, imports: ImportSettings | None) -> None:
        self.imports = imports

    def __call__(self, files: pl.DataFrame, settings: ExtractionSettings) -> Outcome:
        return standalone_seeds(files, settings, self.imports)


def _judged(outcome: Outcome, filters: bool) -> pl.DataFrame:
    """All seeds with their verdict, then the files without seeds."""
    found = outcome.kept
    rejected = filter_seeds(found, FilterSettings()).rejected if filters else no_rejections()
    reasons = rejected.select("id", "reason", "detail")
    with_reason = found.join(reasons, left_on="seed_id", right_on="id", how="left", maintain_order="left")
    empty = outcome.rejected.select(pl.col("id").alias("file_id"), "reason", "detail")
    both = pl.concat([with_reason, empty], how="diagonal")
    return both.with_columns(kept=pl.col("reason").is_null()).select(SCHEMA.names()).cast(SCHEMA)


def _arrow(schema: pl.Schema) -> pa.Schema:
    return schema.to_frame().to_arrow().schema
