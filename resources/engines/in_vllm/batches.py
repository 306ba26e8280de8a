"""The process that vLLM's offline batches run in: `PYTHON batches.py`, PYTHON of any environment that has vLLM.

JSON lines in, JSON lines out; only the standard library and what vLLM brings is imported here. Requests are given
to vLLM's scheduler while others run, and each answer goes out when it is finished: nothing waits for a batch.
The process ends, with all that vLLM has started, when its standard input closes (its parent died).
"""

import json
import os
import queue
import signal
import threading
import time
import traceback
from collections import deque
from collections.abc import Callable
from typing import Any

AHEAD = 2048
"""Requests that vLLM holds, running or waiting: enough that its largest batch is always full."""

AT_ONCE = 256
"""Requests read into tokens together, between two steps of the model."""

FLUSH_S = 0.1
"""Finished answers that gather for so long go out together."""

QUIET_S = 1.0
"""After so long without an answer an empty list goes out, so that the parent can write what it holds."""


class Batches:
    """A loaded model and the requests on their way through it."""

    def __init__(self, llm: Any, lora: str | None) -> None:
        self.engine = llm.llm_engine
        self.tokenizer = llm.get_tokenizer()
        self.context = int(self.engine.model_config.max_model_len)
        self.lora = None
        if lora is not None:
            from vllm.lora.request import LoRARequest

            self.lora = LoRARequest("adapter", 1, lora)
        self.call = 0
        self.sampling: dict[str, Any] = {}
        self.waiting: deque[dict[str, Any]] = deque()
        self.running: dict[str, tuple[str, int]] = {}  # vLLM's id: key of the row, tokens it may say
        self.finished: list[dict[str, Any]] = []
        self.counter = 0

    @property
    def busy(self) -> bool:
        """Whether there is something to compute."""
        return bool(self.waiting or self.running)

    def take(self, line: dict[str, Any]) -> None:
        """A line of the parent: a row of a request frame, the sampling of those that follow, or `drop`."""
        if "call" in line:
            self.drop_all()
            self.call, self.sampling = line["call"], line["sampling"]
        elif "drop" in line:
            self.drop_all()
        else:
            self.waiting.append(line)

    def drop_all(self) -> None:
        """Forget every request: nobody wants the answers any more."""
        self.engine.abort_request(list(self.running), internal=False)
        self.waiting.clear()
        self.running.clear()
        self.finished.clear()

    def step(self) -> None:
        """Give vLLM what it can take, and let it compute one step."""
        if self.waiting and len(self.running) < AHEAD:
            self._add([self.waiting.popleft() for _ in range(min(AT_ONCE, len(self.waiting)))])
        if self.running:
            for output in self.engine.step():
                if output.finished and output.request_id in self.running:
                    self._finish(output)

    def _add(self, rows: list[dict[str, Any]]) -> None:
        texts, plain = [], []
        for row in rows:
            try:
                texts.append(self._text(row))
                plain.append(row["messages"] is None)
            except Exception as error:  # templates raise what they like
                texts.append(None)
                plain.append(True)
                self._say(row["key"], "error", detail=f"the model's chat template refused: {error}")
        tokens = self._tokens(texts, plain)
        for row, prompt in zip(rows, tokens, strict=True):
            if prompt is None:
                continue
            if len(prompt) >= self.context:
                detail = f"prompt of {len(prompt)} tokens, context of {self.context}"
                self._say(row["key"], "prompt_too_long", prompt_tokens=len(prompt), detail=detail)
                continue
            self._start(row, prompt)

    def _text(self, row: dict[str, Any]) -> str:
        if row["messages"] is None:
            return row["prompt"]
        goes_on = row["messages"][-1]["role"] == "assistant"
        return self.tokenizer.apply_chat_template(
            row["messages"], tokenize=False, add_generation_prompt=not goes_on, continue_final_message=goes_on
        )

    def _tokens(self, texts: list[str | None], plain: list[bool]) -> list[list[int] | None]:
        """Tokens of every text; a chat template writes its special tokens itself."""
        tokens: list[list[int] | None] = [None] * len(texts)
        for special in (True, False):
            chosen = [i for i, text in enumerate(texts) if text is not None and plain[i] is special]
            if chosen:
                read = self.tokenizer([texts[i] for i in chosen], add_special_tokens=special)["input_ids"]
                for i, found in zip(chosen, read, strict=True):
                    # a model must be given something: its first token, where the prompt is empty
                    tokens[i] = list(found) or [self.tokenizer.bos_token_id or self.tokenizer.eos_token_id]
        return tokens

    def _start(self, row: dict[str, Any], prompt: list[int]) -> None:
        limit = min(self.sampling["max_tokens"], self.context - len(prompt))
        self.counter += 1
        name = str(self.counter)
        try:
            self.engine.add_request(
                name,
                {"prompt_token_ids": prompt},
                _parameters(self.sampling, limit, row["seed"]),
                lora_request=self.lora,
            )
        except Exception as error:  # of many kinds: a schema or prompt that vLLM does not take
            self._say(row["key"], "error", prompt_tokens=len(prompt), detail=f"vLLM refused: {error}")
            return
        self.running[name] = row["key"], limit

    def _finish(self, output: Any) -> None:
        key, limit = self.running.pop(output.request_id)
        said, detail = output.outputs[0], None
        reason = said.finish_reason if said.finish_reason in ("stop", "length") else "error"
        if reason == "error":
            detail = f"vLLM ended with finish_reason {said.finish_reason!r}"
        elif reason == "length" and limit < self.sampling["max_tokens"]:
            detail = f"the context was full after {limit} of {self.sampling['max_tokens']} tokens"
        self._say(
            key,
            reason,
            text=said.text,
            prompt_tokens=len(output.prompt_token_ids),
            completion_tokens=len(said.token_ids),
            detail=detail,
            **({"candidates": _candidates(said.logprobs)} if said.logprobs else {}),
        )

    def _say(self, key: str, finish_reason: str, **fields: Any) -> None:
        empty = {"text": "", "prompt_tokens": None, "completion_tokens": 0, "detail": None}
        self.finished.append({**empty, **fields, "key": key, "finish_reason": finish_reason})


