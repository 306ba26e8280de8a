"""The training loop: batches in the given order, accumulated gradients, one optimizer step a batch.

Plain torch on the CPU or one GPU. The loss of a step is the mean over all its completion tokens (or rows), however
many micro-batches they are spread over, so that micro_batch_size changes memory and speed and nothing else.
"""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from resources.trainer.base import OnProgress, Progress, TrainingFailed, TrainingSettings
from resources.trainer.evaluations import Evaluations
from resources.trainer.optimizers import make_optimizer
from resources.trainer.record import LoopRecord
from resources.trainer.resuming import restore, state_of
from resources.trainer.schedule import learning_rate, number_of_steps
from resources.trainer.states import States
from resources.trainer.tokens import IGNORED, TokenRow, collate

Sequences = Sequence[Sequence[TokenRow]]

SIMILAR = 0.7
"""Least length of a sequence, as a share of the longest one's that it is computed with."""


def run_loop(
    model: Any,
    sequences: Sequences,
    settings: TrainingSettings,
    *,
    pad_token: int,
    phase: str,
    on_progress: OnProgress,
    measured: Sequences = (),
    states: States | None = None,
    on_state: Callable[[Path], None] | None = None,
) -> LoopRecord:
    """Train `model` in place on `sequences`; raises `TrainingFailed` at the first loss that is not finite.

    The loss on `measured` before the training is in the record. With `states` the training goes on from the newest
    one and writes those that are due; `on_state` is told of those that are proven.
    """
    import torch

    torch.manual_seed(settings.seed)
    optimizer = make_optimizer(model, settings)
    steps = number_of_steps(settings, len(sequences))
    record = LoopRecord()
    evaluations = Evaluations(settings, lambda: mean_loss(model, measured, settings, pad_token=pad_token))
    state = states.read() if states else None
    if state is not None:
        restore(state, model, optimizer, record, evaluations)
    else:
        record.loss_before = mean_loss(model, measured, settings, pad_token=pad_token)
    if settings.gradient_checkpointing:
        model.activation_checkpointing_enable()
    model.train()
    started = reported = time.monotonic()
    known_steps, known_tokens = record.steps, record.tokens
    batches = islice(_batches(sequences, settings), record.steps, None)
    ended = evaluations.worn_out(record)
    for step, batch in zip(range(record.steps, steps), batches, strict=False):
        if ended:
            break
        rate = learning_rate(settings, step, steps)
        for group in optimizer.param_groups:
            group["lr"] = rate
        loss = _accumulate(model, batch, settings, pad_token, record)
        # without a bound the norm is still measured: it tells of a training that went wrong
        norm = float(torch.nn.utils.clip_grad_norm_(model.parameters(), settings.max_grad_norm or math.inf))
        if not (np.isfinite(loss) and np.isfinite(norm)):
            raise TrainingFailed(
                f"{phase}: loss {loss:.4g}, gradient norm {norm:.4g} at step {step + 1} of {steps} with "
                f"learning rate {rate:.3g}; lower learning_rate or set a (lower) max_grad_norm, lengthen the "
                f"warm-up, or set precision: float32{_kept(states, step)}"
            )
        proven = states.prove(step) if states else None
        if proven and on_state:
            on_state(proven)
        optimizer.step()
        optimizer.zero_grad(set_to_none=True)
        record.steps = step + 1
        record.curve.append((record.steps, loss, rate, record.tokens))
        ended = evaluations.after_step(model, record)
        now = time.monotonic()
        if now - reported > 1.0 or record.steps == steps or ended:
            reported, elapsed = now, max(now - started, 1e-9)
            left = 0.0 if ended else elapsed / (record.steps - known_steps) * (steps - record.steps)
            rate_of_tokens = (record.tokens - known_tokens) / elapsed
            on_progress(Progress(phase, record.steps, steps, loss, rate_of_tokens, left))
        if states and states.due(record.steps, steps):
            content = state_of(model, optimizer, record, evaluations, now - started)
            states.write(record.steps, content)
    evaluations.put_best_back(model)
    return record


def _kept(states: States | None, step: int) -> str:
    """What a training that fails after `step` steps leaves, in words."""
    kept = states.refute(step) if states else None
    return f"; the last good state, after step {kept[0]}, is kept: {kept[1]}" if kept else ""


