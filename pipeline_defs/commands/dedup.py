"""`seedline dedup`: near-duplicates in any table of texts, each with the row it repeats.

Only the command: reading in batches, progress, writing. The method is in
`assets/texts/near_duplicates`.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.rows.reasons import Reason
from assets.texts.near_duplicates.find import near_duplicates_of
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.signatures import signatures
from assets.texts.words import WordKind
from pipeline_defs.commands.tables import TableError, check_output, read_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.commands.text_batches import map_texts, progress_bars, readable_id, write_with_evidence


def dedup(
    table: Annotated[Path, typer.Argument(help="Parquet or JSON lines: a file, or a folder of them")],
    out: Annotated[
        Path, typer.Argument(help="Parquet file to write: the rows with the evidence beside them")
    ],
    column: Annotated[str, typer.Option(help="column with the text")] = "text",
    id_column: Annotated[
        str | None, typer.Option("--id", help="column with each row's own id; the row number by default")
    ] = None,
    prefer: Annotated[
        list[str] | None,
        typer.Option(help="column whose lowest value is kept, before the lowest id; may be given again"),
    ] = None,
    threshold: Annotated[
        float, typer.Option(help="Jaccard similarity from which rows are near-duplicates", min=0.01, max=1)
    ] = 0.7,
    ngram: Annotated[int, typer.Option(help="words in a shingle", min=1, max=50)] = 5,
    words: Annotated[
        WordKind,
        typer.Option(
            help="what a word is: words (of every script), code (operators too), ascii (the published [A-Za-z_0-9]+)"
        ),
    ] = "code",
    permutations: Annotated[int, typer.Option(help="values in a signature", min=16, max=1024)] = 256,
    seed: Annotated[int, typer.Option(help="draws the permutations", min=0, max=2**32 - 1)] = 1,
    batch: Annotated[int, typer.Option(help="rows read at once", min=1)] = 20_000,
) -> None:
    """Keep one row of each family of near-duplicates (MinHash, LSH).

    Writes every row of TABLE to OUT with the columns kept, reason, representative (the id, or row number from 0,
    of the kept row that it repeats) and similarity (estimated, to that row; rows that are linked through others
    can lie below the threshold). Memory: two signatures a row, and one batch of texts.
    """
    console = Console(stderr=True)
    check_output(out)
    others = [name for name in dict.fromkeys(prefer or []) if name != id_column]
    rows = read_table(table, [column, *others, *([id_column] if id_column else [])])
    settings = NearDuplicateSettings(
        threshold=threshold, ngram=ngram, words=words, permutations=permutations, seed=seed
    )
    ranks = {name: f"prefer_{number}" for number, name in enumerate(others)}

    def compute(part: pl.DataFrame) -> pl.DataFrame:
        kept = part.select("id", pl.col("text").is_null().alias("missing"), *ranks.values())
        return kept.with_columns(signatures(part, settings, key="id")["signature"])

    with progress_bars(console) as progress:
        signed = map_texts(
            rows.with_columns(pl.col(name).alias(alias) for name, alias in ranks.items()),
            compute,
            table=table,
            column=column,
            id_column=id_column,
            others=list(ranks.values()),
            batch=batch,
            progress=progress,
            description="signatures",
        )
        bar = progress.add_task("comparing", total=None)
        try:
            duplicates = near_duplicates_of(
                signed.filter(~pl.col("missing")),
                settings,
                prefer=list(ranks.values()),
                id_column="id",
                on_band=lambda done, of: progress.update(bar, completed=done, total=of),
            )
        except ValueError as error:
            raise TableError(f"{table}: column {id_column!r}: {error}") from error
    evidence = _evidence(signed.select("id", "missing"), duplicates, id_column)
    write_with_evidence(rows, evidence, table=table, out=out, batch=batch)
    _tell(evidence, out, console)


def _evidence(rows: pl.DataFrame, duplicates: pl.DataFrame, id_column: str | None) -> pl.DataFrame:
    missing, duplicate = pl.lit(Reason.MISSING_CONTENT.value), pl.lit(Reason.NEAR_DUPLICATE.value)
    joined = rows.join(duplicates, on="id", how="left", maintain_order="left")
    reason = pl.when("missing").then(missing).when(pl.col("representative").is_not_null()).then(duplicate)
    return joined.select(
        reason.alias("reason"),
        readable_id("representative", id_column).alias("representative"),
        "similarity",
    ).select(pl.col("reason").is_null().alias("kept"), pl.all())


def _tell(evidence: pl.DataFrame, out: Path, console: Console) -> None:
    console.print(
        f"{evidence['kept'].sum()} of {evidence.height} rows kept, written to {out}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    for reason, count in evidence.drop_nulls("reason").group_by("reason").len().sort("reason").iter_rows():
        console.print(f"  {reason} {count}", markup=False, highlight=False, soft_wrap=True)
    families = evidence["representative"].drop_nulls().value_counts()
    if families.height:
        console.print(
            f"  {families.height} families of near-duplicates; the largest has {families['count'].max()} copies",
            markup=False,
            highlight=False,
        )
