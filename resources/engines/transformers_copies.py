"""Copies of a small checkpoint in worker processes: a model too small to keep several cores busy with one batch.

One copy a core, each on a thread of its own, answers more than one process whose threads wait for each other at
every small product. What a copy does is `transformers`' part; that a copy dies or runs out of memory costs the
rows it had at the time, halved until the one is found.
"""

import os
from collections.abc import Iterator
from functools import cache, partial
from typing import Any

import polars as pl

from resources.engines.base import COMPLETION_SCHEMA, Engine, Sampling, refuse_json_schema
from resources.engines.transformers import TransformersEngine
from resources.workers.frames import FrameWorkers


class TransformersCopies(Engine):
    """`workers` copies of `TransformersEngine(model, **settings)`, which share `threads` (None: all cores)."""

    def __init__(
        self, model: str, *, workers: int, batch_size: int = 32, threads: int | None = None, **settings: Any
    ) -> None:
        self._workers, self._batch_size = workers, batch_size
        self._one = TransformersEngine(model, batch_size=batch_size, **settings)
        of_each = max(1, (threads or len(os.sched_getaffinity(0))) // workers)
        self._copy = {"model": model, "batch_size": batch_size, "threads": of_each, **settings}
        self._pool: FrameWorkers | None = None

    @property
    def name(self) -> str:
        """See `Engine`."""
        return self._one.name

    def identity(self) -> dict[str, str]:
        """See `Engine`; that of one copy."""
        return self._one.identity()

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. Prompts of similar length share a batch, the longest first; equal ones stand together."""
        refuse_json_schema(self, sampling)
        if requests.is_empty():
            return
        if self._pool is None:
            self._pool = FrameWorkers(partial(_answer, self._copy), workers=self._workers, on_loss=_lost)
        text = pl.coalesce(
            "prompt", pl.col("messages").list.eval(pl.element().struct.field("content")).list.join("")
        )
        ordered = requests.sort(text.str.len_bytes(), text, "key", descending=[True, False, False])
        size = min(self._batch_size, -(-requests.height // self._workers))  # few rows: some for every copy
        yield from self._pool.map(ordered.iter_slices(size), sampling=sampling)

    def __exit__(self, *_: object) -> None:
        """End the copies."""
        if self._pool is not None:
            self._pool.close()
            self._pool = None


def _answer(settings: dict[str, Any], requests: pl.DataFrame, *, sampling: Sampling) -> pl.DataFrame:
    return pl.concat(_copy(**settings).complete(requests, sampling))


@cache
def _copy(**settings: Any) -> Engine:
    """The copy of this worker process, loaded for its first batch and kept."""
    return TransformersEngine(**settings)


def _lost(row: pl.DataFrame, detail: str) -> pl.DataFrame:
    return row.select(
        "key",
        pl.lit("").alias("text"),
        pl.lit("error").alias("finish_reason"),
        pl.lit(0).alias("prompt_tokens"),
        pl.lit(0).alias("completion_tokens"),
        pl.lit(detail).alias("detail"),
    ).cast(COMPLETION_SCHEMA)  # pyright: ignore[reportArgumentType]
