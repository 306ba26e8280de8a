"""The token loop of the transformers engine: a batch of rows from their prompts to their finish reasons.

Prompts are padded on the left and equal ones read once; tokens are drawn for each row from its own stream;
finished rows leave the batch. Loading models and reading requests belong to `transformers`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from resources.engines.base import Sampling
from resources.engines.lean_llama import LeanLlama, suits

OVERLAP = 8
"""Prompt tokens decoded together with a completion, so that a leading space of its first word is not lost."""


SHRINK = 0.75
"""Share of rows still going at which a batch with a fixed cache is made smaller."""


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
    candidates: list[list[dict[str, Any]]] = field(default_factory=list)


def generate(model: Any, tokenizer: Any, rows: Sequence[Row], sampling: Sampling) -> None:
    """Finish every row of a batch in place."""
    import torch

    ends = _end_tokens(model, tokenizer)
    stops = _Stops(tokenizer, sampling.stop)
    with torch.inference_mode():
        reader = LeanLlama(model) if suits(model) else _LibraryReader(model)
        logits = reader.read(*_prompts(model, tokenizer, rows))
        active = list(rows)
        while True:
            drawn = _draw(logits, active, sampling)
            if sampling.top_logprobs:
                _note_candidates(logits, active, tokenizer, sampling.top_logprobs)
            for row, token in zip(active, drawn, strict=True):
                _append(row, token, tokenizer, sampling, ends, stops)
            going = [index for index, row in enumerate(active) if not row.finish_reason]
            if not going:
                return
            shrinks = len(going) < len(active) if reader.eager else len(going) <= SHRINK * len(active)
            if shrinks:
                reader.select(torch.tensor(going, device=model.device))
                active, drawn = [active[index] for index in going], [drawn[index] for index in going]
            logits = reader.advance(torch.tensor(drawn, device=model.device))


def _prompts(model: Any, tokenizer: Any, rows: Sequence[Row]) -> tuple[Any, Any, Any, int]:
    """Distinct prompts (prompts, width) padded on the left, what of them is no padding, the prompt of each row,
    and the places that prompts and answers take at most."""
    import torch

    distinct = sorted({tuple(row.prompt) for row in rows})
    width = max(len(prompt) for prompt in distinct)
    padding = tokenizer.pad_token_id if tokenizer.pad_token_id is not None else 0
    tokens = torch.full((len(distinct), width), padding, dtype=torch.long, device=model.device)
    seen = torch.zeros_like(tokens)
    for index, prompt in enumerate(distinct):
        tokens[index, width - len(prompt) :] = torch.tensor(prompt, device=model.device)
        seen[index, width - len(prompt) :] = 1
    place = {prompt: index for index, prompt in enumerate(distinct)}
    copies = torch.tensor([place[tuple(row.prompt)] for row in rows], device=model.device)
    return tokens, seen, copies, width + max(row.limit for row in rows)


class _LibraryReader:
    """Any causal model of the library, through its own forward pass and cache."""

    eager = True  # a growing cache costs least when finished rows leave at once

    def __init__(self, model: Any) -> None:
        self.model = model

    def read(self, tokens: Any, seen: Any, copies: Any, longest: int) -> Any:
        from transformers import DynamicCache

        self.cache = DynamicCache(config=self.model.config)
        output = self.model(
            input_ids=tokens,
            attention_mask=seen,
            position_ids=(seen.cumsum(dim=1) - 1).clamp(min=0),
            past_key_values=self.cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self.cache.batch_select_indices(copies)
        self.mask = seen[copies]
        return output.logits[:, -1][copies]

    def select(self, rows: Any) -> None:
        self.cache.batch_select_indices(rows)
        self.mask = self.mask[rows]

    def advance(self, tokens: Any) -> Any:
        import torch

        self.mask = torch.cat([self.mask, self.mask.new_ones((len(tokens), 1))], dim=1)
        return self.model(
            input_ids=tokens[:, None],
            attention_mask=self.mask,
            position_ids=self.mask.sum(dim=1, keepdim=True) - 1,
            past_key_values=self.cache,
            use_cache=True,
        ).logits[:, -1]


def _draw(logits: Any, rows: Sequence[Row], sampling: Sampling) -> list[int]:
    """The next token of each row: the likeliest, or by inverse transform from the row's own stream."""
    import torch

    if sampling.temperature == 0:
        return logits.argmax(dim=-1).tolist()
    probabilities = torch.softmax(logits.double() / sampling.temperature, dim=-1)
    uniform = torch.tensor([[row.stream.random()] for row in rows], dtype=torch.float64, device=logits.device)
    if sampling.top_p == 1:
        below = probabilities.cumsum(dim=-1)
        place = torch.searchsorted(below, uniform * below[:, -1:], right=True)
        return place.clamp(max=probabilities.shape[-1] - 1).squeeze(1).tolist()
    ordered, tokens = probabilities.sort(dim=-1, descending=True, stable=True)
    below = ordered.cumsum(dim=-1)
    # the nucleus: the likeliest tokens until their mass reaches top_p, the first always among them
    ordered = ordered.masked_fill(below - ordered >= sampling.top_p, 0.0)
    below = ordered.cumsum(dim=-1)
    place = torch.searchsorted(below, uniform * below[:, -1:], right=True)
    last = (ordered > 0).sum(dim=-1, keepdim=True) - 1
    return tokens.gather(1, torch.minimum(place, last)).squeeze(1).tolist()


def _note_candidates(logits: Any, rows: Sequence[Row], tokenizer: Any, count: int) -> None:
    """Add the likeliest next tokens to each row that goes on, whatever the temperature."""
    import torch

    found = torch.log_softmax(logits.float(), dim=-1).topk(min(count, logits.shape[-1]), dim=-1)
    for row, tokens, values in zip(rows, found.indices.tolist(), found.values.tolist(), strict=True):
        if not row.finish_reason:
            row.candidates.append(
                [
                    {"token": tokenizer.decode([token]), "logprob": value}
                    for token, value in zip(tokens, values, strict=True)
                ]
            )


class _Stops:
    """Which tokens may end a stop string, so that others need no look at the text."""

    def __init__(self, tokenizer: Any, stops: Sequence[str]) -> None:
        self.tokenizer, self.stops = tokenizer, stops
        self.known: dict[int, bool] = {}

    def may_end_with(self, token: int) -> bool:
        """Whether a stop string may be complete after this token."""
        if token not in self.known:
            piece = self.tokenizer.decode([token])
            # a part of a character may become anything; a leading space may be lost in decoding
            odd = not piece or "\ufffd" in piece
            self.known[token] = odd or any(
                stop in piece or any(stop.endswith(piece[:length]) for length in range(1, len(piece) + 1))
                for stop in self.stops
            )
        return self.known[token]


def _append(
    row: Row, token: int, tokenizer: Any, sampling: Sampling, ends: frozenset[int], stops: _Stops
) -> None:
    """Add a token to a row and see whether it is finished: by an end token, a stop string or the limit."""
    if row.finish_reason:
        return
    row.tokens.append(token)
    if token in ends:
        row.text, row.finish_reason = _decode(tokenizer, row, row.tokens[:-1]), "stop"
        return
    if sampling.stop and stops.may_end_with(token):
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
