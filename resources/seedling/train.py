"""Seedling's training: `python -m resources.seedling.train --out FOLDER` makes tokenizer and weights from the grammar.

Single-threaded processes share each step's rows and average their gradients, which on few cores is faster than
one process with threads. Muon (Jordan et al. 2024) for the matrices inside, AdamW for the rest.
"""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from resources.seedling.documents import Document, documents
from resources.seedling.tokenizer import make_tokenizer

SEED = 20
DOCUMENTS = 100_000
TOKENIZER_DOCUMENTS = 10_000
ROW = 256
"""Tokens of a row, which holds whole documents; longer documents are left out."""

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
SECOND_RATE = 0.5
"""Share of the rate in the second course, which goes on from the first."""

LAST_RATE = 0.05
"""Share of the rate that is left at the end of its linear decay."""


def corpus(seed: int, share: int, count: int, *, worked: bool = False) -> Iterator[Document]:
    """The `count` training documents of process `share`."""
    return documents(f"{seed}/{share}", count, "training", worked=worked)


def data_digest(seed: int, count: int, workers: int, *, worked: bool = False) -> str:
    """SHA-256 over the training documents of all processes, in their order."""
    digest = hashlib.sha256()
    for share in range(workers):
        for one in corpus(seed, share, count // workers, worked=worked):
            digest.update(f"{one.prompt}{one.completion}\0".encode())
    return digest.hexdigest()


def rows_of(lengths: np.ndarray, seed: int, pool: int = 512) -> list[list[int]]:
    """Document numbers packed into rows of at most `ROW` tokens, longest first within random pools."""
    order = np.random.default_rng(seed).permutation(np.flatnonzero(lengths <= ROW))
    rows: list[list[int]] = []
    for start in range(0, len(order), pool):
        open_rows: list[tuple[int, list[int]]] = []
        for number in sorted(order[start : start + pool].tolist(), key=lambda one: -lengths[one]):
            size = int(lengths[number])
            place = next((i for i, (room, _) in enumerate(open_rows) if room >= size), None)
            if place is None:
                open_rows.append((ROW - size, [number]))
            else:
                room, held = open_rows[place]
                open_rows[place] = (room - size, [*held, number])
        rows += [held for _, held in open_rows]
    shuffled = np.random.default_rng([seed, 1]).permutation(len(rows))
    return [rows[index] for index in shuffled]


def encoded(texts: list[str], tokenizer: Any) -> list[np.ndarray]:
    """Token numbers of each text and the end token."""
    found = tokenizer(texts)["input_ids"]
    return [np.array([*ids, tokenizer.eos_token_id], dtype=np.int64) for ids in found]


def make_network() -> Any:
    """The untrained network."""
    from transformers import LlamaConfig, LlamaForCausalLM

    from resources.seedling.tokenizer import VOCABULARY

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


class Muon:
    """Momentum made orthogonal by Newton and Schulz's iteration, for matrices of a few shapes."""

    def __init__(self, parameters: list[Any]) -> None:
        import torch

        self.groups: dict[tuple[int, ...], list[Any]] = {}
        for one in parameters:
            self.groups.setdefault(tuple(one.shape), []).append(one)
        self.momentum = {shape: torch.zeros(len(group), *shape) for shape, group in self.groups.items()}

    def step(self, rate: float, decay: float = 0.01) -> None:
        """One update of all matrices."""
        import torch

        with torch.no_grad():
            for shape, group in self.groups.items():
                gradient = torch.stack([one.grad for one in group])
                held = self.momentum[shape].mul_(0.95).add_(gradient, alpha=0.05)
                made = _orthogonal(gradient.lerp(held, 0.95))
                scale = max(1.0, shape[0] / shape[1]) ** 0.5
                for one, update in zip(group, made, strict=True):
                    one.mul_(1 - rate * decay).add_(update, alpha=-rate * scale)


def _orthogonal(matrices: Any) -> Any:
    x = matrices.mT if matrices.shape[-2] > matrices.shape[-1] else matrices
    x = x / (x.norm(dim=(-2, -1), keepdim=True) + 1e-7)
    for _ in range(5):
        a = x @ x.mT
        x = 3.4445 * x + (-4.7750 * a + 2.0315 * a @ a) @ x
    return x.mT if matrices.shape[-2] > matrices.shape[-1] else x


def rate_share(step: int, steps: int) -> float:
    """Warm-up, then linear decay."""
    if step < WARMUP:
        return (step + 1) / WARMUP
    return 1.0 - (1.0 - LAST_RATE) * (step - WARMUP) / max(1, steps - WARMUP)


def train(rank: int, workers: int, options: argparse.Namespace) -> None:
    """What one process does."""
    import torch
    import torch.distributed as group

    torch.set_num_threads(1)
    os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT=str(options.port))
    group.init_process_group("gloo", rank=rank, world_size=workers)
    started = time.monotonic()
    tokenizer = _tokenizer(options)
    count = options.documents // workers
    texts = [
        one.prompt + one.completion
        for one in corpus(options.seed, rank, count, worked=options.start is not None)
    ]
    tokens = encoded(texts, tokenizer)
    rows = rows_of(np.array([len(one) for one in tokens]), options.seed)
    steps = _least(len(rows) // (ROWS // workers), workers)
    torch.manual_seed(options.seed)
    network = make_network() if options.start is None else _loaded(options.start)
    inside = [one for name, one in network.named_parameters() if one.ndim == 2 and "embed" not in name]
    outside = [one for name, one in network.named_parameters() if one.ndim != 2 or "embed" in name]
    muon = Muon(inside)
    adam = torch.optim.AdamW(outside, lr=RATE, betas=(0.9, 0.95), weight_decay=0.0)
    if rank == 0:
        seen = sum(map(len, tokens)) / 1e6
        taken = time.monotonic() - started
        documents_read = f"{len(texts) * workers} documents, {seen * workers:.1f} M tokens"
        print(f"{documents_read}, {steps} steps, {taken:.0f} s", flush=True)
    share = ROWS // workers
    began, mean = time.monotonic(), 0.0
    for step in range(steps):
        chosen = rows[step * share : (step + 1) * share]
        x, labels = _batch(chosen, tokens, tokenizer.pad_token_id)
        logits = network(input_ids=x, use_cache=False).logits
        loss = torch.nn.functional.cross_entropy(
            logits[:, :-1].flatten(0, 1), labels[:, 1:].flatten(), ignore_index=-100
        )
        loss.backward()
        _average([*inside, *outside], workers)
        torch.nn.utils.clip_grad_norm_(outside, 1.0)
        now = rate_share(step, steps) * (1.0 if options.start is None else SECOND_RATE)
        adam.param_groups[0]["lr"] = RATE * now
        adam.step()
        muon.step(MATRIX_RATE * now)
        network.zero_grad()
        mean = loss.item() if step == 0 else 0.98 * mean + 0.02 * loss.item()
        if rank == 0 and (step % 50 == 0 or step == steps - 1):
            spent = time.monotonic() - began
            speed = (step + 1) * ROWS * ROW / spent
            print(f"step {step} of {steps} loss {mean:.4f} {speed:.0f} tokens/s {spent:.0f} s", flush=True)
        if rank == 0 and (step % options.save_every == options.save_every - 1 or step == steps - 1):
            save(network, tokenizer, options, step + 1, steps, time.monotonic() - started)
    group.destroy_process_group()


def _tokenizer(options: argparse.Namespace) -> Any:
    if options.start is None:
        first = corpus(options.seed, 0, TOKENIZER_DOCUMENTS)
        return make_tokenizer(one.prompt + one.completion for one in first)
    from transformers import AutoTokenizer

    return AutoTokenizer.from_pretrained(options.start)


def _loaded(folder: str) -> Any:
    import torch
    from transformers import AutoModelForCausalLM

    return AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32)


