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

from resources.engines.face import COMPLETION_SCHEMA, Engine, Sampling
from resources.workers.frames import FrameWorkers


class TransformersCopies:
    """`workers` copies of the engine that `settings` (arguments of `TransformersEngine`) describe, which share its
    threads."""

    def __init__(self, workers: int, batch_size: int, settings: dict[str, Any]) -> None:
        threads = settings["threads"] or len(os.sched_getaffinity(0))
        known = {**settings, "threads": max(1, threads // workers), "batch_size": batch_size}
        self._workers, self._batch_size = workers, batch_size
        self._pool = FrameWorkers(partial(_answer, known), workers=workers, on_loss=_lost)

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. Prompts of similar length share a batch, the longest first; equal ones stand together."""
        text = pl.coalesce(
            "prompt", pl.col("messages").list.eval(pl.element().struct.field("content")).list.join("")
        )
        ordered = requests.sort(text.str.len_bytes(), text, "key", descending=[True, False, False])
        size = min(self._batch_size, -(-requests.height // self._workers))  # few rows: some for every copy
        yield from self._pool.map(ordered.iter_slices(size), sampling=sampling)

    def close(self) -> None:
        """End the copies."""
        self._pool.close()


def _answer(settings: dict[str, Any], requests: pl.DataFrame, *, sampling: Sampling) -> pl.DataFrame:
    return pl.concat(_copy(**settings).complete(requests, sampling))


@cache
def _copy(**settings: Any) -> Engine:
    """The copy of this worker process, loaded for its first batch and kept."""
    from resources.engines.transformers import TransformersEngine

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
