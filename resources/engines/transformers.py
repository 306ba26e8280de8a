"""The `transformers` engine: a small checkpoint in this process, on the CPU or one GPU.

Rows of similar length share a batch, equal prompts are read once. Tokens are drawn row by row from a stream
that depends on the row's prompt, seed and sample number only; so in float32 a completion does not depend on
which other rows it was batched with (up to the last bits of the arithmetic). Prompts come from the stages.
"""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np
import polars as pl

from resources.engines.face import COMPLETION_SCHEMA, Engine, EngineUnavailable, Sampling
from resources.model_folder import model_digest

OVERLAP = 8
"""Prompt tokens decoded together with a completion, so that a leading space of its first word is not lost."""


@dataclass
class _Row:
    """One request on its way: `tokens` grows until `finish_reason` is set."""

    key: str
    prompt: list[int]
    stream: np.random.Generator
    limit: int
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    finish_reason: str = ""
    detail: str | None = None


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
            local = Path(self.model)
            self._digest = model_digest(local) if local.is_dir() else _hub_commit(self.model, self.revision)
        # the folder's name says nothing about the answers: the digest of its files does
        name = "local" if Path(self.model).is_dir() else self.model
        known = {"engine": self.name, "model": name, "revision": self._digest, "dtype": self.dtype}
        return known | ({"context": str(self.context)} if self.context else {})

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        """See `Engine`. A batch's rows come back together, longest prompts first."""
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
            yield _frame(too_long)
        for row in rows:
            row.limit = min(sampling.max_tokens, context - len(row.prompt))
        rest = [row for row in rows if not row.finish_reason]
        # longest first: what does not fit in memory shows at once; equal prompts stand together
        rest.sort(key=lambda row: (-len(row.prompt), row.prompt, row.key))
        for start in range(0, len(rest), self.batch_size):
            batch = rest[start : start + self.batch_size]
            _generate(model, tokenizer, batch, sampling)
            yield _frame(batch)

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
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
        model = transformers.AutoModelForCausalLM.from_pretrained(
            name, revision=revision, dtype=dtype if dtype == "auto" else getattr(torch, dtype)
        )
    except (OSError, ValueError, AttributeError) as error:
        raise EngineUnavailable(
            f"model {name!r} cannot be loaded ({str(error).splitlines()[0]}); give a folder with a Hugging Face "
            "model, or the id of one on the hub"
        ) from error
    return model.to(device).eval(), tokenizer


def _hub_commit(name: str, revision: str | None) -> str:
    """The commit that `revision` of a hub model stands for; only its small config file is fetched."""
    try:
        from transformers import AutoConfig

        config = AutoConfig.from_pretrained(name, revision=revision)
    except ImportError as error:
        raise EngineUnavailable(f"{error}; this engine needs: pip install 'seedline[train]'") from error
    except (OSError, ValueError) as error:
        raise EngineUnavailable(
            f"model {name!r} is neither a folder nor to be had from the hub ({str(error).splitlines()[0]})"
        ) from error
    return str(getattr(config, "_commit_hash", None) or revision or "main")


def _row(request: dict[str, Any], tokenizer: Any, sampling: Sampling) -> _Row:
    if request["messages"] is not None:
        if tokenizer.chat_template is None:
            raise EngineUnavailable(
                "the model has no chat template, so it cannot be sent messages; use a recipe's completion prompts"
            )
        text = tokenizer.apply_chat_template(request["messages"], tokenize=False, add_generation_prompt=True)
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
    return _Row(request["key"], list(prompt), stream, sampling.max_tokens)


def _generate(model: Any, tokenizer: Any, rows: Sequence[_Row], sampling: Sampling) -> None:
    """Finish every row of a batch in place."""
    import torch

    ends = _end_tokens(model, tokenizer)
    with torch.inference_mode():
        cache, mask, logits = _read_prompts(model, tokenizer, rows)
        active = list(rows)
        while True:
            drawn = _draw(logits, active, sampling)
            for row, token in zip(active, drawn, strict=True):
                _append(row, token, tokenizer, sampling, ends)
            going = [index for index, row in enumerate(active) if not row.finish_reason]
            if not going:
                return
            if len(going) < len(active):
                chosen = torch.tensor(going, device=model.device)
                cache.batch_select_indices(chosen)
                mask, active = mask[chosen], [active[index] for index in going]
            mask = torch.cat([mask, mask.new_ones((len(active), 1))], dim=1)
            tokens = torch.tensor([[row.tokens[-1]] for row in active], device=model.device)
            positions = mask.sum(dim=1, keepdim=True) - 1
            logits = model(
                input_ids=tokens,
                attention_mask=mask,
                position_ids=positions,
                past_key_values=cache,
                use_cache=True,
            ).logits[:, -1]


