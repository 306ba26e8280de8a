"""Carrying a plan out: batch after batch, in this process, with word on how far it is and what came of it.

What is to be done is `plan.py`'s matter, one batch as a Dagster run `runs.py`'s.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import dagster as dg
import polars as pl

from assets.corpus_dump.asset import KEY as CORPUS_DUMP
from assets.publishing.progress import Paid, StepProgress, heard_by
from assets.publishing.step import LEFT_AS_IT_IS
from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.staleness import Work, find_stale
from pipeline_defs.planning.plan import Plan
from pipeline_defs.running.runs import (
    Batch,
    DumpsFailedError,
    Figures,
    RunFailedError,
    judge_of,
    run_batch,
    run_batches,
)
from pipeline_defs.taking_down.apply import apply_take_downs, pending
from resources.parquet_store import TableAddress

REBUILT = pl.Schema(
    {
        "asset": pl.String,
        "partition": pl.String,
        "why": pl.String,
        "rows": pl.Int64,
        "rejected": pl.Int64,
        "calls": pl.Int64,
        "calls_saved": pl.Int64,
        "tokens": pl.Int64,
        "cost": pl.Float64,
    }
)
"""Columns of what was rebuilt: rows kept and rejected, model calls paid for and saved, their tokens and money; null
where the asset does not say."""


@dataclass(frozen=True)
class Progress:
    """How far a materialization is: `done` of `total` tables, `seconds` after its start.

    `running` names the batch; `step` is where its running step is, if it said so; `paid` what all steps paid.
    """

    done: int
    total: int
    seconds: float
    running: str
    step: StepProgress | None = None
    paid: Paid = field(default_factory=Paid)


OnProgress = Callable[[Progress], None]


class Interrupted(KeyboardInterrupt):
    """A materialization or a pilot was stopped by hand; the message says what is kept, and how to go on."""


@dataclass(frozen=True)
class Rebuilt:
    """What a materialization made, in order. Iterating gives the work; `seconds` is what all of it took.

    `joined` are the tables that another run was making at the same time: waited for, and taken as they came.
    """

    work: tuple[Work, ...] = ()
    figures: tuple[Figures, ...] = ()
    seconds: float = 0.0
    joined: tuple[Work, ...] = ()

    def __len__(self) -> int:
        return len(self.work)

    def __iter__(self) -> Iterator[Work]:
        return iter(self.work)

    def paid(self) -> Paid:
        """What all model calls cost together."""
        made = self.frame()
        return Paid(int(made["calls"].sum()), int(made["tokens"].sum()), float(made["cost"].sum()))

    def frame(self) -> pl.DataFrame:
        """One row a table that was made (`REBUILT`)."""
        rows = [
            {
                "asset": one.key.to_user_string(),
                "partition": one.partition,
                "why": one.reason,
                "rows": said.get("dagster/partition_row_count", said.get("dagster/row_count")),
                "rejected": said.get("rows_rejected"),
                "calls": said.get("engine_calls"),
                "calls_saved": said.get("engine_calls_saved"),
                "tokens": sum(int(said.get(name, 0)) for name in ("prompt_tokens", "completion_tokens"))
                if "engine_calls" in said
                else None,
                "cost": said.get("cost"),
            }
            for one, said in zip(self.work, self.figures, strict=True)
        ]
        return pl.DataFrame(rows, schema=REBUILT)


def carry_out(deployment: Deployment, plan: Plan, on_progress: OnProgress | None = None) -> Rebuilt:
    """Run what is planned; see `Deployment.carry_out`."""
    if pending(deployment):
        apply_take_downs(deployment)
    tracked = _Tracked(plan, on_progress or (lambda _: None))
    done: list[tuple[Work, Figures]] = []
    bad: list[str] = []
    failed: set[str | None] = set()
    with deployment.instance() as instance:
        try:
            for planned in run_batches(plan.work):
                if planned.recipe in failed:
                    continue
                planned_at = None if plan.forced else time.time()
                current = _still_stale(deployment, plan, instance, planned)
                tracked.begin(planned, current)
                for batch in run_batches(current):
                    try:
                        with heard_by(tracked.hear):
                            figures = run_batch(
                                plan.definitions,
                                instance,
                                batch,
                                run_settings=deployment.run_settings,
                                planned_at=planned_at,
                            )
                    except RunFailedError as error:
                        if CORPUS_DUMP in batch.keys:
                            bad.append(f"dump {batch.partition}: {error}")
                        elif batch.recipe is None or len(plan.recipes) == 1:
                            raise
                        else:
                            failed.add(batch.recipe)
                            bad.append(f"recipe {batch.recipe}: {error}")
                    else:
                        done += [(work, figures.get(work.key, {})) for work in current]
                tracked.end(planned)
        except (KeyboardInterrupt, dg.DagsterExecutionInterruptedError) as error:
            raise Interrupted(tracked.stopped()) from error
    if bad:
        error_type = RunFailedError if failed else DumpsFailedError
        raise error_type("\n".join([*bad, _held_up(bad, failed, built=bool(done))]))
    made = [(work, figures) for work, figures in done if not figures.get(LEFT_AS_IT_IS)]
    joined = tuple(work for work, figures in done if figures.get(LEFT_AS_IT_IS))
    work, figures = zip(*made, strict=True) if made else ((), ())
    return Rebuilt(tuple(work), tuple(figures), tracked.seconds(), joined)


def _held_up(bad: list[str], failed: set[str | None], *, built: bool) -> str:
    dumps = len(bad) - len(failed)
    said = [f"{_counted(dumps, 'dump')} could not be read"] if dumps else []
    said += [f"{_counted(len(failed), 'recipe')} failed"] if failed else []
    return " and ".join(said) + ("; the rest is up to date" if built else "")


def _counted(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _still_stale(
    deployment: Deployment, plan: Plan, instance: dg.DagsterInstance, batch: Batch
) -> list[Work]:
    judge = judge_of(plan.definitions, deployment.store(), deployment.sources(), deployment.settings)
    only = [] if batch.partition is None else [batch.partition]
    languages, dumps = ([], only) if CORPUS_DUMP in batch.keys else (only, [])
    return find_stale(
        judge, instance, selected=batch.keys, languages=languages, dumps=dumps, force=plan.forced
    )


class _Tracked:
    """Counts the tables that are through, and what was paid for; steps may speak from several threads."""

    def __init__(self, plan: Plan, on_progress: OnProgress) -> None:
        self._total = len(plan.work)
        self._on_progress = on_progress
        self._started = time.monotonic()
        self._through: set[str] = set()
        self._paid: dict[str, Paid] = {}
        self._running = ""
        self._lock = threading.Lock()

    def seconds(self) -> float:
        """Since the start."""
        return time.monotonic() - self._started

    def begin(self, batch: Batch, current: list[Work]) -> None:
        """A batch begins; what of it turned out to be up to date is through."""
        still = {_address(work.key, work.partition) for work in current}
        self._running = str(batch)
        self._through |= {_address(key, batch.partition) for key in batch.keys} - still
        self._tell(None)

    def end(self, batch: Batch) -> None:
        """All tables of a batch are through."""
        self._through |= {_address(key, batch.partition) for key in batch.keys}
        self._tell(None)

    def hear(self, step: StepProgress) -> None:
        """A step says where it is."""
        with self._lock:
            if step.ended:
                self._through.add(step.address)
            if step.paid.calls:
                self._paid[step.address] = step.paid
        self._tell(step)

    def stopped(self) -> str:
        """What to say to somebody who stopped it."""
        return (
            f"stopped: {len(self._through)} of {self._total} tables were made and are kept, and so is every result "
            f"of the one that ran ({self._running}) up to its last batch; nothing of it is paid for twice. "
            "The same command goes on from there."
        )

    def _tell(self, step: StepProgress | None) -> None:
        paid = sum(self._paid.values(), Paid())
        self._on_progress(
            Progress(len(self._through), self._total, self.seconds(), self._running, step, paid)
        )


def _address(key: dg.AssetKey, partition: str | None) -> str:
    return str(TableAddress.of(tuple(key.path), partition))
