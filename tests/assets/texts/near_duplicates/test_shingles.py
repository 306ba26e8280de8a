"""Hashed shingles against the plain definition: n-grams of the words that an expression finds."""

import itertools
import unicodedata
from itertools import combinations

import polars as pl
import pytest
import regex
import xxhash
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.texts.near_duplicates.shingles import shingle, shingle_hash, shingle_texts
from assets.texts.words import WordKind

KINDS = st.sampled_from(["words", "code", "ascii"])

CODE_LIKE = st.text(alphabet="ab_Z09 \n.(é中ソどグ한ไทย\u0301+-=*\x00\x7f", max_size=40)
ANY = st.text(st.characters(exclude_categories=["Cf", "Cs", "Cn", "Co"]), max_size=60)
TEXTS = st.lists(st.one_of(st.none(), CODE_LIKE, ANY), max_size=8)


OWN = r"[\p{Ideographic}\p{Script=Hiragana}\p{Line_Break=Complex_Context}--\p{M}]\p{M}*"
WORD = rf"(?V1){OWN}|(?:(?!{OWN})[\p{{Alphabetic}}\p{{M}}\p{{N}}\p{{Pc}}])+"
PLAIN = {
    "words": WORD,
    "code": WORD + r"|[\p{Sm}!%&*\-/:?^]+",
    "ascii": "[A-Za-z_0-9]+",
}
"""What a word is, as expressions (texts without format characters)."""


def plain_words(text: str, kind: WordKind) -> list[str]:
    composed = text if kind == "ascii" else unicodedata.normalize("NFC", text)
    return regex.findall(PLAIN[kind], composed) or [composed]


def plain_shingles(text: str | None, ngram: int, kind: WordKind) -> list[tuple[str, ...]]:
    if text is None:
        return []
    words = plain_words(text, kind)
    return [tuple(words[start : start + ngram]) for start in range(max(1, len(words) - ngram + 1))]


def hashed(texts: list[str | None], ngram: int, kind: WordKind = "code") -> list[list[int]]:
    found = shingle(pl.Series(texts, dtype=pl.String), ngram, kind)
    return [
        found.hashes[start:end].tolist()
        for start, end in zip(found.offsets[:-1], found.offsets[1:], strict=True)
    ]


@given(TEXTS, st.integers(1, 6), KINDS)
@settings(max_examples=300, deadline=None)
def test_hashes_are_those_of_the_words_joined_by_spaces(
    texts: list[str | None], ngram: int, kind: WordKind
) -> None:
    for hashes, text in zip(hashed(texts, ngram, kind), texts, strict=True):
        plain = [" ".join(words).encode() for words in plain_shingles(text, ngram, kind)]
        assert hashes == [xxhash.xxh64_intdigest(words) for words in plain]
        if text is not None:
            assert shingle_texts(text, ngram, kind) == plain
            assert [value & 0xFFFFFFFF for value in hashes] == [shingle_hash(words) for words in plain]


@given(TEXTS, st.integers(1, 6), KINDS)
@settings(max_examples=100, deadline=None)
def test_a_row_does_not_depend_on_its_neighbours(texts: list[str | None], ngram: int, kind: WordKind) -> None:
    assert hashed(texts, ngram, kind) == [hashed([text], ngram, kind)[0] for text in texts]


@given(st.binary(max_size=200).map(lambda data: data.decode("latin-1")))
@settings(max_examples=200, deadline=None)
def test_words_of_every_length_have_the_library_s_hash(text: str) -> None:
    word = text.encode().hex() or "_"
    assert hashed([word], 1) == [[xxhash.xxh64_intdigest(word.encode())]]


def test_a_slice_of_a_longer_column_is_read_from_its_own_start() -> None:
    column = pl.Series(["alpha beta", "gamma delta", "epsilon"])
    assert shingle(column[1:], 2, "code").hashes.tolist() == [
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
    hashes = shingle(pl.Series(texts), ngram, "code").hashes
    assert len(hashes) == len(texts) == len(set(hashes.tolist()))
