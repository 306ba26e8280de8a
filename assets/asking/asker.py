"""How a stage asks an engine: request frames in, completions with their generation record out, through the row cache.

Rendering prompts and parsing answers belong to the methods of each stage; what an engine is, to
`resources/engines`. Sample seeds are of this file, so that every stage draws them alike.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import polars as pl

from assets.asking.prompt_form import in_form
from assets.asking.spending import BUDGET_SPENT, Spending
from assets.rows.outcome import Outcome, Rule, apply_rules
from assets.rows.reasons import Reason
from resources.engines.base import CANDIDATES, REQUEST_SCHEMA, Engine, Sampling, completion_schema
from resources.engines.spec import ModelForm
from resources.row_cache import CacheStage, Mapped, RowCache, StageWork

CALL_VERSION = "1"
"""Changes when the meaning of a cached completion does; prompts and sampling are in the key by themselves."""

GENERATION = pl.Struct(
    {
        "engine": pl.String,
        "model": pl.String,
        "revision": pl.String,
        "temperature": pl.Float64,
        "top_p": pl.Float64,
        "max_tokens": pl.Int32,
        "stop": pl.List(pl.String),
        "seed": pl.Int64,
        "prompt_tokens": pl.Int32,
        "completion_tokens": pl.Int32,
        "finish_reason": pl.String,
    }
)
"""The record of one model call that every generated row carries."""

NOTED = pl.Schema(
    {"call": pl.String, "key": pl.String, "prompt_tokens": pl.Int64, "completion_tokens": pl.Int64}
)
"""What an asker notes of an answer: the call's name, the id it was asked for, and tokens."""

BATCH_PROMPTS = 65_536
"""Prompts that are rendered and held at once."""

Ask = Callable[[pl.DataFrame, Sampling, str], pl.DataFrame]
"""A method's way to an engine: requests (`REQUEST_SCHEMA` and any other columns), sampling and the call's
name in; the same rows with `text`, `finish_reason`, `detail` and `generation` out, in order, and with `candidates`
(`CANDIDATES`; null: none) where the sampling asks for log-probabilities."""


@dataclass(frozen=True)
class CallCount:
    """What one round of asking took: rows asked, answers computed and reused, and the tokens computed."""

    stage: str
    rows: int
    computed: int
    reused: int
    seconds: float


@dataclass
class Asker:
    """An `Ask` over one engine and one row cache that counts its calls for the metadata.

    `form` is what the engine's model was trained for; requests are turned into it. `spending` counts tokens
    and ends the asking where its budget ends.
    """

    engine: Engine
    row_cache: RowCache
    progress: Callable[[int, int], None] | None = None
    form: ModelForm = "base"
    spending: Spending = field(default_factory=Spending)
    calls: list[CallCount] = field(default_factory=list)
    note: Callable[[pl.DataFrame], None] | None = None
    """Told of every answer, paid for or not, what it was to and its tokens (`NOTED`)."""

    def __call__(self, requests: pl.DataFrame, sampling: Sampling, stage: str) -> pl.DataFrame:
        """As `generate`, counted."""
        asked = in_form(requests, self.form)
        mapped = _mapped(asked, self.engine, sampling, stage, self.row_cache, self.progress, self.spending)
        self.calls.append(CallCount(stage, requests.height, mapped.computed, mapped.reused, mapped.seconds))
        if self.note is not None:
            tokens = [
                pl.col("generation").struct.field(name).fill_null(0)
                for name in ("prompt_tokens", "completion_tokens")
            ]
            self.note(mapped.rows.select(pl.lit(stage).alias("call"), "key", *tokens).cast(NOTED))
        return mapped.rows


def generate(
    requests: pl.DataFrame, engine: Engine, sampling: Sampling, *, stage: str, row_cache: RowCache
) -> pl.DataFrame:
    """`requests` with their completions beside them: `text`, `finish_reason`, `detail`, `generation`.

    `requests` has `REQUEST_SCHEMA`'s columns; others pass through and the order stays. `stage` names the call
    (instructions/concepts, ...). A completion that is in `row_cache` is not asked for again: its key is the
    prompt or messages, task, sample number, sampling seed, the sampling and the engine's identity, and for the
    offline engine also `facts`. Completions with finish_reason `error` are returned but not remembered.
    """
    return _mapped(requests, engine, sampling, stage, row_cache, None, Spending()).rows


