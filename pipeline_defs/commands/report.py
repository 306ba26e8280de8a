"""What a finished run shows in the terminal: the funnel, the scores, some rows, and where everything is."""

import polars as pl
from rich.console import Console
from rich.markup import escape
from rich.panel import Panel
from rich.table import Table

from assets.audit.questions import ask
from assets.eval_scores.tasks import joined_name
from pipeline_defs.settings import Settings
from resources.parquet_store import MissingTableError, ParquetStore, TableAddress

REASONS_SHOWN = 4


def as_table(frame: pl.DataFrame, title: str | None = None, *, width: int = 60) -> Table:
    """A frame as a terminal table; long cells are cut."""
    table = Table(title=title)
    for name, dtype in frame.schema.items():
        table.add_column(name, justify="right" if dtype.is_numeric() else "left", overflow="fold")
    for row in frame.iter_rows():
        table.add_row(*(_cell(value, width) for value in row))
    return table


def print_funnel(console: Console, store: ParquetStore, recipe: str) -> None:
    """Rows in, kept and rejected by reason, step by step."""
    funnel = ask("yield_funnel", store, recipe)
    table = Table(title=f"Funnel of the recipe {recipe}")
    for name in ("artifact", "step", "of"):
        table.add_column(name)
    for name in ("in", "kept", "rejected"):
        table.add_column(name, justify="right")
    table.add_column("rejected because")
    steps = funnel.group_by("artifact", "step", maintain_order=True).agg(
        pl.col("unit", "rows_in", "kept", "rejected").first(),
        pl.format("{} {}", "rejected_for_reason", "reason").drop_nulls().alias("reasons"),
    )
    last = ""
    for row in steps.iter_rows(named=True):
        reasons = row["reasons"]
        more = f", {len(reasons) - REASONS_SHOWN} more" if len(reasons) > REASONS_SHOWN else ""
        table.add_row(
            row["artifact"] if row["artifact"] != last else "",
            row["step"],
            row["unit"],
            f"{int(row['rows_in']):,}",
            f"{int(row['kept']):,}",
            f"{int(row['rejected']):,}",
            ", ".join(reasons[:REASONS_SHOWN]) + more,
        )
        last = row["artifact"]
    console.print(table)


def print_scores(console: Console, store: ParquetStore, recipe: str) -> None:
    """The scores of the recipe's checkpoint."""
    try:
        scores = store.scan(TableAddress((recipe, "eval_scores"))).collect()
    except MissingTableError:
        return
    table = Table("benchmark", "language", title=f"Scores of the checkpoint of {recipe}")
    for name in ("k", "pass@k", "95 % interval", "problems", "clean pass@k", "clean problems"):
        table.add_column(name, justify="right")
    for row in scores.iter_rows(named=True):
        table.add_row(
            joined_name(row["benchmark"], row["task"]),
            row["language"],
            str(row["k"]),
            _percent(row["pass_at_k"]),
            f"{_percent(row['low'])} to {_percent(row['high'])}",
            str(row["problems"]),
            _percent(row["clean_pass_at_k"]),
            str(row["clean_problems"]),
        )
    console.print(table)
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


def _cell(value: object, width: int) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    text = "" if value is None else str(value)
    one_line = text.replace("\n", "⏎ ")
    return escape(one_line if len(one_line) <= width else one_line[: width - 1] + "…")


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.1%}"
