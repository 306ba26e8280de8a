"""How far a materialization is, on the terminal: a bar where somebody watches, else a line every few seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TextColumn,
    TimeElapsedColumn,
)

from assets.publishing.progress import Paid
from pipeline_defs.commands.terminal import Console
from pipeline_defs.planning.rebuild import OnProgress
from pipeline_defs.planning.rebuild import Progress as Materializing

EVERY_S = 5.0


@contextmanager
def shown(console: Console, total: int, every_s: float = EVERY_S) -> Iterator[OnProgress]:
    """What a materialization of `total` tables is to be given as `on_progress`."""
    if not console.is_terminal:
        yield _Lines(console, every_s)
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=console) as progress:
        tables = progress.add_task("tables", total=total)
        step = progress.add_task("", total=None, visible=False)

        def update(at: Materializing) -> None:
            progress.update(tables, completed=at.done, description=_cut(f"tables{paid_words(at.paid)}", 40))
            if at.step is None or not at.step.total:
                progress.update(step, visible=False)
                return
            name = at.step.address.split("=")[0].rpartition("/")[0] or at.step.address
            progress.update(
                step,
                visible=True,
                completed=at.step.done,
                total=at.step.total,
                description=_cut(f"{name}: {at.step.what}", 40),
            )

        yield update


class _Lines:
    """A line for each table that begins, and one every few seconds while it is made."""

    def __init__(self, console: Console, every_s: float) -> None:
        self._console, self._every_s = console, every_s
        self._last, self._running = time.monotonic(), ""

    def __call__(self, at: Materializing) -> None:
        now = time.monotonic()
        if at.running == self._running and now - self._last < self._every_s:
            return
        self._last, self._running = now, at.running
        self._console.print(line(at), highlight=False, markup=False, soft_wrap=True)


def line(at: Materializing) -> str:
    """One line: what is done and to do, what runs with its rate and the time left, calls and cost."""
    text = f"[{at.seconds:,.0f} s] {at.done} of {at.total} tables"
    if at.step is None:
        text += f", next {at.running}" if at.done < at.total else ""
    else:
        text += f", {at.step.address}" + (f": {at.step}" if at.step.what else "")
    return text + paid_words(at.paid)


def paid_words(paid: Paid) -> str:
    """`, 1,234 calls, 56,000 tokens, cost 0.42`; empty where nothing was paid."""
    if not paid.calls:
        return ""
    return f", {paid.calls:,} calls, {paid.tokens:,} tokens" + (
        f", cost {paid.money:,.2f}" if paid.money else ""
    )


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else text[: width - 1] + "…"
