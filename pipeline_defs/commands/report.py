"""What a finished run shows in the terminal: the funnel, the scores, some rows, and where everything is."""

import polars as pl
from rich.markup import escape
from rich.panel import Panel

from assets.audit.questions import ask
from assets.eval_scores.tasks import joined_name
from pipeline_defs.commands.output import print_table
from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import Settings
from resources.parquet_store import MissingTableError, ParquetStore, TableAddress

REASONS_SHOWN = 4


def print_funnel(console: Console, store: ParquetStore, recipe: str) -> None:
    """Rows in, kept and rejected by reason, step by step."""
    funnel = ask("yield_funnel", store, recipe)
    steps = funnel.group_by("artifact", "step", maintain_order=True).agg(
        pl.col("unit").first().alias("of"),
        pl.col("rows_in").first().cast(pl.Int64).alias("in"),
        pl.col("kept", "rejected").first().cast(pl.Int64),
        pl.format("{} {}", "rejected_for_reason", "reason").drop_nulls().alias("reasons"),
    )
    more = pl.col("reasons").list.len() - REASONS_SHOWN
    shown = steps.with_columns(
        pl.when(pl.col("artifact").ne_missing(pl.col("artifact").shift())).then("artifact").alias("artifact"),
        pl.format(
            "{}{}",
            pl.col("reasons").list.head(REASONS_SHOWN).list.join(", "),
            pl.when(pl.col("reasons").list.len() > REASONS_SHOWN)
            .then(pl.format(", {} more", more))
            .otherwise(pl.lit("")),
        ).alias("rejected because"),
    ).drop("reasons")
    print_table(console, shown, f"Funnel of the recipe {recipe}")


def print_scores(console: Console, store: ParquetStore, recipe: str) -> None:
    """The scores of the recipe's checkpoint."""
    try:
        scores = store.scan(TableAddress((recipe, "eval_scores"))).collect()
    except MissingTableError:
        return
    rows = [
        {
            "benchmark": joined_name(row["benchmark"], row["task"]),
            "language": row["language"],
            "k": row["k"],
            "pass@k": _percent(row["pass_at_k"]),
            "95 % interval": f"{_percent(row['low'])} to {_percent(row['high'])}",
            "problems": row["problems"],
            "clean pass@k": _percent(row["clean_pass_at_k"]),
            "clean problems": row["clean_problems"],
        }
        for row in scores.iter_rows(named=True)
    ]
    print_table(console, pl.DataFrame(rows), f"Scores of the checkpoint of {recipe}")
    if scores["pass_at_k"].max() == 0:
        console.print(
            "No problem is solved: what a tiny model, or one trained on data of little worth, comes to."
        )


def print_rows(console: Console, store: ParquetStore, recipe: str, count: int = 3) -> None:
    """Some training rows, whole, with their origin."""
    addresses = store.partitions((recipe, "sft_dataset"))
    if not addresses:
        return
    rows = pl.concat([store.scan(address) for address in addresses]).head(count).collect()
    for row in rows.iter_rows(named=True):
        origin = f"{row['repo']} {row['commit']} {row['path']}:{row['start_line']}-{row['end_line']} ({row['license']})"
        text = f"[bold]user[/]\n{escape(row['prompt'])}\n\n[bold]assistant[/]\n{escape(row['completion'])}"
        console.print(
            Panel(
                text,
                title=f"training row {row['sft_id']}",
                subtitle=escape(f"{origin}, engine: {row['engine']}"),
            )
        )


def print_places(console: Console, settings: Settings, recipe: str) -> None:
    """Where the files are, and how to go on."""
    console.print(
        f"Parquet files   {settings.store_root}/{recipe}/<artifact>/ and {settings.store_root}/raw_corpus/"
    )
    console.print(f"checkpoint      {settings.models_root}/ (a Hugging Face folder)")
    console.print("look closer     seedline show sft_dataset · seedline audit · seedline trace <id>")
    console.print("the UI          make ui (or: seedline ui), then http://127.0.0.1:3000")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
