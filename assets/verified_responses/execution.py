"""Verification by execution: each response's code runs against its own tests in the sandbox, through the row cache.

Equal programs (code, tests, language) run once, whatever responses hold them. Which verdict means what stands
in `resources/sandbox`; which responses are kept is said by the recipe.
"""

from collections.abc import Callable, Iterator

import polars as pl

from assets.outcome import Outcome, Rule, apply_rules
from assets.reasons import Reason
from assets.verified_responses.settings import Execution
from resources.row_cache import CacheStage, Mapped, RowCache
from resources.sandbox.face import PROGRAM_SCHEMA, TRANSIENT, VERDICT_SCHEMA, Sandbox, Verdict

STAGE = "execution"
CACHE_VERSION = "1"
"""Changes when the meaning of a cached verdict does; toolchain, limits and isolation are in the key."""

RESULTS = {name: dtype for name, dtype in VERDICT_SCHEMA.items() if name != "key"}


def with_verdicts(
    programs: pl.DataFrame,
    sandbox: Sandbox,
    row_cache: RowCache,
    *,
    language: str,
    progress: Callable[[int, int], None] | None = None,
) -> Mapped:
    """`programs` (`language, code, tests` and any other columns, all of one language) with their verdicts.

    `timeout_s` and `memory_mb`, where a frame has them, are limits of the program's own.
    """
    own_limits = [name for name in ("timeout_s", "memory_mb") if name in programs.columns]

    def compute(missing: pl.DataFrame) -> Iterator[pl.DataFrame]:
        keyed = missing.with_columns(pl.col("cache_key").alias("key"))
        asked = keyed.select(*PROGRAM_SCHEMA.names(), *own_limits)
        for verdicts in sandbox.verify(asked):
            yield verdicts.rename({"key": "cache_key"}).with_columns(
                (~pl.col("verdict").is_in([verdict.value for verdict in TRANSIENT])).alias("cacheable")
            )

    stage = CacheStage("sandbox", CACHE_VERSION, dict(sandbox.identity(language)) if programs.height else {})
    inputs = ["language", "code", "tests", *own_limits]
    return row_cache.map(stage, programs, compute, inputs=inputs, results=RESULTS, progress=progress)


def keep_passed(verdicts: pl.DataFrame, settings: Execution) -> Outcome:
    """Split responses with verdicts into those that are believed and those that are not."""
    verdict = pl.col("verdict")
    why = pl.concat_str([verdict, pl.col("detail")], separator=": ", ignore_nulls=True)
    doubts = pl.col("flags").list.set_difference(list(settings.accept_flags)).list.drop_nulls()
    rules = [
        Rule(Reason.UNVERIFIABLE, verdict.is_in([value.value for value in TRANSIENT]), why),
        Rule(Reason.NO_TESTS, verdict == Verdict.NO_TESTS.value, pl.col("detail")),
        Rule(Reason.NOT_PASSED, verdict != Verdict.PASS.value, why),
        Rule(Reason.UNVERIFIABLE, doubts.list.len() > 0, doubts.list.join(", ")),
    ]
    return apply_rules(verdicts, rules, stage=STAGE, id_column="response_id")
