"""The `vllm` engine: vLLM's offline batches in a process of their own, which ends with the engine.

A process, because only its end surely gives the GPU back to the next stage, and because vLLM may live in an
environment of its own. Requests stream into vLLM's scheduler and answers stream out, so that the GPU is busy
until the last one; the process is in `vllm_child`, what runs inside it in `in_vllm/batches.py`.
"""

import io
import json
from collections.abc import Iterator

import polars as pl

from resources.engines.base import EngineUnavailable, Sampling, completion_schema
from resources.engines.deployment import VllmDeployment
from resources.engines.model_source import check_adapter, check_model, lora_rank
from resources.engines.spec import VllmSpec
from resources.engines.vllm_child import VllmChild, interpreter
from resources.engines.vllm_model import VllmModelEngine, asking, sample_seed

WINDOW = 8192
"""Rows in the child process at once: several times what the largest GPU runs together."""

SLICE = 1024
"""Rows that are sent together."""

QUIET_S = 2.0
"""After so long without a word an empty frame is given, so that the caller can write what it holds."""


class VllmEngine(VllmModelEngine):
    """`spec` says which model and how it computes, `deployment` what of this machine it may take."""

    def __init__(self, spec: VllmSpec, deployment: VllmDeployment) -> None:
        super().__init__(spec)
        self.deployment = deployment
        self._child: VllmChild | None = None
        self._calls = 0

    @property
    def name(self) -> str:
        """vllm."""
        return "vllm"

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. Answers come as they finish, in any order; equal rows and seeds give equal answers."""
        sensible, senseless = asking(requests)
        if senseless.height:
            yield senseless
        asked = _in_order(sensible)
        if asked.is_empty():
            return
        child = self._running()
        if asked["messages"].is_not_null().any() and not child.facts["chat"]:
            raise EngineUnavailable(
                f"model {self.spec.model!r} has no chat template, so it cannot be sent messages; set the engine's "
                "form to base, or give a model that has one"
            )
        self._calls += 1
        finished = False
        try:
            yield from _answers(child, self._calls, asked, sampling)
            finished = True
        except EngineUnavailable:
            self._child = None
            child.kill()
            finished = True
            raise
        finally:
            if not finished:  # nobody wants the rest
                child.say(b'{"drop": true}\n')

    def __exit__(self, *_: object) -> None:
        """End the process: the GPU is free when this returns."""
        child, self._child = self._child, None
        if child is not None:
            child.end()

    def _running(self) -> VllmChild:
        if self._child is None:
            check_model(self.spec.model)
            if self.spec.lora is not None:
                check_adapter(self.spec.lora)
            interpreter(self.deployment)
            child = VllmChild(self._job(), self.deployment)
            try:
                child.wait_until_ready()
            except BaseException:
                child.kill()
                raise
            self._child = child
        return self._child

    def _job(self) -> dict[str, object]:
        model = self.spec.model_dump(
            include={"model", "revision", "dtype", "quantization", "context", "lora"}
        )
        machine = self.deployment.model_dump(include={"tensor_parallel", "memory_share", "eager"})
        rank = lora_rank(self.spec.lora) if self.spec.lora is not None else None
        return {**model, **machine, "lora_rank": rank}


def _answers(child: VllmChild, call: int, asked: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
    """Send rows while the window is open; frames of what has finished."""
    child.say(json.dumps({"call": call, "sampling": sampling.settings()}).encode() + b"\n")
    sent = answered = 0
    while answered < asked.height:
        while sent < asked.height and sent - answered <= WINDOW - SLICE:
            rows = asked.slice(sent, SLICE)
            child.say(_lines(rows))
            sent += rows.height
        event = child.event(QUIET_S)
        if event is None:
            yield pl.DataFrame(schema=completion_schema(sampling))
        elif event["event"] == "finished" and event["call"] == call:
            answered += len(event["rows"])
            yield pl.DataFrame(event["rows"], schema=completion_schema(sampling))


def _in_order(requests: pl.DataFrame) -> pl.DataFrame:
    """What the child needs of each row, ordered by text: a prefix that rows share is computed once."""
    said = pl.coalesce("prompt", pl.struct("messages").struct.json_encode())
    return requests.sort(said, "sample", "key").select("key", "prompt", "messages", sample_seed())


def _lines(rows: pl.DataFrame) -> bytes:
    sink = io.BytesIO()
    rows.write_ndjson(sink)
    return sink.getvalue()
