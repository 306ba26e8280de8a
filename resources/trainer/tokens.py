"""Examples as token rows with the place where the loss begins, packed or padded into arrays.

Pure: a tokenizer (as the transformers library has them) and numpy, no torch. Prompt and completion are
encoded apart, as an engine encodes the prompt alone, so that a token never spans the border; loss labels are
IGNORED on the prompt, on the first token of every example and on padding.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from resources.trainer.base import LEFT_OUT_SCHEMA, TrainingFailed, TrainingSettings

IGNORED = -100
"""Label of a token without loss."""


@dataclass(frozen=True)
class TokenRow:
    """Tokens of one example; the loss is on those from `loss_from` on."""

    tokens: np.ndarray  # int64, shape (length,)
    loss_from: int


@dataclass(frozen=True)
class EncodedExamples:
    """Token rows in the examples' order, how many were cut, and those of which nothing could be learnt."""

    rows: list[TokenRow]
    truncated: int
    left_out: pl.DataFrame  # LEFT_OUT_SCHEMA


@dataclass(frozen=True)
class Batch:
    """Arrays of shape (sequences, length). Positions restart with every example of a packed sequence."""

    tokens: np.ndarray
    labels: np.ndarray
    positions: np.ndarray


def encode_examples(examples: pl.DataFrame, tokenizer: Any, settings: TrainingSettings) -> EncodedExamples:
    """Encode `examples` (`EXAMPLE_SCHEMA`); too long ones are cut at the completion's end."""
    pairs = _chat_pairs(examples, tokenizer) if settings.prompt_style == "chat" else _plain_pairs(examples)
    if not pairs:
        return EncodedExamples([], 0, pl.DataFrame(schema=LEFT_OUT_SCHEMA))
    templated = settings.prompt_style == "chat"
    prompts = tokenizer([prompt for prompt, _ in pairs], add_special_tokens=not templated)["input_ids"]
    completions = tokenizer([text for _, text in pairs], add_special_tokens=False)["input_ids"]
    rows: list[TokenRow] = []
    left_out: list[dict[str, object]] = []
    truncated = 0
    for sft_id, prompt, completion in zip(examples["sft_id"], prompts, completions, strict=True):
        if not completion or completion[-1] != tokenizer.eos_token_id:
            completion = [*completion, tokenizer.eos_token_id]
        if len(prompt) >= settings.sequence_length:
            left_out.append(
                {"sft_id": sft_id, "prompt_tokens": len(prompt), "completion_tokens": len(completion)}
            )
            continue
        tokens = np.array([*prompt, *completion], dtype=np.int64)
        truncated += len(tokens) > settings.sequence_length
        rows.append(TokenRow(tokens[: settings.sequence_length], max(1, len(prompt))))
    return EncodedExamples(rows, truncated, pl.DataFrame(left_out, schema=LEFT_OUT_SCHEMA))


def corpus_rows(texts: Iterable[str], tokenizer: Any, *, sequence_length: int, rows: int) -> list[TokenRow]:
    """The first `rows` sequences of the texts' tokens, each text between its begin and end tokens.

    Fewer where the texts are used up. The loss is on every token but a sequence's first.
    """
    stream: list[int] = []
    for text in texts:
        stream += [tokenizer.bos_token_id, *tokenizer(text, add_special_tokens=False)["input_ids"]]
        stream.append(tokenizer.eos_token_id)
        if len(stream) >= rows * sequence_length:
            break
    whole = min(rows, len(stream) // sequence_length)
    tokens = np.array(stream[: whole * sequence_length], dtype=np.int64).reshape(whole, sequence_length)
    return [TokenRow(row, 1) for row in tokens]


def pack(rows: Sequence[TokenRow], *, sequence_length: int, packing: bool) -> list[list[TokenRow]]:
    """Rows as sequences: one row each, or, packing, as many neighbours as fit, in their order."""
    sequences: list[list[TokenRow]] = []
    room = 0
    for row in rows:
        if packing and sequences and len(row.tokens) <= room:
            sequences[-1].append(row)
        else:
            sequences.append([row])
            room = sequence_length
        room -= len(row.tokens)
    return sequences


def collate(sequences: Sequence[Sequence[TokenRow]], pad_token: int) -> Batch:
    """One batch, padded on the right to its longest sequence."""
    width = max(sum(len(row.tokens) for row in sequence) for sequence in sequences)
    tokens = np.full((len(sequences), width), pad_token, dtype=np.int64)
    labels = np.full((len(sequences), width), IGNORED, dtype=np.int64)
    positions = np.zeros((len(sequences), width), dtype=np.int64)
    for index, sequence in enumerate(sequences):
        start = 0
        for row in sequence:
            end = start + len(row.tokens)
            tokens[index, start:end] = row.tokens
            labels[index, start + row.loss_from : end] = row.tokens[row.loss_from :]
            # padding goes on counting from the last example: it comes after it and is seen by nothing
            positions[index, start:] = np.arange(width - start)
            start = end
    return Batch(tokens, labels, positions)


def _plain_pairs(examples: pl.DataFrame) -> list[tuple[str, str]]:
    return list(examples.select("prompt", "completion").iter_rows())


def _chat_pairs(examples: pl.DataFrame, tokenizer: Any) -> list[tuple[str, str]]:
    """Prompt and completion text of each conversation, by the tokenizer's own chat template."""
    if "messages" in examples.columns:
        conversations = examples["messages"].to_list()
    else:
        conversations = [
            [{"role": "user", "content": prompt}, {"role": "assistant", "content": completion}]
            for prompt, completion in examples.select("prompt", "completion").iter_rows()
        ]
    pairs: list[tuple[str, str]] = []
    for sft_id, messages in zip(examples["sft_id"], conversations, strict=True):
        if not messages or messages[-1]["role"] != "assistant":
            raise TrainingFailed(f"example {sft_id}: the last message must be the assistant's")
        whole = tokenizer.apply_chat_template(messages, tokenize=False)
        prompt = tokenizer.apply_chat_template(messages[:-1], tokenize=False, add_generation_prompt=True)
        if not whole.startswith(prompt):
            raise TrainingFailed(
                f"example {sft_id}: by the base model's chat template the prompt is not the beginning of the "
                "conversation, so the completion cannot be told apart; use prompt_style: plain"
            )
        pairs.append((prompt, whole[len(prompt) :]))
    return pairs
