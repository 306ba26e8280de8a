"""Hashed shingles against the plain definition: n-grams of the tokens that the published expression finds."""

import itertools
import re
from itertools import combinations

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.texts.near_duplicates.shingles import shingle

CODE_LIKE = st.text(alphabet="ab_Z09 \n.(é中\x00\x7f", max_size=40)
TEXTS = st.lists(st.one_of(st.none(), CODE_LIKE, st.text(max_size=60)), max_size=8)


def plain_shingles(text: str | None, ngram: int) -> list[tuple[str, ...]]:
    tokens = re.findall("[A-Za-z_0-9]+", text or "")
    if not tokens:
        return []
    return [tuple(tokens[start : start + ngram]) for start in range(max(1, len(tokens) - ngram + 1))]


def hashed(texts: list[str | None], ngram: int) -> list[list[int]]:
    found = shingle(pl.Series(texts, dtype=pl.String), ngram)
    return [
        found.hashes[start:end].tolist()
        for start, end in zip(found.offsets[:-1], found.offsets[1:], strict=True)
    ]


@given(TEXTS, st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_hashes_are_equal_exactly_where_the_shingles_are(texts: list[str | None], ngram: int) -> None:
    name: dict[tuple[str, ...], int] = {}
    shingle_of: dict[int, tuple[str, ...]] = {}
    for hashes, text in zip(hashed(texts, ngram), texts, strict=True):
        plain = plain_shingles(text, ngram)
        assert len(hashes) == len(plain)
        for value, tokens in zip(hashes, plain, strict=True):
            assert name.setdefault(tokens, value) == value
            assert shingle_of.setdefault(value, tokens) == tokens


@given(TEXTS, st.integers(1, 6))
@settings(max_examples=100, deadline=None)
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str | None], ngram: int) -> None:
    assert hashed(texts, ngram) == [hashed([text], ngram)[0] for text in texts]


def test_a_slice_of_a_longer_column_is_read_from_its_own_start() -> None:
    column = pl.Series(["alpha beta", "gamma delta", "epsilon"])
    assert shingle(column[1:], 2).hashes.tolist() == [
        *hashed(["gamma delta"], 2)[0],
        *hashed(["epsilon"], 2)[0],
    ]


def test_long_tokens_that_differ_in_one_place_differ() -> None:
    token = "abcdefgh" * 4
    variants = [token] + [token[:place] + "X" + token[place + 1 :] for place in range(len(token))]
    variants += [token[:length] for length in range(1, len(token))]
    found = hashed(list(variants), 1)
    assert all(one != other for one, other in combinations(found, 2))


def test_the_order_of_tokens_counts() -> None:
    one, other, shorter = hashed(["a b c", "c b a", "a b"], 3)
    assert len({*one, *other, *shorter}) == 3


@pytest.mark.parametrize(("alphabet", "ngram"), [("abc", 5), ("ab", 8), ("ab", 13), ("abcdefgh", 3)])
def test_every_order_of_words_has_a_hash_of_its_own(alphabet: str, ngram: int):
    texts = [" ".join(words) for words in itertools.product(alphabet, repeat=ngram)]
    hashes = shingle(pl.Series(texts), ngram).hashes
    assert len(hashes) == len(texts) == len(set(hashes.tolist()))
