"""`seedline lab`: whether the data works, shown on a small model: arms of one recipe, compared on held-out problems."""

import json as jsonlib
from pathlib import Path
from typing import Annotated, Any

import polars as pl
import typer

from pipeline_defs.commands.output import AsCsv, AsJson, Output
from pipeline_defs.lab.arms import BASE, LABELS, UNVERIFIED, VERIFIED
from pipeline_defs.lab.experiment import FULL, QUICK, Found, Size, experiment
from pipeline_defs.lab.picture import draw
from pipeline_defs.lab.scores import Score, gain, score

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
    json: AsJson = False,
    csv: AsCsv = False,
) -> None:
    """Train seedling on unverified, verified and other data, score each, and draw what came of it."""
    chosen = FULL if full else QUICK
    size = Size(functions or chosen.functions, problems or chosen.problems, chosen.replicates, not one_round)
    output = Output(json, csv)
    report(experiment(folder, size, batch_size=batch_size, say=output.say), folder, output)


def report(found: Found, folder: Path, output: Output) -> dict[str, Any]:
    """Print the table, write `lab.json` and `lab.png` into `folder`, and return what `lab.json` holds."""
    shown = [label for label in LABELS if label in found.shares]
    scores = {arm: {way: score(shares) for way, shares in found.shares[arm].items()} for arm in shown}
    rows = [
        {
            "trained on": arm,
            "rows": found.rows.get(arm),
            "way": way,
            **{f"score_{name}": value for name, value in one.__dict__.items()},
            **{f"gain_{name}": value for name, value in _gain(found, arm, way).items()},
        }
        for arm, ways in scores.items()
        for way, one in ways.items()
    ]
    shown_rows = [
        {
            "trained on": arm if arm != BASE else "nothing (base)",
            "rows": found.rows.get(arm),
            "greedy": _shown(ways["greedy"]),
            "sampled, n = 10": _shown(ways["sampled"]),
            "greedy over base": "-"
            if arm == BASE
            else _shown(Score(**_gain(found, arm, "greedy")), signed=True),
        }
        for arm, ways in scores.items()
    ]
    title = f"pass@1 on {found.problems} held-out problems, 95 % intervals"
    output.table(pl.DataFrame(rows), title, shown=pl.DataFrame(shown_rows))
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
    figures.write_text(jsonlib.dumps(facts, indent=1) + "\n", encoding="utf-8")
    output.say(f"{WHAT_IT_IS_NOT}\n{picture}   {figures}   {found.seconds:.0f} s")
    return facts


def _gain(found: Found, arm: str, way: str) -> dict[str, float]:
    """How far the arm stands above the base, with its interval; nothing for the base itself."""
    return {} if arm == BASE else gain(found.shares[arm][way], found.shares[BASE][way]).__dict__


def _shown(one: Score, *, signed: bool = False) -> str:
    mark = "+" if signed else ""
    return f"{100 * one.share:{mark}.1f} % ({100 * one.low:{mark}.1f} to {100 * one.high:{mark}.1f})"
