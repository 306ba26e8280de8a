"""What a plan would cost, as `seedline plan` prints it: a line for each artifact and language, and the sum."""

import polars as pl

from pipeline_defs.commands.output import Output

NUMBERS = (
    "rows",
    "calls",
    "prompt_tokens",
    "completion_tokens",
    "programs",
    "type_checks",
    "seconds",
    "money",
)


def with_costs(planned: pl.DataFrame, costs: pl.DataFrame) -> pl.DataFrame:
    """The plan with the cost of each partition beside it; null where nothing can be said, as of a dump not read yet."""
    keyed = costs.with_columns(
        pl.when(pl.col("artifact") == "raw_corpus")
        .then("artifact")
        .otherwise(pl.concat_str("recipe", pl.lit("/"), "artifact"))
        .alias("asset"),
        partition=pl.col("language"),
    ).drop("recipe", "artifact", "language", "why", "cause")
    keyed = keyed.unique(["asset", "partition"], keep="first", maintain_order=True)
    return planned.join(keyed, on=["asset", "partition"], how="left", nulls_equal=True, maintain_order="left")


def print_costs(output: Output, asked: pl.DataFrame) -> None:
    """For people: the lines that ask for anything, and the sum with its interval."""
    some = pl.any_horizontal(pl.col(name) > 0 for name in NUMBERS)
    lines = asked.filter(some)
    used = [name for name in NUMBERS if lines[name].sum()]
    if lines.height:
        shown = lines.select("asset", "partition", *(pl.col(name).round(2) for name in used), "basis")
        output.table(lines, "would be computed, after the row cache was asked", shown=shown)
    total = {
        name: float(asked[name].sum() or 0.0) for name in asked.columns if asked[name].dtype == pl.Float64
    }
    text = f"{total['calls']:,.0f} model calls"
    if total["calls_high"] > total["calls"] or total["calls_low"] < total["calls"]:
        text += f" ({total['calls_low']:,.0f} to {total['calls_high']:,.0f})"
    text += f", {total['prompt_tokens'] + total['completion_tokens']:,.0f} tokens, {total['programs']:,.0f} programs, "
    text += f"{total['type_checks']:,.0f} type checks; about {total['seconds']:,.0f} s "
    text += f"({total['seconds_low']:,.0f} to {total['seconds_high']:,.0f}) beside the steps' own work"
    if total["money"]:
        text += f", {total['money']:,.2f} in money ({total['money_low']:,.2f} to {total['money_high']:,.2f})"
    output.say(text)
    bases = {
        "counted": "counted row by row",
        "history": "from what was measured here",
        "assumptions": "from what the recipe allows, since nothing was measured here yet",
    }
    said = [f"{name}: {meaning}" for name, meaning in bases.items() if (lines["basis"] == name).any()]
    if said:
        output.say("; ".join(said))
    unread = asked.filter(asset="corpus_dump")["partition"].to_list()
    if unread:
        output.say(
            f"dumps {', '.join(unread)} are read first: what their files will ask for is not in these numbers "
            "(seedline materialize --select 'key:\"corpus_dump\"', then plan again)"
        )
