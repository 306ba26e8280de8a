"""Texts held against benchmarks by way of the row cache: what was compared once is not compared again.

A text's finds are remembered for a group of benchmarks. A benchmark that no group has makes a new group of its own:
old texts are then held against its problems alone, and new texts against all. A changed benchmark is a new one.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import NamedTuple

import polars as pl

from assets.benchmarks.passages import PATTERN_SCHEMA
from assets.contamination.hits import Detectors
from assets.contamination.settings import DetectorSettings
from resources.ids import content_id, text_id
from resources.row_cache import CacheStage, RowCache

STAGE, VERSION = "contamination", "2"
FOUND = pl.List(pl.Struct(PATTERN_SCHEMA))
TEXTS_AT_ONCE = 20_000
READ = (
    "benchmark", "problem_id", "language", "prompt", "question", "docstring", "canonical_solution", "entry_point",
    "test",
)  # fmt: skip
"""Columns of problems that detectors read."""


class Compared(NamedTuple):
    """One group of benchmarks: how many texts were held against it now, and how many had been before."""

    benchmarks: tuple[str, ...]
    problems: int
    computed: int
    reused: int


def compared(
    texts: pl.DataFrame,
    problems: pl.DataFrame,
    settings: DetectorSettings,
    row_cache: RowCache | None,
    *,
    seed: int,
    workers: int | None = None,
    detectors: Detectors | None = None,
) -> tuple[pl.DataFrame, list[Compared]]:
    """What each of `texts` (`text, language`, each once) holds: `place` and `PATTERN_SCHEMA`; and the counts.

    Without a cache everything is computed, by `detectors` where they are given.
    """
    numbered = texts.with_row_index("place")
    if row_cache is None:
        made = detectors or Detectors(problems, settings, seed=seed)
        found = made.hits(numbered, pl.col("text"), "place", language=pl.col("language"), workers=workers)
        names = tuple(problems["benchmark"].unique().sort())
        return found, [Compared(names, problems.height, texts.height, 0)]
    parts, counts = [], []
    wanted = set(problems["benchmark"])
    plain: dict[str, object] = {**settings.detectors().model_dump(mode="json"), "seed": seed}
    for group in _groups(benchmark_digests(problems), _known(row_cache, plain)):
        own = problems.filter(pl.col("benchmark").is_in(list(group)))
        finds = _Finds(own, settings, seed, workers)
        mapped = row_cache.map(
            CacheStage(STAGE, VERSION, {**plain, "benchmarks": dict(group)}),
            numbered,
            finds,
            inputs=["text", "language"],
            results={"found": FOUND},
            batch_rows=TEXTS_AT_ONCE,
        )
        counts.append(
            Compared(tuple(sorted(group.keys() & wanted)), own.height, mapped.computed, mapped.reused)
        )
        parts.append(
            mapped.rows.select("place", "found")
            .filter(pl.col("found").list.len() > 0)
            .explode("found")
            .unnest("found")
        )
    every = pl.concat([pl.DataFrame(schema={"place": pl.UInt32, **PATTERN_SCHEMA}), *parts])
    there = problems.select("benchmark", "problem_id")
    return every.join(there, on=["benchmark", "problem_id"], how="semi").unique(maintain_order=True), counts


def benchmark_digests(problems: pl.DataFrame) -> dict[str, str]:
    """Digest of what detectors read of each benchmark's problems."""
    ids = problems.select("benchmark", content_id(*[pl.col(name) for name in READ]).alias("id"))
    grouped = ids.group_by("benchmark").agg(pl.col("id").sort().str.join(""))
    return {
        name: hashlib.sha256(joined.encode()).hexdigest()[:16]
        for name, joined in grouped.sort("benchmark").rows()
    }


class _Finds:
    """The detectors of a group, made when the first text asks for them."""

    def __init__(
        self, problems: pl.DataFrame, settings: DetectorSettings, seed: int, workers: int | None
    ) -> None:
        self._problems, self._settings, self._seed, self._workers = problems, settings, seed, workers
        self._detectors: Detectors | None = None

    def __call__(self, missing: pl.DataFrame) -> pl.DataFrame:
        if self._detectors is None:
            self._detectors = Detectors(self._problems, self._settings, seed=self._seed)
        found = self._detectors.hits(
            missing, pl.col("text"), "cache_key", language=pl.col("language"), workers=self._workers
        )
        by_key = found.group_by("cache_key", maintain_order=True).agg(
            pl.struct(*PATTERN_SCHEMA.names()).alias("found")
        )
        return (
            missing.select("cache_key")
            .join(by_key, on="cache_key", how="left")
            .with_columns(pl.coalesce("found", pl.lit([], dtype=FOUND)))
        )


def _known(row_cache: RowCache, settings: Mapping[str, object]) -> list[dict[str, str]]:
    """The groups that texts were held against under `settings`, the largest first."""
    found = []
    for used in row_cache.settings_of(STAGE, VERSION):
        benchmarks = used.get("benchmarks")
        if isinstance(benchmarks, dict) and {k: v for k, v in used.items() if k != "benchmarks"} == settings:
            found.append({str(name): str(digest) for name, digest in benchmarks.items()})
    return sorted(found, key=lambda group: (-len(group), text_id(*group, *group.values())))


def _groups(wanted: dict[str, str], known: list[dict[str, str]]) -> Iterator[dict[str, str]]:
    """Known groups that have something of `wanted` that none before had, then a new one of what is left."""
    left = dict(wanted)
    for group in known:
        if all(wanted.get(name) == digest for name, digest in group.items()) and group.items() & left.items():
            left = {name: digest for name, digest in left.items() if name not in group}
            yield group
    if left:
        yield left
