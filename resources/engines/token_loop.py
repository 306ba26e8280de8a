"""The token loop of the transformers engine: a batch of rows from their prompts to their finish reasons.

Prompts are padded on the left and equal ones read once; tokens are drawn for each row from its own stream;
finished rows leave the batch. Loading models and reading requests belong to `transformers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from resources.engines.face import Sampling

OVERLAP = 8
"""Prompt tokens decoded together with a completion, so that a leading space of its first word is not lost."""


@dataclass
class Row:
    """One request on its way: `tokens` grows until `finish_reason` is set."""

    key: str
    prompt: list[int]
    stream: np.random.Generator
    limit: int
    tokens: list[int] = field(default_factory=list)
    text: str = ""
    finish_reason: str = ""
    detail: str | None = None


def generate(model: Any, tokenizer: Any, rows: Sequence[Row], sampling: Sampling) -> None:
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


def _read_prompts(model: Any, tokenizer: Any, rows: Sequence[Row]) -> tuple[Any, Any, Any]:
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


def _draw(logits: Any, rows: Sequence[Row], sampling: Sampling) -> list[int]:
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


def _append(row: Row, token: int, tokenizer: Any, sampling: Sampling, ends: frozenset[int]) -> None:
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


def _decode(tokenizer: Any, row: Row, tokens: list[int]) -> str:
    before = row.prompt[-OVERLAP:]
    known = tokenizer.decode(before, skip_special_tokens=True)
    whole = tokenizer.decode(before + tokens, skip_special_tokens=True)
    return whole.removeprefix(known)


def _end_tokens(model: Any, tokenizer: Any) -> frozenset[int]:
    ends = getattr(model.generation_config, "eos_token_id", None)
    listed = ends if isinstance(ends, list) else [ends]
    return frozenset(end for end in [*listed, tokenizer.eos_token_id] if end is not None)
