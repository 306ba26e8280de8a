"""Programs judged for a command: through the sandbox with a progress bar, and remembered where a cache is named.

Belongs here: what `seedline verify` and `seedline score` share. What they read and write is in their own files.
"""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import polars as pl
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from assets.verdicts.control import unproven_problems
from assets.verdicts.judged import JUDGED, Repeat
from assets.verdicts.judged import judged as judged_programs
from pipeline_defs.commands.terminal import Console
from pipeline_defs.configuration.settings import load_settings
from resources.row_cache.cache import RowCache
from resources.sandbox.base import VERDICT_SCHEMA, Sandbox, SandboxUnavailable, Verdict
from resources.sandbox.local import open_sandbox
from resources.storage import Storage

BACKEND_HELP = "auto, bwrap or landlock; without it, the setting sandbox.backend"

USER = "command"
"""Who a command is in the usage record of a row cache."""


def machine_sandbox(workers: int = 0, backend: str = "") -> Sandbox:
    """The sandbox that the deployment's settings describe; what a command line names comes before them.

    Raises `SandboxUnavailable` with the remedy where nothing can isolate, and where what is asked for cannot.
    """
    machine = load_settings().sandbox
    return open_sandbox(
        machine.limits,
        workers=workers or machine.workers,
        backend=backend or machine.backend,
        python=machine.python,
    )


class Rate(ProgressColumn):
    """Programs a second."""

    def render(self, task: Task) -> Text:
        """Over the whole run so far, e.g. `212.4 programs/s`."""
        elapsed = task.finished_time or task.elapsed
        return Text(f"{task.completed / elapsed:.1f} programs/s" if elapsed and task.completed else "")


def judged(
    programs: pl.DataFrame,
    sandbox: Sandbox,
    cache: Path | None,
    console: Console,
    *,
    control: bool = True,
    repeat: Repeat = "in_doubt",
) -> pl.DataFrame:
    """`programs` (`language, code, tests, timeout_s, memory_mb`) with the columns of `JUDGED`.

    The row order stays; equal programs run once. With a `cache` folder, programs judged before under the same
    toolchain, limits and isolation are not run again, by whatever command or recipe they were, and what is
    finished is kept if the run is stopped.
    """
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(),
        console=console,
    )  # fmt: skip
    place = "__place"
    numbered = programs.with_row_index(place)
    answered = [
        numbered.clear().with_columns(pl.lit(None, kind).alias(name) for name, kind in JUDGED.items())
    ]
    with bar, _folder(cache) as folder:
        task = bar.add_task("judging", total=len(programs))
        row_cache = RowCache(Storage(folder), user=USER)
        before = 0
        for (language,), part in numbered.partition_by("language", as_dict=True, maintain_order=True).items():

            def show(done: int, total: int, before: int = before, rows: int = len(part)) -> None:
                bar.update(task, completed=before + rows - total + done)

            try:
                found = judged_programs(
                    part,
                    sandbox,
                    row_cache,
                    language=str(language),
                    control=control,
                    repeat=repeat,
                    progress=show,
                ).rows
            except SandboxUnavailable:  # the sandbox says so on every row
                found = _unremembered(part, sandbox)
            answered.append(found.select(answered[0].columns))
            before += len(part)
            bar.update(task, completed=before)
    return pl.concat(answered).sort(place).drop(place)


def unproven(
    programs: pl.DataFrame, problem: str, sandbox: Sandbox, cache: Path | None, console: Console
) -> pl.DataFrame:
    """Which problems of judged `programs` have tests that also hold for a useless answer: `problem, reason`."""
    found = [pl.DataFrame(schema={problem: pl.String, "reason": pl.String})]
    with _folder(cache) as folder, console.status("trying the tests on answers made useless"):
        row_cache = RowCache(Storage(folder), user=USER)
        for (language,), part in programs.partition_by("language", as_dict=True, maintain_order=True).items():
            found.append(unproven_problems(part, [problem], sandbox, row_cache, language=str(language)))
    return pl.concat(found)


def _unremembered(programs: pl.DataFrame, sandbox: Sandbox) -> pl.DataFrame:
    numbered = programs.with_row_index("key").with_columns(pl.col("key").cast(pl.String))
    verdicts = pl.concat([pl.DataFrame(schema=VERDICT_SCHEMA), *sandbox.verify(numbered)])
    found = numbered.join(verdicts, on="key", how="left", maintain_order="left").drop("key")
    return found.with_columns(pl.lit(None, pl.String).alias("reason"))


@contextmanager
def _folder(cache: Path | None) -> Iterator[Path]:
    """`cache`, or a folder that lasts as long as the command."""
    if cache is not None:
        yield cache
        return
    with tempfile.TemporaryDirectory(prefix="seedline-verdicts-") as folder:
        yield Path(folder)


def verdict_counts(verdicts: pl.DataFrame) -> pl.DataFrame:
    """How many programs of each language got which verdict: `language, programs`, and a column a verdict given."""
    counts = verdicts.group_by("language").agg(
        pl.len().alias("programs"), *[(pl.col("verdict") == str(v)).sum().alias(str(v)) for v in Verdict]
    )
    given = [str(v) for v in Verdict if counts[str(v)].sum()]
    return counts.sort("language").select("language", "programs", *given)
