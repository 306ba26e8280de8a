"""`seedline demo`: this machine's code becomes training rows, and a small model learns from what it wrote itself."""

import os
import time
import tomllib
from dataclasses import replace
from importlib.util import find_spec

from pipeline_defs.commands.demo_summary import print_summary
from pipeline_defs.commands.doctor import refuse_lacking
from pipeline_defs.commands.output import Output
from pipeline_defs.commands.progress import shown
from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import DEMO_CONFIG_FILE, Settings, load_settings
from pipeline_defs.deployment import Deployment
from pipeline_defs.lab.proof import Proof, prove
from pipeline_defs.report.asset import write_report
from resources.trainer.base import TrainerUnavailable

DUMPS = ("installed-packages", "grammar")
ROWS, MODEL = "demo", "seedling_small"
"""The recipe that ends with training rows of this machine's code, and the one whose model learns."""


def demo() -> None:
    """Real code to verified training rows, and a small model that gets better by rows that it wrote itself."""
    started = time.monotonic()
    if not _has_torch():
        raise TrainerUnavailable(
            "the demo ends with a training, and torch is not installed: pip install 'seedline[train]'. Without it, "
            "seedline materialize --recipe demo --select '+key:\"demo/sft_dataset\"' makes the training rows"
        )
    refuse_lacking(Output(), load_settings())
    deployment = with_demo(Deployment.open())
    console = Console()

    def say(text: str) -> None:
        console.print(f"[bold]{text}[/] [dim]{time.monotonic() - started:.0f} s[/]", highlight=False)

    say("1 of 3  The Python code of this machine becomes training rows: read, filtered, asked about, run")
    made = _made(deployment, ROWS, console, f'+key:"{ROWS}/sft_dataset" or key:"{ROWS}/audit"')
    say("2 of 3  A model of a million parameters writes tasks and answers; those whose tests hold train it")
    made += _made(deployment, MODEL, console)
    say("3 of 3  The model before and after, each asked every held-out problem several times")
    proof = prove(deployment, deployment.recipe(MODEL))
    reports = [write_report(deployment, name) for name in (ROWS, MODEL)]
    print_summary(console, deployment, (ROWS, MODEL), proof, reports)
    done = f"{made} tables made" if made else "everything was up to date"
    console.print(f"\n[bold]Done[/] in {time.monotonic() - started:.0f} s: {done}.")
    _say_how_it_ended(console, proof)


def with_demo(deployment: Deployment) -> Deployment:
    """The deployment with the demo's recipes, dumps and problems where its settings name none of these names."""
    shipped = Settings.model_validate(tomllib.loads(DEMO_CONFIG_FILE.read_text(encoding="utf-8")))
    known = deployment.settings
    named = {name: shipped.dumps.named[name] for name in DUMPS} | known.dumps.named
    benchmarks = shipped.benchmarks | known.benchmarks
    # as the lab does it: so small a model keeps no two cores busy in one process
    fast = {"batch_size": 256, "workers": len(os.sched_getaffinity(0))}
    engines = {name: value for name, value in fast.items() if name not in known.engines.model_fields_set}
    settings = known.model_copy(
        update={
            "dumps": known.dumps.model_copy(update={"named": named}),
            "benchmarks": benchmarks,
            "engines": known.engines.model_copy(update=engines),
        }
    )
    return replace(deployment, settings=settings).with_recipe(ROWS).with_recipe(MODEL)


def _made(deployment: Deployment, recipe: str, console: Console, select: str | None = None) -> int:
    plan = deployment.plan(recipe, dumps=list(DUMPS), select=select)
    with shown(console, len(plan)) as on_progress:
        return len(deployment.carry_out(plan, on_progress))


def _say_how_it_ended(console: Console, proof: Proof) -> None:
    if not proof.is_clear:
        console.print(
            "[yellow]Not clear by every way of asking:[/] an interval above holds 0. A larger dump `grammar` "
            "and more problems tell more; the whole experiment is `seedline lab`."
        )


def _has_torch() -> bool:
    """Without importing it, which takes seconds."""
    try:
        return find_spec("torch") is not None
    except ValueError:  # it was made impossible to import
        return False
