"""Programs judged through the row cache: one stage, one key, whoever asks.

Belongs here: what a verdict depends on, and which verdicts are remembered. A program that a command has judged
costs a recipe nothing, and the other way round.
"""

from collections.abc import Callable, Iterator

import polars as pl

from resources.row_cache import CacheStage, Mapped, RowCache, StageWork
from resources.sandbox.base import PROGRAM_SCHEMA, TRANSIENT, VERDICT_SCHEMA, Sandbox

STAGE = "verdicts"
CACHE_VERSION = "3"
"""Changes when the meaning of a remembered verdict does; toolchain, limits and isolation are in the key."""

OWN_LIMITS = {"timeout_s": pl.Float64(), "memory_mb": pl.Int64()}
"""Limits that a program may set for itself; null or absent: the sandbox's."""

INPUTS = ("language", "code", "tests", *OWN_LIMITS)
"""Columns of a program that its verdict depends on, beside the sandbox's identity."""

RESULTS = {name: dtype for name, dtype in VERDICT_SCHEMA.items() if name != "key"}
"""Columns of a verdict beside its program."""


def stage(sandbox: Sandbox, language: str, *, again: bool = False) -> CacheStage:
    """Where verdicts on programs in `language` (or, `again`, on their second run) are remembered.

    Raises `SandboxUnavailable` where the language has no toolchain or nothing can isolate.
    """
    name = f"{STAGE}_again" if again else STAGE
    return CacheStage(
        name, CACHE_VERSION, {"language": language, **sandbox.identity(language)}, StageWork.PROGRAM
    )


def with_verdicts(
    programs: pl.DataFrame,
    sandbox: Sandbox,
    row_cache: RowCache,
    *,
    language: str,
    progress: Callable[[int, int], None] | None = None,
    again: bool = False,
) -> Mapped:
    """`programs` (`language, code, tests` and any other columns, all of one language) with `RESULTS`.

    `OWN_LIMITS`, where a frame has them, are limits of the program's own. Equal programs run once. Verdicts that
    say something about the machine alone are given and not remembered. With `again` it is a second run that is asked
    for, under another hash seed, and remembered apart. Raises as `stage` does.
    """
    asked = programs.with_columns(_own_limits(programs))

    def compute(missing: pl.DataFrame) -> Iterator[pl.DataFrame]:
        keyed = missing.with_columns(pl.col("cache_key").alias("key"))
        asked = keyed.select(*PROGRAM_SCHEMA.names(), *OWN_LIMITS, hash_seed=pl.lit(int(again)))
        for verdicts in sandbox.verify(asked):
            yield verdicts.rename({"key": "cache_key"}).with_columns(
                (~pl.col("verdict").is_in([verdict.value for verdict in TRANSIENT])).alias("cacheable")
            )

    where = (
        stage(sandbox, language, again=again)
        if programs.height
        else CacheStage(STAGE, CACHE_VERSION, work=StageWork.PROGRAM)
    )
    mapped = row_cache.map(where, asked, compute, inputs=INPUTS, results=RESULTS, progress=progress)
    added = [name for name in OWN_LIMITS if name not in programs.columns]
    return Mapped(mapped.rows.drop(added), mapped.computed, mapped.reused, mapped.seconds)


def _own_limits(programs: pl.DataFrame) -> list[pl.Expr]:
    """Each limit in one type, null where the frame has none: a key knows no other difference."""
    return [
        (pl.col(name) if name in programs.columns else pl.lit(None)).cast(dtype).alias(name)
        for name, dtype in OWN_LIMITS.items()
    ]
