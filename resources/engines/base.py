"""The interface of every language model engine: a frame of requests in, completions with token counts out.

One row is one sample: asking for ten samples of a prompt is ten rows, so the row cache pays for each sample
once and raising n pays for the difference. Engines may group rows that share a prompt. Backends are in
files of their own beside this one; parsing and prompting belong to the stages.
"""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import asdict, dataclass

import polars as pl

REQUEST_SCHEMA = pl.Schema(
    {
        "key": pl.String,  # names the row; comes back with the completion
        "prompt": pl.String,  # text to complete, or null where `messages` is given
        # where the last is the assistant's, it is the beginning of the answer and the completion goes on from it
        "messages": pl.List(pl.Struct({"role": pl.String, "content": pl.String})),
        "task": pl.String,  # what is asked for: concepts, instruction, response, judge, solution, ...
        "facts": pl.String,  # JSON of what the prompt was rendered from; only the offline engine reads it
        "sample": pl.Int32,  # sample number, from 0
        "seed": pl.Int64,  # sampling seed of this sample
    }
)
"""Columns of a request frame."""

COMPLETION_SCHEMA = pl.Schema(
    {
        "key": pl.String,
        "text": pl.String,
        "finish_reason": pl.String,  # stop, length, prompt_too_long or error
        "prompt_tokens": pl.Int32,
        "completion_tokens": pl.Int32,
        "detail": pl.String,  # what went wrong, where finish_reason is prompt_too_long or error
    }
)
"""Columns of a completion frame. Rows with finish_reason `error` are transient: they are never cached."""

CANDIDATES = pl.List(pl.List(pl.Struct({"token": pl.String, "logprob": pl.Float64})))
"""For each token of an answer the likeliest tokens in its place, as text, and the logarithms of their probabilities."""


@dataclass(frozen=True)
class Sampling:
    """How tokens are drawn. Everything here is part of a completion's cache key."""

    max_tokens: int
    temperature: float = 0.0
    top_p: float = 1.0
    stop: tuple[str, ...] = ()
    json_schema: str | None = None  # JSON text of a schema that every completion must meet
    top_logprobs: int = 0  # likeliest tokens that are wanted for every place of an answer; 0: none

    def __post_init__(self) -> None:
        if self.json_schema is not None:
            try:
                json.loads(self.json_schema)
            except ValueError as error:
                raise ValueError(f"the sampling's json_schema is not JSON: {error}") from error

    def settings(self) -> dict[str, object]:
        """As JSON-able settings, for cache keys and generation records."""
        settings = {**asdict(self), "stop": list(self.stop)}
        if self.json_schema is None:
            del settings["json_schema"]  # so that keys from before there were schemas stay valid
        if not self.top_logprobs:
            del settings["top_logprobs"]  # as above
        return settings


class Engine(ABC):
    """A language model, or what replaces one. Use as a context manager: leaving releases the model."""

    @property
    @abstractmethod
    def name(self) -> str:
        """Backend name, as recipes and rows give it: offline, transformers, openai, vllm, vllm_server."""

    @abstractmethod
    def identity(self) -> dict[str, str]:
        """What a completion depends on beside request and sampling: backend, model, revision, dtype, ..."""

    @abstractmethod
    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """Answer `requests` (`REQUEST_SCHEMA`): frames of `COMPLETION_SCHEMA` as they finish.

        Over all frames every key comes back exactly once, in any order. A row that cannot be answered comes
        back with finish_reason `prompt_too_long` or `error`; an engine that cannot work at all raises
        `EngineUnavailable`. Where `sampling.top_logprobs` asks for them, an engine that has log-probabilities gives
        one column more, `candidates` (`CANDIDATES`); without it, or null in it: there are none.
        """

    def __enter__(self) -> "Engine":
        return self

    def __exit__(self, *_: object) -> None:  # noqa: B027 - an engine may hold nothing
        """Release what the engine holds (GPU memory, connections)."""


class EngineUnavailable(RuntimeError):
    """The engine cannot be used; the message says why and what to do."""


def completion_schema(sampling: Sampling) -> pl.Schema:
    """`COMPLETION_SCHEMA`, with `candidates` where `sampling` asks for log-probabilities."""
    return pl.Schema({**COMPLETION_SCHEMA, **({"candidates": CANDIDATES} if sampling.top_logprobs else {})})


def refuse_json_schema(engine: Engine, sampling: Sampling) -> None:
    """Raise `EngineUnavailable` for a sampling with a schema, in engines that cannot hold a model to one."""
    if sampling.json_schema is not None:
        raise EngineUnavailable(
            f"the {engine.name} engine cannot hold answers to a JSON schema; use openai, vllm or vllm_server"
        )
