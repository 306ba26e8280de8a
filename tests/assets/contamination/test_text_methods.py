"""Anchors and lookups change no hit: the text methods find what a search for every passage in every row finds."""

import unicodedata

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.benchmarks.passages import find_contamination
from assets.contamination import text_methods
from assets.contamination.hash_lookup import HashLookup
from assets.contamination.settings import DetectorSettings
from assets.contamination.text_methods import TextMethods, patterns

SETTINGS = DetectorSettings(methods=("verbatim", "openai_substrings"))
QUESTIONS = (
    "Take the list of keys and return a kilo of the biggest ones",
    "Résumé: naïve façade, déjà vu, café",
    "编写一个函数，计算给定列表中所有偶数的平方和，并返回结果。",
    "Напишите функцию, которая возвращает наибольшее чётное число",
    "İstanbul'da kaç kişi yaşıyor diye sor",
    "12 + 34",
)
PIECES = (*QUESTIONS, "k", "\u212a", "e\u0301", "1\ufe0f\u20e3", "İ", "i\u0307", "\n\n", "a b", "ß", "word ")


def problems() -> pl.DataFrame:
    return pl.DataFrame(
        {
            "benchmark": "b",
            "problem_id": [f"p{number}" for number in range(len(QUESTIONS))],
            "question": QUESTIONS,
            "docstring": QUESTIONS,
            "canonical_solution": [f"    return {question!r}.split()" for question in QUESTIONS],
        }
    )


def expected(rows: pl.DataFrame) -> list[tuple]:
    return find_contamination(rows, patterns(problems(), SETTINGS, seed=0), pl.col("text"), "id").rows()


def altered(text: str, how: int) -> str:
    forms = (
        text,
        text.upper(),
        unicodedata.normalize("NFD", text),
        text.replace("k", "\u212a"),
        " ".join(text),
        text[3:],
    )
    return forms[how % len(forms)]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.tuples(st.sampled_from(PIECES), st.integers(0, 5)), max_size=5), max_size=5))
def test_every_passage_is_found_in_whatever_form(texts: list[list[tuple[str, int]]]) -> None:
    joined = ["".join(altered(piece, how) for piece, how in text) for text in texts]
    rows = pl.DataFrame(
        {"id": range(len(joined)), "text": joined}, schema={"id": pl.Int64, "text": pl.String}
    )
    found = TextMethods(problems(), SETTINGS, seed=0).hits(rows, pl.col("text"), "id")
    assert found.rows() == expected(rows)


@pytest.mark.parametrize("alone", [0, 64])
def test_passages_are_found_one_by_one_as_together(monkeypatch: pytest.MonkeyPatch, alone: int) -> None:
    monkeypatch.setattr(text_methods, "COMPARED_ALONE", alone)
    monkeypatch.setattr(text_methods, "ROWS_AT_ONCE", 3)
    texts = [altered(question, how) for question in QUESTIONS for how in range(6)] + [None, ""]
    rows = pl.DataFrame({"id": range(len(texts)), "text": texts})
    found = TextMethods(problems(), SETTINGS, seed=0).hits(rows, pl.col("text"), "id").rows()
    assert found == expected(rows)
    assert {row[0] for row in found} >= {0, 1, 3, 4}


def test_kelvin_signs_and_separate_accents_hide_no_run_of_words() -> None:
    texts = [altered(question, how) for question in QUESTIONS[:2] for how in (1, 2, 3)]
    rows = pl.DataFrame({"id": range(6), "text": texts})
    runs = DetectorSettings(methods=("ngram_overlap",))
    found = TextMethods(problems(), runs, seed=0).hits(rows, pl.col("text"), "id")
    assert found["id"].to_list() == [0, 1, 2, 3, 4, 5]


@given(st.lists(st.integers(0, 2**64 - 1), max_size=30), st.lists(st.integers(0, 2**64 - 1), max_size=30))
def test_a_lookup_finds_each_entry_of_each_known_hash(known: list[int], asked: list[int]) -> None:
    asked = [*asked, *known[::2]]
    lookup = HashLookup(np.array(known, np.uint64), np.arange(len(known)))
    places, keys = lookup.places(np.array(asked, np.uint64))
    entries, numbers = lookup.entries(keys)
    found = sorted(zip(places[numbers].tolist(), entries.tolist(), strict=True))
    assert found == [(i, j) for i, one in enumerate(asked) for j, other in enumerate(known) if one == other]