def save(
    network: Any, tokenizer: Any, options: argparse.Namespace, step: int, steps: int, seconds: float
) -> None:
    """Write the model folder: weights in bfloat16, tokenizer, and how it was made."""
    import copy

    import torch

    folder = Path(options.out)
    folder.mkdir(parents=True, exist_ok=True)
    copy.deepcopy(network).to(torch.bfloat16).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    # the class name that every version of the library and every serving engine knows
    about = folder / "tokenizer_config.json"
    config = json.loads(about.read_text(encoding="utf-8")) | {"tokenizer_class": "PreTrainedTokenizerFast"}
    about.write_text(json.dumps(config, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    facts = {
        "command": "python -m resources.seedling.train --out resources/seedling/model",
        "seed": options.seed,
        "documents": options.documents,
        "steps": step,
        "of_steps": steps,
        "seconds": round(seconds),
        "parameters": sum(one.numel() for one in network.parameters()),
    }
    (folder / "training.json").write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def _batch(rows: list[list[int]], tokens: list[np.ndarray], pad: int) -> tuple[Any, Any]:
    import torch

    x = np.full((len(rows), ROW), pad, dtype=np.int64)
    labels = np.full((len(rows), ROW), -100, dtype=np.int64)
    for index, row in enumerate(rows):
        line = np.concatenate([tokens[number] for number in row])
        x[index, : len(line)] = line
        labels[index, : len(line)] = line
    return torch.from_numpy(x), torch.from_numpy(labels)


def _least(number: int, workers: int) -> int:
    import torch
    import torch.distributed as group

    least = torch.tensor([number])
    if workers > 1:
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
    """Read the options and start the processes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", required=True)
    parser.add_argument("--start", help="second course: go on from this folder, with worked tests")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    parser.add_argument("--workers", type=int, default=min(2, os.cpu_count() or 1))
    parser.add_argument("--save-every", type=int, default=200)
    parser.add_argument("--port", type=int, default=29511)
    options = parser.parse_args()
    from torch.multiprocessing.spawn import spawn

    if options.workers == 1:
        train(0, 1, options)
    else:
        spawn(train, (options.workers, options), nprocs=options.workers)


if __name__ == "__main__":
    main()
