"""Seedling's training: `python -m pipeline_defs.lab.seedling.train --out FOLDER` makes tokenizer and weights.

Single-threaded processes share each step's rows and average their gradients, which on few cores is faster than
one process with threads. Muon for the matrices inside, AdamW for the rest; courses one after the other.
"""

import argparse
import itertools
import json
import os
import time
from pathlib import Path
from typing import Any

import numpy as np

from pipeline_defs.lab.seedling.courses import (
    COURSES,
    ROW,
    SHARES,
    Course,
    batch,
    corpus,
    data_digest,
    encoded,
    rows_of,
)
from pipeline_defs.lab.seedling.tokenizer import VOCABULARY, make_tokenizer

COMMAND = "python -m pipeline_defs.lab.seedling.train --out resources/models/seedling"
TOKENIZER_DOCUMENTS = 10_000
ROWS = 32
"""Rows of a step, over all processes."""

SHAPE: dict[str, Any] = {
    "hidden_size": 128,
    "intermediate_size": 384,
    "num_hidden_layers": 5,
    "num_attention_heads": 4,
    "num_key_value_heads": 2,
}
CONTEXT = 512
RATE, MATRIX_RATE = 4e-3, 0.02
WARMUP = 60
LAST_RATE = 0.05
"""Share of the rate that is left at the end of its linear decay."""


def make_network() -> Any:
    """The untrained network."""
    from transformers import LlamaConfig, LlamaForCausalLM

    return LlamaForCausalLM(
        LlamaConfig(
            **SHAPE,
            vocab_size=VOCABULARY,
            max_position_embeddings=CONTEXT,
            tie_word_embeddings=True,
            bos_token_id=0,
            eos_token_id=0,
            pad_token_id=1,
            attention_bias=False,
        )
    )


def rate_share(step: int, steps: int) -> float:
    """Warm-up, then linear decay."""
    if step < WARMUP:
        return (step + 1) / WARMUP
    return 1.0 - (1.0 - LAST_RATE) * (step - WARMUP) / max(1, steps - WARMUP)


def train(rank: int, workers: int, number: int, out: str, start: str | None, port: int) -> None:
    """What one process does of course `number`, which goes on from the model in folder `start`."""
    import torch
    import torch.distributed as group

    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(port))
    group.init_process_group("gloo", rank=rank, world_size=workers)
    started = time.monotonic()
    course = COURSES[number]
    tokenizer = _tokenizer(course, start)
    torch.manual_seed(course.seed)
    network = make_network() if start is None else _loaded(start)
    shares = [_share(course, share, tokenizer) for share in range(rank, SHARES, workers)]
    steps = _least(min(len(rows) for _, rows in shares) // (ROWS // SHARES))
    named = list(network.named_parameters())
    inside = [one for name, one in named if one.ndim == 2 and "embed" not in name]
    outside = [one for name, one in named if one.ndim != 2 or "embed" in name]
    muon = torch.optim.Muon(inside, lr=MATRIX_RATE, weight_decay=0.01, adjust_lr_fn="original")
    adam = torch.optim.AdamW(outside, lr=RATE, betas=(0.9, 0.95), weight_decay=0.0)
    began, mean, size = time.monotonic(), 0.0, ROWS // SHARES
    for step in range(steps):
        losses: list[float] = []
        for tokens, rows in shares:
            x, labels = batch(rows[step * size : (step + 1) * size], tokens, tokenizer.pad_token_id)
            logits = network(input_ids=x, use_cache=False).logits
            loss = torch.nn.functional.cross_entropy(
                logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100
            )
            (loss / len(shares)).backward()
            losses.append(loss.item())
        _average([*inside, *outside], workers)
        torch.nn.utils.clip_grad_norm_(outside, 1.0)
        now = rate_share(step, steps) * course.rate
        adam.param_groups[0]["lr"] = RATE * now
        adam.step()
        muon.param_groups[0]["lr"] = MATRIX_RATE * now
        muon.step()
        network.zero_grad()
        loss_now = sum(losses) / len(losses)
        mean = loss_now if step == 0 else 0.98 * mean + 0.02 * loss_now
        last = step == steps - 1
        if rank == 0 and (step % 50 == 0 or last):
            spent = time.monotonic() - began
            print(
                f"step {step} of {steps}, loss {mean:.3f}, {step * ROWS * ROW / spent:.0f} tokens/s",
                flush=True,
            )
        if rank == 0 and (step % 200 == 199 or last):
            facts = {
                "steps": step + 1,
                "of_steps": steps,
                "seconds": round(time.monotonic() - started),
                "loss": mean,
            }
            save(network, tokenizer, Path(out), course, facts, start)
    group.destroy_process_group()


def save(
    network: Any, tokenizer: Any, folder: Path, course: Course, facts: dict[str, Any], start: str | None
) -> None:
    """Write the model folder: weights in bfloat16, tokenizer, and how it was made."""
    import copy

    import torch

    folder.mkdir(parents=True, exist_ok=True)
    copy.deepcopy(network).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # the class name that every version of the library and every serving engine knows
    about = folder / "tokenizer_config.json"
    config = json.loads(about.read_text(encoding="utf-8")) | {"tokenizer_class": "PreTrainedTokenizerFast"}
    about.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    before = (
        json.loads((Path(start) / "training.json").read_text(encoding="utf-8"))["courses"] if start else []
    )
    own = {"seed": course.seed, "documents": course.documents, "worked": course.worked, **facts}
    record = {
        "command": COMMAND,
        "parameters": sum(one.numel() for one in network.parameters()),
        "courses": [*before, own],
    }
    (folder / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


def _share(course: Course, share: int, tokenizer: Any) -> tuple[list[np.ndarray], list[list[int]]]:
    tokens = encoded([one.prompt + one.completion for one in corpus(course, share)], tokenizer)
    return tokens, rows_of(np.array([len(one) for one in tokens]), course.seed)


def _tokenizer(course: Course, start: str | None) -> Any:
    if start is None:
        first = corpus(course, 0)
        return make_tokenizer(
            one.prompt + one.completion for one in itertools.islice(first, TOKENIZER_DOCUMENTS)
        )
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(start)


def _loaded(folder: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def _least(number: int) -> int:
    import torch
    import torch.distributed as group

    least = torch.tensor([number])
    group.all_reduce(least, group.ReduceOp.MIN)
    return int(least)


def _average(parameters: list[Any], workers: int) -> None:
    import torch
    import torch.distributed as group

    if workers == 1:
        return
    flat = torch.cat([one.grad.flatten() for one in parameters])
    group.all_reduce(flat)
    flat /= workers
    place = 0
    for one in parameters:
        one.grad.copy_(flat[place : place + one.numel()].view_as(one))
        place += one.numel()


def main() -> None:
    """Read the options, run the courses one after the other, add the digests of their data."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True, help="folder of the model")
    parser.add_argument(
        "--workers", type=int, default=min(SHARES, os.cpu_count() or 1), help="1 or 2 processes"
    )
    parser.add_argument("--port", type=int, default=29511, help="by which the processes find each other")
    options = parser.parse_args()
    from torch.multiprocessing.spawn import spawn

    out, start = Path(options.out), None
    for number in range(len(COURSES)):
        last = number == len(COURSES) - 1
        target = str(out if last else out.with_name(f".{out.name}.course_{number}"))
        spawn(train, (options.workers, number, target, start, options.port), nprocs=options.workers)
        start = target
    record = json.loads((out / "training.json").read_text(encoding="utf-8"))
    for course, facts in zip(COURSES, record["courses"], strict=True):
        facts["data_digest"] = data_digest(course)
    (out / "training.json").write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
