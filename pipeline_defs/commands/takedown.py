"""`seedline takedown`: the rules and what they name, applying them, and the receipts."""

from typing import Annotated

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.deployment import Deployment

takedown = typer.Typer(
    add_completion=False,
    help="Take-downs: the rules and what they name, applying them at once, the receipts.",
    no_args_is_help=False,
    invoke_without_command=True,
)


@takedown.callback()
def default(context: typer.Context, json: AsJson = False, csv: AsCsv = False) -> None:
    """Take-downs; without a sub-command the rules are listed."""
    if context.invoked_subcommand is None:
        rules(json, csv)


@takedown.command("rules")
def rules(json: AsJson = False, csv: AsCsv = False) -> None:
    """Every rule with its date, reason and reference, and how many files of the stored dumps it names."""
    from assets.raw_corpus.asset import read_take_downs
    from pipeline_defs.taking_down.apply import pending
    from pipeline_defs.taking_down.named import named_files

    deployment, output = Deployment.open(), Output(json, csv)
    settings = deployment.settings
    named = named_files(deployment.store(), read_take_downs(settings.raw_corpus, settings.s3))
    output.table(
        named.counts(), nothing="there is no rule: the setting raw_corpus.take_downs names their file"
    )
    for warning in named.warnings():
        output.say(warning)
    if pending(deployment):
        output.say("these rules are not applied yet: seedline takedown apply, or seedline materialize")


@takedown.command("apply")
def apply(
    rebuild: Annotated[
        bool,
        typer.Option("--rebuild", help="Then bring everything up to date, as `seedline materialize` does."),
    ] = False,
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Take the text out of every table, cache, log, export and pilot now; no model is called. Prints the receipt."""
    from pipeline_defs.taking_down.apply import apply_take_downs

    deployment, output = Deployment.open(), Output(json, csv)
    done = apply_take_downs(deployment, output.say)
    for warning in done.warnings:
        output.say(warning)
    nothing = "nothing that is stored comes from what the rules name"
    if done.receipt is None:
        output.say(nothing)
    else:
        made = done.receipt.frame()
        shown = made.select("rule", "artifact", "rows_before", "rows_removed", "bytes_rewritten")
        output.table(made, shown=shown)
        _say_what_remains(output, made)
        output.say(f"receipt: {done.statement}")
    if rebuild:
        rebuilt = deployment.materialize()
        output.say(f"{len(rebuilt)} tables made again")


@takedown.command("receipts")
def receipts(json: AsJson = False, csv: AsCsv = False) -> None:
    """What every application of the rules took out of where."""
    from pipeline_defs.taking_down.receipts import read_receipts

    made = read_receipts(Deployment.open().store())
    shown = made.select(
        "at", "rule", "reference", "artifact", "rows_before", "rows_removed", "bytes_rewritten"
    )
    Output(json, csv).table(made, shown=shown, nothing="nothing was taken down yet")


def _say_what_remains(output: Output, made: pl.DataFrame) -> None:
    trained = made.select("rule", "trained").explode("trained", empty_as_null=True, keep_nulls=False)
    for rule, one in trained.drop_nulls("trained").unique().sort("rule").iter_rows():
        output.say(
            f"checkpoint {one['checkpoint_id']} of {one['recipe']} was trained on {one['rows']} rows of {rule!r} "
            f"({one['share']:.2%} of its rows); train it again, or keep it from being used"
        )
    for place in made["out_of_reach"].to_list()[0]:
        output.say(f"out of reach: {place}")
    left = made["left"].to_list()[0]
    if left:
        output.say(f"{left} texts of removed rows are still there: apply again, and report it")
