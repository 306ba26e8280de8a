"""Texts that tell a benchmark problem in other words: character n-grams weighted by how rare they are.

Method: cosine of TF-IDF vectors of character 3- to 5-grams (scikit-learn's TfidfVectorizer has the same weights), the
idf from ordinary docstrings (`common_characters.npz`, made by `tests/benchmarks/make_common_characters.py`). Each
description in a row is compared with each problem's. Short problems ("Sort a list.") need more likeness, since
ordinary text comes near them. Translations and rephrasings that keep few words are missed.
"""

from functools import cache
from importlib.resources import files

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.contamination.characters import BUCKETS, Grams, grams
from assets.contamination.descriptions import LONGEST, SHORTEST, descriptions, without_examples

METHOD = "reworded"
ALIKE = 0.4
"""Cosine from which a description counts as the problem's, where that is not short."""
LONG = 120
"""Characters of a problem that is not short, and twice those of a row's description that is not; a text of none would
need `ALIKE + SHORT_NEEDS`."""
SHORT_NEEDS = 0.45
STEPS = 20
COMMONEST = 3.0
"""An n-gram of less idf than this tells nothing and is left out, for speed."""


class Told:
    """The descriptions that are looked for."""

    def __init__(self, texts: pl.Series) -> None:
        """`texts`: one problem's words each (null: none), in the order that numbers them."""
        plain = pl.Series([without_examples(text or "")[:LONGEST] for text in texts], dtype=pl.String)
        self.least = _least(plain, LONG)
        """The cosine from which each problem counts as told; more than 1: it is too short to be told."""
        self.least[(plain.str.len_chars() < SHORTEST).to_numpy()] = 2.0
        own = grams(plain, idf())
        self._postings = (*_inverted(own), own.buckets, own.weights, own.offsets)

    def found_in(self, texts: list[str], *, at_least: float | None = None) -> pl.DataFrame:
        """`text, problem, cosine, told` of each text of a row that tells a problem; `told` is the description.

        `at_least`: the cosine that each description needs; null: as its length asks.
        """
        from assets.contamination.characters_loop import nearest  # here: it brings the compiler

        places, told = list[int](), list[str]()
        for place, text in enumerate(texts):
            for description in descriptions(text):
                places.append(place)
                told.append(description)
        words = pl.Series(told, dtype=pl.String)
        found = grams(words, idf())
        needed = _least(words, LONG / 2) if at_least is None else np.full(len(words), at_least, np.float32)
        description, problem, cosine = nearest(
            found.buckets, found.weights, found.offsets, needed, *self._postings, self.least
        )
        return (
            pl.DataFrame(
                {
                    "text": np.array(places, np.uint32)[description],
                    "problem": problem,
                    "cosine": cosine,
                    "told": words.gather(description),
                }
            )
            .sort("text", "problem", "cosine", descending=[False, False, True])
            .unique(["text", "problem"], keep="first", maintain_order=True)
        )


def similarities(texts: list[str], told: pl.Series) -> NDArray[np.float32]:
    """The cosine of each of `texts` with the nearest of `told`, whatever its length; 0: nothing is shared."""
    looked_for = Told(told)
    looked_for.least[:] = 0
    found = looked_for.found_in(texts, at_least=0.0).group_by("text").agg(pl.col("cosine").max())
    nearest = np.zeros(len(texts), np.float32)
    nearest[found["text"].to_numpy()] = found["cosine"].to_numpy()
    return np.minimum(nearest, 1)


@cache
def idf() -> NDArray[np.float32]:
    """The inverse document frequency of each bucket in ordinary docstrings."""
    with files("assets.contamination").joinpath("common_characters.npz").open("rb") as file:
        weights = np.load(file)["idf"].astype(np.float32) / STEPS
    weights[weights < COMMONEST] = 0.0
    return weights


def _least(texts: pl.Series, long: float) -> NDArray[np.float32]:
    """The cosine that each text needs: more for those of fewer than `long` characters."""
    lengths = texts.str.len_chars().to_numpy()
    return (ALIKE + SHORT_NEEDS * np.maximum(0, 1 - lengths / long)).astype(np.float32)


def _inverted(found: Grams) -> tuple[NDArray[np.int64], NDArray[np.int32], NDArray[np.float32]]:
    """For each bucket where its entries start, and the problems and weights of all entries."""
    problems = np.repeat(np.arange(len(found.offsets) - 1, dtype=np.int32), np.diff(found.offsets))
    order = np.argsort(found.buckets, kind="stable")
    starts = np.searchsorted(found.buckets[order], np.arange(BUCKETS + 1))
    return starts, problems[order], found.weights[order]
