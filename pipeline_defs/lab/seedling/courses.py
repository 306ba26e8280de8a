"""Seedling's training data: the courses' documents, their digest, and rows of whole documents for the network.

A course is read in two shares, one a process; a process alone reads both, so that the steps are the same.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from pipeline_defs.lab.seedling.documents import Document, documents

SHARES = 2


@dataclass(frozen=True)
class Course:
    """A pass over documents of their own: `worked` tests show what each step gives; `rate` scales the peak rates."""

    seed: int
    documents: int
    worked: bool
    rate: float


COURSES = (Course(20, 100_000, False, 1.0), Course(21, 40_000, True, 0.5))
"""First the forms and the operations, then how to work a test out."""

ROW = 256
"""Tokens of a row, which holds whole documents; longer documents are left out."""


def corpus(course: Course, share: int) -> Iterator[Document]:
    """The documents of one share of `course`."""
    count = course.documents // SHARES
    return documents(f"{course.seed}/{share}", count, "training", worked=course.worked)


def data_digest(course: Course) -> str:
    """SHA-256 over the documents of `course`, in their order."""
    digest = hashlib.sha256()
    for share in range(SHARES):
        for one in corpus(course, share):
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


def batch(rows: list[list[int]], tokens: list[np.ndarray], pad: int) -> tuple[Any, Any]:
    """Tensors (rows, ROW) of tokens and labels; padding has the label -100."""
    import torch

    x = np.full((len(rows), ROW), pad, dtype=np.int64)
    labels = np.full((len(rows), ROW), -100, dtype=np.int64)
    for index, row in enumerate(rows):
        line = np.concatenate([tokens[number] for number in row])
        x[index, : len(line)] = line
        labels[index, : len(line)] = line
    return torch.from_numpy(x), torch.from_numpy(labels)