def _read_prompts(model: Any, tokenizer: Any, rows: Sequence[_Row]) -> tuple[Any, Any, Any]:
    """Cache, mask (rows, width) and next-token logits (rows, vocabulary) after prompts padded on the left."""
    import torch
    from transformers import DynamicCache

    distinct = sorted({tuple(row.prompt) for row in rows})
    width = max(len(prompt) for prompt in distinct)
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    tokens = torch.full((len(distinct), width), padding, dtype=torch.long, device=model.device)
    mask = torch.zeros_like(tokens)
    for index, prompt in enumerate(distinct):
        tokens[index, width - len(prompt) :] = torch.tensor(prompt, device=model.device)
        mask[index, width - len(prompt) :] = 1
    positions = (mask.cumsum(dim=1) - 1).clamp(min=0)
    cache = DynamicCache(config=model.config)
    output = model(
        input_ids=tokens,
        attention_mask=mask,
        position_ids=positions,
        past_key_values=cache,
        use_cache=True,
        logits_to_keep=1,
    )
    place = {prompt: index for index, prompt in enumerate(distinct)}
    chosen = torch.tensor([place[tuple(row.prompt)] for row in rows], device=model.device)
    cache.batch_select_indices(chosen)
    return cache, mask[chosen], output.logits[:, -1][chosen]


def _draw(logits: Any, rows: Sequence[_Row], sampling: Sampling) -> list[int]:
    """The next token of each row: the likeliest, or by inverse transform from the row's own stream."""
    import torch

    if sampling.temperature == 0:
        return logits.argmax(dim=-1).tolist()
    probabilities = torch.softmax(logits.double() / sampling.temperature, dim=-1)
    ordered, tokens = probabilities.sort(dim=-1, descending=True, stable=True)
    below = ordered.cumsum(dim=-1)
    # the nucleus: the likeliest tokens until their mass reaches top_p, the first always among them
    ordered = ordered.masked_fill(below - ordered >= sampling.top_p, 0.0)
    below = ordered.cumsum(dim=-1)
    uniform = torch.tensor([[row.stream.random()] for row in rows], dtype=torch.float64, device=logits.device)
    place = torch.searchsorted(below, uniform * below[:, -1:], right=True)
    last = (ordered > 0).sum(dim=-1, keepdim=True) - 1
    return tokens.gather(1, torch.minimum(place, last)).squeeze(1).tolist()


def _append(row: _Row, token: int, tokenizer: Any, sampling: Sampling, ends: frozenset[int]) -> None:
    """Add a token to a row and see whether it is finished: by an end token, a stop string or the limit."""
    row.tokens.append(token)
    if token in ends:
        row.text, row.finish_reason = _decode(tokenizer, row, row.tokens[:-1]), "stop"
        return
    if sampling.stop:
        # a stop string that ends now lies within the last tokens: each is at least one byte long
        tail = row.tokens[-(max(len(stop.encode()) for stop in sampling.stop) + 4) :]
        recent = tokenizer.decode(tail, skip_special_tokens=True)
        if any(stop in recent for stop in sampling.stop):
            text = _decode(tokenizer, row, row.tokens)
            places = [text.find(stop) for stop in sampling.stop if stop in text]
            if places:
                row.text, row.finish_reason = text[: min(places)], "stop"
                return
    if len(row.tokens) >= row.limit:
        row.text, row.finish_reason = _decode(tokenizer, row, row.tokens), "length"
        if row.limit < sampling.max_tokens:
            row.detail = f"the context was full after {row.limit} of {sampling.max_tokens} tokens"


def _decode(tokenizer: Any, row: _Row, tokens: list[int]) -> str:
    before = row.prompt[-OVERLAP:]
    known = tokenizer.decode(before, skip_special_tokens=True)
    whole = tokenizer.decode(before + tokens, skip_special_tokens=True)
    return whole.removeprefix(known)


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    ends = getattr(model.generation_config, "eos_token_id", None)
    listed = ends if isinstance(ends, list) else [ends]
    return frozenset(end for end in [*listed, tokenizer.eos_token_id] if end is not None)


def _frame(rows: Sequence[_Row]) -> pl.DataFrame:
    return pl.DataFrame(
        {
            "key": [row.key for row in rows],
            "text": [row.text for row in rows],
            "finish_reason": [row.finish_reason for row in rows],
            "prompt_tokens": [len(row.prompt) for row in rows],
            "completion_tokens": [len(row.tokens) for row in rows],
            "detail": [row.detail for row in rows],
        },
        schema=COMPLETION_SCHEMA,
    )
