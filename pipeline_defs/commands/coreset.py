"""`seedline coreset`: a given number of rows of any table of texts that cover all the others.

Only the command: reading in batches, progress, writing. The method is in `assets/filtered_seeds/coreset`,
the model in `resources/embedder`.
"""

from pathlib import Path
from typing import Annotated

import polars as pl
import typer

from assets.filtered_seeds.coreset.picture import draw_coreset
from assets.filtered_seeds.coreset.select import Coreset, CoresetSettings, choose_coreset
from assets.rows.reasons import Reason
from assets.texts.embedding import embedding_matrix
from pipeline_defs.commands.tables import TableError, check_output, read_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.commands.text_batches import map_texts, progress_bars, readable_id, write_with_evidence
from resources.embedder.base import EMBEDDING, EmbedderSpec, EmbedderUnavailable
from resources.embedder.resource import EmbedderResource


def coreset(
    table: Annotated[Path, typer.Argument(help="Parquet or JSON lines: a file, or a folder of them")],
    out: Annotated[
        Path, typer.Argument(help="Parquet file to write: the rows with the evidence beside them")
    ],
    column: Annotated[str, typer.Option(help="column with the text")] = "text",
    size: Annotated[int | None, typer.Option(help="rows to choose", min=1)] = None,
    share: Annotated[
        float | None, typer.Option(help="rows to choose, as a share of all", min=0, max=1)
    ] = None,
    id_column: Annotated[
        str | None, typer.Option("--id", help="column with each row's own id; the row number by default")
    ] = None,
    model: Annotated[
        str, typer.Option(help="sentence-transformers model: a folder, or the id of one on this machine")
    ] = "sentence-transformers/all-MiniLM-L6-v2",
    revision: Annotated[str | None, typer.Option(help="commit, tag or branch of the model")] = None,
    device: Annotated[str, typer.Option(help="cpu, cuda or auto")] = "auto",
    seed: Annotated[int, typer.Option(help="draws the first row", min=0)] = 42,
    batch: Annotated[int, typer.Option(help="rows read and embedded at once", min=1)] = 4096,
    picture: Annotated[Path | None, typer.Option(help="PNG of chosen and left-out rows to write")] = None,
) -> None:
    """Choose rows by exact k-center greedy over embeddings: each row chosen is the farthest from those before.

    Writes every row of TABLE to OUT with the columns kept, reason, pick (place in the order of choice, from 0),
    nearest (the id, or row number from 0, of the nearest chosen row) and distance (to it). Memory: three
    embeddings a row, and one batch of texts.
    """
    console = Console(stderr=True)
    check_output(out)
    if (size is None) == (share is None) or share == 0:
        raise typer.BadParameter("give either --size (rows) or --share (above 0, up to 1)")
    settings = CoresetSettings(size=size, share=share, seed=seed)
    rows = read_table(table, [column, *([id_column] if id_column else [])])
    embedder = EmbedderResource(device=device, batch_rows=batch).open(
        EmbedderSpec(model=model, revision=revision)
    )

    def compute(part: pl.DataFrame) -> pl.DataFrame:
        there = pl.concat(embedder.embed(part.drop_nulls("text"), key="id")) if part.height else None
        vectors = pl.DataFrame(schema={"id": pl.String, "embedding": EMBEDDING}) if there is None else there
        return part.select("id").join(vectors, on="id", how="left", maintain_order="left")

    with progress_bars(console) as progress, embedder:
        try:
            embedder.identity()
            embedded = map_texts(
                rows,
                compute,
                table=table,
                column=column,
                id_column=id_column,
                batch=batch,
                progress=progress,
                description="embedding",
            )
        except EmbedderUnavailable as error:
            raise typer.BadParameter(str(error), param_hint="--model") from error
        bar = progress.add_task("choosing", total=None)
        present = embedded.drop_nulls("embedding")
        try:
            chosen = choose_coreset(
                present,
                settings,
                id_column="id",
                on_pick=lambda done, of: progress.update(bar, completed=done, total=of),
            )
        except ValueError as error:
            raise TableError(f"{table}: column {id_column or column!r}: {error}") from error
    evidence = _evidence(embedded, chosen, id_column)
    write_with_evidence(rows, evidence, table=table, out=out, batch=batch)
    if picture is not None and present.height:
        mask = present["id"].is_in(chosen.picks["id"].implode()).to_numpy()
        picture.write_bytes(draw_coreset(embedding_matrix(present, "id"), mask, table.name))
    _tell(evidence, chosen, out, console)


def _evidence(rows: pl.DataFrame, chosen: Coreset, id_column: str | None) -> pl.DataFrame:
    left_out, missing = pl.lit(Reason.NOT_IN_CORESET.value), pl.lit(Reason.MISSING_CONTENT.value)
    reason = (
        pl.when(pl.col("embedding").is_null()).then(missing).when(pl.col("pick").is_null()).then(left_out)
    )
    return (
        rows.join(chosen.picks.select("id", "pick"), on="id", how="left", maintain_order="left")
        .join(chosen.left_out, on="id", how="left", maintain_order="left")
        .select(
            reason.alias("reason"), "pick", readable_id("nearest", id_column).alias("nearest"), "distance"
        )
        .select(pl.col("reason").is_null().alias("kept"), pl.all())
    )


def _tell(evidence: pl.DataFrame, chosen: Coreset, out: Path, console: Console) -> None:
    console.print(
        f"{evidence['kept'].sum()} of {evidence.height} rows kept, written to {out}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    if chosen.picks.height:
        console.print(f"  covering radius {chosen.picks['radius'][-1]:.4f}", markup=False, highlight=False)
    for reason, count in evidence.drop_nulls("reason").group_by("reason").len().sort("reason").iter_rows():
        console.print(f"  {reason} {count}", markup=False, highlight=False, soft_wrap=True)