def mean_loss(
    model: Any, sequences: Sequences, settings: TrainingSettings, *, pad_token: int
) -> float | None:
    """Mean loss in nats over the completion tokens of `sequences`, without training; None where there are none."""
    import torch

    model.eval()
    total, count = 0.0, 0
    with torch.no_grad():
        for group in _of_similar_length(sequences, settings.micro_batch_size or settings.batch_size):
            loss, tokens, _ = _summed_loss(model, group, settings, pad_token)
            total, count = total + float(loss), count + tokens
    return total / count if count else None


def _batches(sequences: Sequences, settings: TrainingSettings) -> Iterator[Sequences]:
    """Batches without end: the first epoch in the given order, every later one shuffled by seed and epoch."""
    epoch = 0
    order = np.arange(len(sequences))
    while True:
        if epoch:
            order = np.random.default_rng([settings.seed, epoch]).permutation(len(sequences))
        for start in range(0, len(order), settings.batch_size):
            yield [sequences[index] for index in order[start : start + settings.batch_size]]
        epoch += 1


def _accumulate(
    model: Any, batch: Sequences, settings: TrainingSettings, pad_token: int, record: LoopRecord
) -> float:
    """Add the batch's gradients to the model's; the mean loss over the batch's completion tokens.

    What the gradients follow is that mean, or the mean over rows of each row's own.
    """
    count = sum(len(row.tokens) - row.loss_from for sequence in batch for row in sequence)
    rows = sum(len(sequence) for sequence in batch)
    total = 0.0
    for group in _of_similar_length(batch, settings.micro_batch_size or settings.batch_size):
        loss, _, by_row = _summed_loss(model, group, settings, pad_token)
        (loss / count if settings.loss_average == "token" else by_row / rows).backward()
        total += float(loss.detach())
    record.tokens += sum(len(row.tokens) for sequence in batch for row in sequence)
    record.completion_tokens += count
    return total / count


def _of_similar_length(sequences: Sequences, most: int) -> Iterator[Sequences]:
    """`sequences`, the longest first, at most `most` at a time and none much shorter than the longest beside it.

    The sum of their losses is what it would be in one batch, and nearly nothing is spent on padding.
    """

    def length(sequence: Sequence[TokenRow]) -> int:
        return sum(len(row.tokens) for row in sequence)

    group: list[Sequence[TokenRow]] = []
    for sequence in sorted(sequences, key=length, reverse=True):
        if group and (len(group) == most or length(sequence) < SIMILAR * length(group[0])):
            yield group
            group = []
        group.append(sequence)
    if group:
        yield group


def _summed_loss(
    model: Any, sequences: Sequences, settings: TrainingSettings, pad_token: int
) -> tuple[Any, int, Any]:
    """Sum of the cross-entropies (a scalar tensor) of the labelled tokens, how many those are, and where
    rows are to weigh the same the sum over rows of each row's mean."""
    import torch

    arrays = collate(sequences, pad_token)
    tokens, labels, positions = (
        torch.from_numpy(array).to(model.device) for array in (arrays.tokens, arrays.labels, arrays.positions)
    )
    mixed = settings.precision == "mixed"
    with torch.autocast(model.device.type, dtype=torch.bfloat16) if mixed else nullcontext():
        # no attention mask: from positions that restart the model keeps packed examples apart
        logits = model(input_ids=tokens, position_ids=positions, use_cache=False).logits
    wanted = labels[:, 1:] != IGNORED
    predicted, targets = logits[:, :-1][wanted].float(), labels[:, 1:][wanted]
    if settings.loss_average == "token":
        loss = torch.nn.functional.cross_entropy(predicted, targets, reduction="sum")
        return loss, len(targets), loss
    losses = torch.nn.functional.cross_entropy(predicted, targets, reduction="none")
    # the labelled tokens stand sequence by sequence, and in each row by row
    lengths = [len(row.tokens) - row.loss_from for sequence in sequences for row in sequence]
    weights = torch.tensor([1 / length for length in lengths for _ in range(length)], device=model.device)
    return losses.sum(), len(losses), (losses * weights).sum()