def _candidates(places: Any) -> list[list[dict[str, Any]]]:
    """The likeliest tokens of each place, as text; vLLM adds the one it drew, where it is none of them."""
    return [
        [
            {"token": one.decoded_token, "logprob": one.logprob}
            for one in sorted(place.values(), key=lambda one: one.rank)
        ]
        for place in places
    ]


def _parameters(sampling: dict[str, Any], limit: int, seed: int | None) -> Any:
    from vllm import SamplingParams
    from vllm.sampling_params import RequestOutputKind, StructuredOutputsParams

    schema = sampling.get("json_schema")
    return SamplingParams(
        max_tokens=limit,
        temperature=sampling["temperature"],
        top_p=sampling["top_p"],
        stop=sampling["stop"] or None,
        logprobs=sampling.get("top_logprobs") or None,
        # a greedy answer needs none, and vLLM draws for each row with a seed by itself
        seed=seed if sampling["temperature"] > 0 else None,
        structured_outputs=StructuredOutputsParams(json=schema) if schema else None,
        output_kind=RequestOutputKind.FINAL_ONLY,
    )


def load(job: dict[str, Any]) -> Batches:
    """vLLM with the job's model; its own errors go through."""
    from vllm import LLM
    from vllm.platforms import current_platform

    lora = {"enable_lora": True, "max_lora_rank": job["lora_rank"]} if job["lora"] else {}
    llm = LLM(
        model=job["model"],
        revision=job["revision"],
        tokenizer_revision=job["revision"],
        dtype=job["dtype"],
        quantization=job["quantization"],
        max_model_len=job["context"],
        tensor_parallel_size=job["tensor_parallel"],
        gpu_memory_utilization=job["memory_share"],
        enforce_eager=job["eager"],
        enable_prefix_caching=True,
        # where a prompt is read in pieces, vLLM turns its seed back after each, which it cannot on a CPU
        enable_chunked_prefill=False if current_platform.is_cpu() else None,
        # one GPU needs no further process for it; several get vLLM's own way
        distributed_executor_backend="uni" if job["tensor_parallel"] == 1 else None,
        **lora,
    )
    return Batches(llm, job["lora"])


def main() -> int:
    """Load the model of the first line and answer the lines that follow, until one says `end`."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # whatever else writes to standard output writes into the log

    def say(**content: Any) -> None:
        out.write(json.dumps(content) + "\n")
        out.flush()

    lines: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read, args=(lines,), daemon=True).start()
    try:
        batches = load(lines.get())
    except BaseException as error:
        traceback.print_exc()
        say(event="failed", kind=type(error).__name__, message=str(error))
        return 1
    say(event="ready", context=batches.context, chat=bool(getattr(batches.tokenizer, "chat_template", None)))
    try:
        answer(batches, lines, say)
    except Exception as error:
        traceback.print_exc()
        say(event="failed", kind=type(error).__name__, message=str(error))
        return 1
    return 0


def answer(batches: Batches, lines: "queue.SimpleQueue[dict[str, Any]]", say: Callable[..., None]) -> None:
    """Answer what the lines ask, until one says `end`."""
    said = time.monotonic()
    while True:
        while not batches.busy or not lines.empty():
            line = lines.get()
            if "end" in line:
                return
            batches.take(line)
        batches.step()
        waited = time.monotonic() - said
        if (batches.finished and (waited > FLUSH_S or not batches.busy)) or waited > QUIET_S:
            say(event="finished", call=batches.call, rows=batches.finished)
            batches.finished, said = [], time.monotonic()


def _read(lines: "queue.SimpleQueue[dict[str, Any]]") -> None:
    # not from sys.stdin, which a thread must not hold when the interpreter ends
    rest = b""
    while read := os.read(0, 1 << 20):
        *whole, rest = (rest + read).split(b"\n")
        for line in whole:
            lines.put(json.loads(line))
    os.killpg(os.getpgid(0), signal.SIGKILL)  # vLLM's other processes too


if __name__ == "__main__":
    raise SystemExit(main())