def _mapped(
    requests: pl.DataFrame,
    engine: Engine,
    sampling: Sampling,
    stage: str,
    row_cache: RowCache,
    progress: Callable[[int, int], None] | None,
    spending: Spending,
) -> Mapped:
    answers_to = ["prompt", "messages", "task", "sample", "seed"]
    if engine.name == "offline":
        answers_to.append("facts")
    cache_stage = CacheStage(
        stage,
        CALL_VERSION,
        {"engine": engine.identity(), "sampling": sampling.settings()},
        StageWork.MODEL_CALL,
    )

    def compute(missing: pl.DataFrame) -> Iterator[pl.DataFrame]:
        asked = missing.with_columns(pl.col("cache_key").alias("key")).select(REQUEST_SCHEMA.names())
        for completions in spending.complete(engine, asked, sampling):
            if sampling.top_logprobs and "candidates" not in completions.columns:
                completions = completions.with_columns(pl.lit(None, CANDIDATES).alias("candidates"))
            yield completions.rename({"key": "cache_key"}).with_columns(
                (~pl.col("finish_reason").is_in(["error", BUDGET_SPENT])).alias("cacheable")
            )

    results = {name: dtype for name, dtype in completion_schema(sampling).items() if name != "key"}
    mapped = row_cache.map(
        cache_stage, requests, compute, inputs=answers_to, results=results, progress=progress
    )
    rows = mapped.rows.with_columns(generation_record(engine, sampling))
    return replace(mapped, rows=rows.drop("prompt_tokens", "completion_tokens"))


def answers(
    rows: pl.DataFrame, requests: pl.DataFrame, ask: Ask, sampling: Sampling, *, stage: str, id_column: str
) -> pl.DataFrame:
    """`rows` with `text`, `finish_reason`, `detail` and `generation` of the request whose `key` is their id, and
    `candidates` where the sampling asks for them (null: the engine has none)."""
    told = [
        "text",
        "finish_reason",
        "detail",
        "generation",
        *(["candidates"] if sampling.top_logprobs else []),
    ]
    answered = ask(requests, sampling, stage).select("key", *told)
    clear = rows.drop(*told, strict=False)
    return clear.join(answered, left_on=id_column, right_on="key", how="left", maintain_order="left")


def generation_record(engine: Engine, sampling: Sampling) -> pl.Expr:
    """The `generation` struct of rows with `seed`, `prompt_tokens`, `completion_tokens`, `finish_reason`."""
    identity = engine.identity()
    return (
        pl.struct(
            pl.lit(engine.name).alias("engine"),
            pl.lit(identity.get("model"), pl.String).alias("model"),
            pl.lit(identity.get("revision"), pl.String).alias("revision"),
            pl.lit(float(sampling.temperature)).alias("temperature"),
            pl.lit(float(sampling.top_p)).alias("top_p"),
            pl.lit(sampling.max_tokens, pl.Int32).alias("max_tokens"),
            pl.lit(pl.Series([list(sampling.stop)], dtype=pl.List(pl.String))).first().alias("stop"),
            "seed",
            "prompt_tokens",
            "completion_tokens",
            "finish_reason",
        )
        .cast(GENERATION)
        .alias("generation")
    )


def finished(answered: pl.DataFrame, *, stage: str, id_column: str) -> Outcome:
    """Keep rows whose model stopped by itself; reject what was never sent, engine errors, over-long prompts and
    cut-off answers."""
    ended = pl.col("finish_reason")
    return apply_rules(
        answered,
        [
            Rule(Reason.BUDGET, ended == BUDGET_SPENT, pl.col("detail")),
            Rule(Reason.PROMPT_TOO_LONG, ended == "prompt_too_long", pl.col("detail")),
            Rule(Reason.UNFINISHED, ended == "length", raw_detail(pl.lit("cut at max_tokens"))),
            Rule(Reason.ENGINE_ERROR, ended.is_null() | (ended != "stop"), pl.coalesce("detail", ended)),
        ],
        stage=stage,
        id_column=id_column,
    )


def raw_detail(fault: pl.Expr) -> pl.Expr:
    """Detail of a rejection that keeps the model's whole text for study: the fault, a line, then `text`."""
    return pl.format("{}\n--- raw text\n{}", fault, pl.col("text").fill_null(""))


def step_in_batches(rows: pl.DataFrame, step: Callable[[pl.DataFrame], Outcome], size: int) -> Outcome:
    """`step` over slices of at most `size` rows, put together again.

    A rendered prompt takes several kilobytes, so that a whole partition's prompts at once would fill the memory;
    this is for steps that treat every row for itself.
    """
    outcomes = [step(batch) for batch in rows.iter_slices(size)] or [step(rows)]
    return Outcome(
        pl.concat([outcome.kept for outcome in outcomes]),
        pl.concat([outcome.rejected for outcome in outcomes]),
    )


def requests_frame(rows: list[dict[str, Any]]) -> pl.DataFrame:
    """A request frame from one mapping a row; columns that a mapping leaves out are null."""
    return pl.DataFrame(
        [{name: row.get(name) for name in REQUEST_SCHEMA} for row in rows], schema=REQUEST_SCHEMA
    )
