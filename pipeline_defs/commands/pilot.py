"""`seedline materialize --pilot`: a sample through a recipe, and what the whole would come to, printed."""

from collections.abc import Iterator, Sequence
from enum import Enum

from pipeline_defs.commands.output import Output
from pipeline_defs.commands.progress import paid_words
from pipeline_defs.deployment import Deployment
from pipeline_defs.pilot.pilot import Pilot, run_pilot
from pipeline_defs.pilot.shown import as_shown
from pipeline_defs.running.runs import RunFailedError


class PilotUnit(Enum):
    """What a pilot takes a number of."""

    files = "files"
    seeds = "seeds"


def take_pilot(
    output: Output,
    deployment: Deployment,
    recipe: str | None,
    size: int,
    unit: PilotUnit,
    languages: Sequence[str] | None,
    dumps: Sequence[str] | None,
    *,
    train: bool,
) -> None:
    """Take a pilot and print what came of it. Raises `RunFailedError` where it ended early."""

    pilot = run_pilot(
        deployment,
        recipe,
        size=size,
        unit=unit.value,
        languages=languages,
        dumps=dumps,
        train=train,
        say=lambda line: output.say(f"pilot: {line}"),
    )
    output.table(pilot.estimate, title_of(pilot), shown=as_shown(pilot))
    for line in said_with(pilot):
        output.say(line)
    if pilot.failure:
        raise RunFailedError(f"the pilot ended early:\n{pilot.failure}")


def title_of(pilot: Pilot) -> str:
    """What was taken of what."""
    taken = [f"{row[1]:,} of {row[2]:,} {pilot.unit} in {row[0]}" for row in pilot.sampled.iter_rows()]
    return f"Pilot of {pilot.recipe}: {', '.join(taken)}"


def said_with(pilot: Pilot) -> Iterator[str]:
    """What to bear in mind with it, what it cost, and where its tables are."""
    yield from (f"note: {note}" for note in pilot.notes)
    if pilot.run_settings:
        changed = ", ".join(f"{path}={value}" for path, value in sorted(pilot.run_settings.items()))
        yield f"under settings of this run: {changed}"
    yield (
        f"{pilot.seconds:,.0f} s{paid_words(pilot.paid) or ', no model call paid for'} ({pilot.saved:,} calls "
        f"saved); its tables are in {pilot.store}"
    )
