"""`seedline lab`: whether the data works, shown on a small model: arms of one recipe, compared on held-out problems."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table

from pipeline_defs.lab.arms import BASE, LABELS, UNVERIFIED, VERIFIED
from pipeline_defs.lab.experiment import FULL, QUICK, Found, Size, experiment
from pipeline_defs.lab.picture import draw
from pipeline_defs.lab.scores import Score, gain, score

console = Console(width=110)
WHAT_IT_IS_NOT = (
    "What this is not: evidence about large models. It shows that the pipeline does what it is for, on a model of a "
    "million parameters in a world of small functions."
)


def lab(
    full: Annotated[bool, typer.Option("--full", help="Three seeds of each arm in place of one.")] = False,
    folder: Annotated[Path, typer.Option(help="Where everything is kept.")] = Path(".seedline/lab"),
    functions: Annotated[int | None, typer.Option(min=1, help="Functions of the corpus.")] = None,
    problems: Annotated[int | None, typer.Option(min=1, help="Held-out problems.")] = None,
    one_round: Annotated[bool, typer.Option("--one-round", help="Leave the second round out.")] = False,
    batch_size: Annotated[int, typer.Option(min=1, help="Prompts answered at once.")] = 256,
) -> None:
    """Train seedling on unverified, verified and other data, score each, and draw what came of it."""
    chosen = FULL if full else QUICK
    size = Size(functions or chosen.functions, problems or chosen.problems, chosen.replicates, not one_round)
    found = experiment(folder, size, batch_size=batch_size, say=console.print)
    report(found, folder)


def report(found: Found, folder: Path) -> dict[str, Any]:
    """Print the table, write `lab.json` and `lab.png` into `folder`, and return what `lab.json` holds."""
    shown = [label for label in LABELS if label in found.shares]
    scores = {arm: {way: score(shares) for way, shares in found.shares[arm].items()} for arm in shown}
    table = Table(title=f"pass@1 on {found.problems} held-out problems, 95 % intervals")
    for name in ("trained on", "rows", "greedy", "sampled, n = 10", "greedy over base"):
        table.add_column(name, justify="left" if name == "trained on" else "right")
    for arm, ways in scores.items():
        over = gain(found.shares[arm]["greedy"], found.shares[BASE]["greedy"]) if arm != BASE else None
        table.add_row(
            arm if arm != BASE else "nothing (base)",
            f"{found.rows[arm]:,}" if arm in found.rows else "-",
            _shown(ways["greedy"]),
            _shown(ways["sampled"]),
            _shown(over, signed=True) if over else "-",
        )
    console.print(table)
    gains = {
        f"{VERIFIED} over {other}": {
            way: gain(found.shares[VERIFIED][way], found.shares[other][way]).__dict__
            for way in found.shares[VERIFIED]
        }
        for other in (BASE, UNVERIFIED)
    }
    picture, figures = folder / "lab.png", folder / "lab.json"
    draw(picture, list(scores), scores, problems=found.problems, rows=found.rows)
    facts = {
        "problems": found.problems,
        "scores": {arm: {way: one.__dict__ for way, one in ways.items()} for arm, ways in scores.items()},
        "gains": gains,
        "rows": found.rows,
        "files_of_the_corpus_with_a_held_out_problem": found.contaminated_functions,
        "seconds": round(found.seconds, 1),
        "stages": found.stages,
    }
    figures.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")
    console.print(f"{WHAT_IT_IS_NOT}\n{picture}   {figures}   {found.seconds:.0f} s")
    return facts


def _shown(one: Score, *, signed: bool = False) -> str:
    mark = "+" if signed else ""
    return f"{100 * one.share:{mark}.1f} % ({100 * one.low:{mark}.1f} to {100 * one.high:{mark}.1f})"
