"""The `transformers` engine: a small checkpoint in this process, on the CPU or one GPU.

Rows of similar length share a batch, equal prompts are read once. Tokens are drawn row by row from a stream
that depends on the row's prompt, seed and sample number only; so in float32 a completion does not depend on
which other rows it was batched with (up to the last bits of the arithmetic). Prompts come from the stages.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import polars as pl

from resources.engines.base import (
    Engine,
    EngineUnavailable,
    Sampling,
    completion_schema,
    refuse_json_schema,
)
from resources.engines.model_source import model_name, model_revision
from resources.engines.token_loop import Row, generate


class TransformersEngine(Engine):
    """`model`: a local folder, or a hub id with its `revision`. `dtype`: float32, bfloat16, float16 or auto."""

    def __init__(
        self,
        model: str,
        *,
        revision: str | None = None,
        dtype: str = "float32",
        device: str = "auto",
        batch_size: int = 32,
        context: int | None = None,
        threads: int | None = None,
    ) -> None:
        self.model = model
        self.revision = revision
        self.dtype = dtype
        self.device = device
        self.batch_size = batch_size
        self.context = context
        self.threads = threads
        self._loaded: tuple[Any, Any] | None = None
        self._digest: str | None = None

    @property
    def name(self) -> str:
        """See `Engine`."""
        return "transformers"

    def identity(self) -> dict[str, str]:
        """See `Engine`; `revision` is a digest of the files for a local folder, the commit for a hub id."""
        if self._digest is None:
            self._digest = model_revision(self.model, self.revision)
        name = model_name(self.model)
        known = {"engine": self.name, "model": name, "revision": self._digest, "dtype": self.dtype}
        return known | ({"context": str(self.context)} if self.context else {})

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. A batch's rows come back together, longest prompts first."""
        refuse_json_schema(self, sampling)
        if requests.is_empty():
            return
        model, tokenizer = self._load()
        context = self.context or getattr(model.config, "max_position_embeddings", None) or 1 << 30
        rows = [_row(request, tokenizer, sampling) for request in requests.iter_rows(named=True)]
        too_long = [row for row in rows if len(row.prompt) >= context]
        for row in too_long:
            row.finish_reason = "prompt_too_long"
            row.detail = f"prompt of {len(row.prompt)} tokens, context of {context}"
        if too_long:
            yield _frame(too_long, sampling)
        for row in rows:
            row.limit = min(sampling.max_tokens, context - len(row.prompt))
        rest = [row for row in rows if not row.finish_reason]
        # longest first: what does not fit in memory shows at once; equal prompts stand together
        rest.sort(key=lambda row: (-len(row.prompt), row.prompt, row.key))
        for start in range(0, len(rest), self.batch_size):
            batch = rest[start : start + self.batch_size]
            generate(model, tokenizer, batch, sampling)
            yield _frame(batch, sampling)

    def __exit__(self, *_: object) -> None:
        """Release the model and, on a GPU, its memory."""
        if self._loaded is None:
            return
        import gc

        import torch

        self._loaded = None
        gc.collect()
        if torch.cuda.is_available():
            torch.cuda.empty_cache()

    def _load(self) -> tuple[Any, Any]:
        if self._loaded is None:
            self._loaded = _load(self.model, self.revision, self.dtype, self.device, self.threads)
        return self._loaded


def _load(name: str, revision: str | None, dtype: str, device: str, threads: int | None) -> tuple[Any, Any]:
    # read when torch is first loaded: threads that spin while they wait starve the machine's other processes
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    try:
        import torch
        import transformers
    except ImportError as error:
        raise EngineUnavailable(f"{error}; this engine needs: pip install 'seedline[train]'") from error
    if device == "auto":
        device = "cuda" if torch.cuda.is_available() else "cpu"
    if device.startswith("cuda") and not torch.cuda.is_available():
        raise EngineUnavailable("device cuda is set but torch sees no GPU; set the device to cpu or auto")
    if threads:
        torch.set_num_threads(threads)
    transformers.logging.disable_progress_bar()
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, revision=revision)
        model: Any = transformers.AutoModelForCausalLM.from_pretrained(
            name, revision=revision, dtype=dtype if dtype == "auto" else getattr(torch, dtype)
        )
    except (OSError, ValueError, AttributeError) as error:
        raise EngineUnavailable(
            f"model {name!r} cannot be loaded ({str(error).splitlines()[0]}); give a folder with a Hugging Face "
            "model, or the id of one on the hub"
        ) from error
    return model.to(device).eval(), tokenizer


def _row(request: dict[str, Any], tokenizer: Any, sampling: Sampling) -> Row:
    if request["messages"] is not None:
        if tokenizer.chat_template is None:
            raise EngineUnavailable(
                "the model has no chat template, so it cannot be sent messages; use a recipe's completion prompts"
            )
        goes_on = request["messages"][-1]["role"] == "assistant"
        try:
            text = tokenizer.apply_chat_template(
                request["messages"],
                tokenize=False,
                add_generation_prompt=not goes_on,
                continue_final_message=goes_on,
            )
        except Exception as error:  # templates raise what they like
            begun = " with an answer that is begun (evaluation.begin_answer)" if goes_on else ""
            raise EngineUnavailable(
                f"the model's chat template cannot write the messages{begun}: {str(error).splitlines()[0][:160]}"
            ) from error
        prompt = tokenizer(text, add_special_tokens=False)["input_ids"]
    else:
        text = request["prompt"]
        prompt = tokenizer(text)["input_ids"] or [tokenizer.bos_token_id or tokenizer.eos_token_id]
    seed = [
        request["seed"] or 0,
        request["sample"] or 0,
        int(hashlib.sha256(text.encode()).hexdigest()[:16], 16),
    ]
    stream = np.random.default_rng([abs(number) for number in seed])
    return Row(request["key"], list(prompt), stream, sampling.max_tokens)


def _frame(rows: Sequence[Row], sampling: Sampling) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "key": [row.key for row in rows],
            "text": [row.text for row in rows],
            "finish_reason": [row.finish_reason for row in rows],
            "prompt_tokens": [len(row.prompt) for row in rows],
            "completion_tokens": [len(row.tokens) for row in rows],
            "detail": [row.detail for row in rows],
            **({"candidates": [row.candidates for row in rows]} if sampling.top_logprobs else {}),
        },
        schema=completion_schema(sampling),
    )
