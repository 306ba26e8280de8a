"""Programs judged for a command: through the sandbox with a progress bar, and remembered where a cache is named.

Belongs here: what `seedline verify` and `seedline score` share. What they read and write stands in their own files.
"""

from collections.abc import Iterator
from pathlib import Path

import polars as pl
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from resources.row_cache.cache import CACHEABLE, CacheStage, RowCache
from resources.row_cache.fragments import KEY
from resources.sandbox.face import TRANSIENT, VERDICT_SCHEMA, Sandbox, SandboxUnavailable, Verdict
from resources.storage import Storage

STAGE_VERSION = "1"
INPUTS = ("language", "code", "tests", "timeout_s", "memory_mb")
"""Columns of a program that its verdict depends on, beside the sandbox's identity."""

RESULTS = {name: kind for name, kind in VERDICT_SCHEMA.items() if name != "key"}


class Rate(ProgressColumn):
    """Programs a second."""

    def render(self, task: Task) -> Text:
        """Over the whole run so far, e.g. `212.4 programs/s`."""
        elapsed = task.finished_time or task.elapsed
        return Text(f"{task.completed / elapsed:.1f} programs/s" if elapsed and task.completed else "")


def judged(programs: pl.DataFrame, sandbox: Sandbox, cache: Path | None, console: Console) -> pl.DataFrame:
    """`programs` (`key` and `INPUTS`; keys distinct) with the columns of `VERDICT_SCHEMA` beside them.

    The row order stays. With a `cache` folder, programs judged before under the same toolchain, limits and
    isolation are not run again, and what is finished is kept if the run is stopped.
    """
    bar = Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), Rate(), TimeRemainingColumn(),
        console=console,
    )  # fmt: skip
    with bar:
        task = bar.add_task("judging", total=len(programs))

        def run(batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
            for frame in sandbox.verify(batch):
                bar.advance(task, len(frame))
                yield frame

        if cache is None:
            verdicts = pl.concat([pl.DataFrame(schema=VERDICT_SCHEMA), *run(programs)])
            return programs.join(verdicts, on="key", how="left", maintain_order="left")
        store = RowCache(Storage(cache), user="command")
        answered = [
            programs.clear().with_columns(pl.lit(None, kind).alias(name) for name, kind in RESULTS.items())
        ]
        for (language,), part in programs.partition_by("language", as_dict=True, maintain_order=True).items():
            try:
                identity = sandbox.identity(str(language))
            except SandboxUnavailable:
                answered.append(part.join(pl.concat(run(part)), on="key", how="left", maintain_order="left"))
                continue

            def compute(batch: pl.DataFrame) -> Iterator[pl.DataFrame]:
                for frame in run(batch.drop("key").rename({KEY: "key"})):
                    yield frame.rename({"key": KEY}).with_columns(
                        (~pl.col("verdict").is_in([str(verdict) for verdict in TRANSIENT])).alias(CACHEABLE)
                    )

            stage = CacheStage("verdicts", STAGE_VERSION, {"sandbox": identity})
            mapped = store.map(stage, part, compute, inputs=INPUTS, results=RESULTS)
            bar.advance(task, len(part) - mapped.computed)
            answered.append(mapped.rows)
    columns = answered[0].columns
    return programs.select("key").join(
        pl.concat([frame.select(columns) for frame in answered]), on="key", how="left", maintain_order="left"
    )


def show_verdicts(verdicts: pl.DataFrame, console: Console) -> None:
    """A table of how many programs of each language got which verdict."""
    counts = verdicts.group_by("language").agg(
        pl.len().alias("programs"), *[(pl.col("verdict") == str(v)).sum().alias(str(v)) for v in Verdict]
    )
    given = [str(v) for v in Verdict if counts[str(v)].sum()]
    table = Table("language", "programs", *given)
    for row in counts.sort("language").iter_rows(named=True):
        table.add_row(row["language"], *[str(row[name]) for name in ("programs", *given)])
    console.print(table)
