"""What the demo ends with: what came in, what was kept and why not, before and after, one row with its lineage."""

import polars as pl
from rich.markup import escape

from assets.audit.questions import ask
from assets.audit.tree import Node
from pipeline_defs.commands.terminal import Console
from pipeline_defs.deployment import Deployment
from pipeline_defs.lab.proof import Proof
from pipeline_defs.lab.scores import Score

REASONS_SHOWN = 3
STAGES = {
    "filtered_seeds": "functions worth asking about",
    "instructions": "tasks",
    "candidate_responses": "answers with tests",
    "verified_responses": "answers whose tests held",
    "sft_dataset": "training rows",
}
"""Artifacts in the words of somebody who sees them for the first time."""


def print_summary(
    console: Console, deployment: Deployment, recipes: tuple[str, str], proof: Proof, reports: list[str]
) -> None:
    """The story of both recipes, and where to read on."""
    rows, model = recipes
    console.print()
    for recipe, said in (
        (rows, "code of this machine, written about by rules"),
        (model, "small functions, written about by the model"),
    ):
        console.print(f"[bold]{said}[/] [dim](recipe {recipe})[/]", highlight=False)
        for line in yields(deployment, recipe):
            console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    console.print(
        f"[bold]the model, trained on {proof.rows:,} of its own verified answers[/], "
        f"pass@1 on {proof.problems} held-out problems (difference: paired, 95 %)",
        highlight=False,
        soft_wrap=True,
    )
    for way, change in proof.changes.items():
        console.print(
            f"  {way:<10} {_percent(change.before)} → {_percent(change.after)}   {_points(change.gain)}",
            highlight=False,
        )
    console.print("[bold]one row, and where it comes from[/] [dim](seedline trace)[/]", highlight=False)
    for line in lineage(deployment, model):
        console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
    console.print("[bold]reports[/]  " + escape("  ".join(reports)), soft_wrap=True, highlight=False)
    console.print(
        "read on  seedline ui · seedline show sft_dataset --recipe demo · seedline audit --recipe demo"
    )


def yields(deployment: Deployment, recipe: str) -> list[str]:
    """A line a stage: rows kept of it, and the most frequent reasons of what was not."""
    store = deployment.store()
    funnel = ask("yield_funnel", store, recipe)
    lost = (
        funnel.filter(pl.col("reason").is_not_null() & (pl.col("reason") != "other_repository"))
        .group_by("artifact", "reason")
        .agg(pl.col("rejected_for_reason").sum())
        .sort("rejected_for_reason", "reason", descending=[True, False])
    )
    lines, before = [], 0
    for artifact, words in STAGES.items():
        kept = deployment.scan(artifact, recipe).select(pl.len()).collect().item()
        reasons = lost.filter(artifact=artifact).head(REASONS_SHOWN).iter_rows(named=True)
        said = ", ".join(f"{one['reason']} {one['rejected_for_reason']:,}" for one in reasons)
        share = f" ({kept / before:.0%} of them)" if artifact == "verified_responses" and before else ""
        lines.append(f"{kept:>7,} {words}{share}" + (f"; left out: {said}" if said else ""))
        before = kept
    return lines


def lineage(deployment: Deployment, recipe: str) -> list[str]:
    """A line for each row from the file down to one training row."""
    row_id = deployment.scan("sft_dataset", recipe).select("sft_id").sort("sft_id").head(1).collect()
    if row_id.is_empty():
        return ["no row came through"]
    node: Node | None = deployment.trace_tree(row_id.item(), recipe)
    lines = []
    while node is not None:
        lines.append(f"{node.artifact:<20} {node.row_id}  {_facts(node)}")
        node = next(iter(node.children), None)
    return lines


SHOWN = ("repo", "path", "license", "name", "start_line", "end_line", "instruction", "proof")


def _facts(node: Node) -> str:
    found = [f"{name}: {node.facts[name]}" for name in SHOWN if node.facts.get(name) not in (None, "")]
    text = ", ".join(found).replace("\n", " ")
    return text if len(text) <= 110 else text[:109] + "…"


def _percent(one: Score) -> str:
    return f"{100 * one.share:.1f} %"


def _points(one: Score) -> str:
    return f"{100 * one.share:+.1f} points ({100 * one.low:+.1f} to {100 * one.high:+.1f})"
