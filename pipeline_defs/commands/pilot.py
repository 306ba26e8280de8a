"""`seedline materialize --pilot`: a sample through a recipe, and what the whole would come to, printed."""

from collections.abc import Iterator, Sequence
from enum import Enum

import polars as pl

from pipeline_defs.commands.output import Output
from pipeline_defs.commands.progress import paid_words
from pipeline_defs.deployment import Deployment
from pipeline_defs.pilot import Pilot, run_pilot
from pipeline_defs.runs import RunFailedError


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


def as_shown(pilot: Pilot) -> pl.DataFrame:
    """The measures over all languages, as text for people."""
    rows = [(row["artifact"], row["measure"], *cells(row)) for row in pilot.together().iter_rows(named=True)]
    names = ("artifact", "measure", "pilot", "factor", "whole", "95 % interval")
    return pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row")


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


def cells(row: dict[str, object]) -> list[str]:
    """Pilot, factor, whole and interval of one measure, as text."""
    money = row["measure"] == "money"
    numbers = [_number(row[name], money=money) for name in ("pilot", "whole", "low", "high")]
    factor = "-" if row["factor"] is None else f"{row['factor']:,.4g}"
    return [numbers[0], factor, numbers[1], f"{numbers[2]} to {numbers[3]}"]


def as_markdown(pilot: Pilot) -> str:
    """A pilot's result as a Markdown table."""
    shown = as_shown(pilot)
    lines = [f"| {' | '.join(shown.columns)} |", "|" + "---|" * shown.width]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in shown.iter_rows())])


def _number(value: object, *, money: bool) -> str:
    return f"{value:,.4f}" if money else f"{value:,.0f}"
