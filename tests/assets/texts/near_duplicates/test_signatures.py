"""Signatures: what they depend on, and how well they estimate the Jaccard similarity."""

import random

import numpy as np
import polars as pl
import pytest
from datasketch import MinHash, MinHashLSH

from assets.texts.near_duplicates import signatures as module
from assets.texts.near_duplicates.families import estimated_similarity
from assets.texts.near_duplicates.settings import NearDuplicateSettings
from assets.texts.near_duplicates.shingles import shingle_hash, shingle_texts
from assets.texts.near_duplicates.signatures import signature_matrix, signatures
from assets.texts.words import WordKind

SETTINGS = NearDuplicateSettings(threshold=0.7, ngram=1, permutations=128)


def frame(texts: list[str | None]) -> pl.DataFrame:
    return pl.DataFrame({"key": [f"k{number}" for number in range(len(texts))], "text": texts})


def overlapping_pairs() -> tuple[list[str], list[set[str]], np.ndarray]:
    """Texts 2i and 2i + 1 share a known part of their 1-gram shingles; the sets, and the similarity of each pair."""
    draw = random.Random(5)
    texts, sets, similarity = [], [], []
    for pair in range(400):
        shared = draw.randint(0, 100)
        one = {f"s{pair}_{n}" for n in range(shared)} | {f"a{pair}_{n}" for n in range(100 - shared)}
        other = {f"s{pair}_{n}" for n in range(shared)} | {f"b{pair}_{n}" for n in range(100 - shared)}
        texts += [" ".join(sorted(one)), " ".join(sorted(other))]
        sets += [one, other]
        similarity.append(shared / (200 - shared))
    return texts, sets, np.array(similarity)


def test_key_and_signature_come_back_row_by_row() -> None:
    signed = signatures(frame(["def f(x): return x", None, "", "?!", "x"]), SETTINGS)
    assert signed.columns == ["key", "signature"]
    assert signed["key"].to_list() == ["k0", "k1", "k2", "k3", "k4"]
    assert signed["signature"].bin.size().to_list() == [512, None, 512, 512, 512]


def test_neither_threads_nor_block_size_nor_neighbours_change_a_signature(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    texts = [f"def function_{number}(x): return x + {number}" for number in range(200)] + [None, ""]
    whole = signatures(frame(texts), SETTINGS, threads=2)
    monkeypatch.setattr(module, "BLOCK_BYTES", 100)
    assert signatures(frame(texts), SETTINGS, threads=1).equals(whole)
    assert signatures(frame(texts)[40:60], SETTINGS).equals(whole[40:60])


def test_no_rows_give_no_signatures() -> None:
    signed = signatures(frame([]).cast(pl.String), SETTINGS)
    assert signed.schema == {"key": pl.String, "signature": pl.Binary}
    assert signature_matrix(signed["signature"], SETTINGS).shape == (0, 128)


def test_the_estimate_is_as_good_as_datasketch() -> None:
    texts, sets, exact = overlapping_pairs()
    matrix = signature_matrix(signatures(frame(list(texts)), SETTINGS)["signature"], SETTINGS)
    even, odd = np.arange(0, 800, 2), np.arange(1, 800, 2)
    error = estimated_similarity(matrix, even, odd) - exact
    sketches = MinHash.bulk([[token.encode() for token in tokens] for tokens in sets], num_perm=128)
    peer = np.array([sketches[i].jaccard(sketches[i + 1]) for i in even]) - exact
    assert abs(error.mean()) < 0.01
    assert np.sqrt((error**2).mean()) < 1.15 * np.sqrt((peer**2).mean())


@pytest.mark.parametrize("words", ["words", "code", "ascii"])
def test_datasketch_finds_what_is_near_a_text_among_signatures_made_here(words: WordKind) -> None:
    chosen = NearDuplicateSettings(threshold=0.5, ngram=3, words=words, permutations=64, seed=7)
    kept = {
        "add": "def add(first, second):\n    return first + second",
        "sum": "напиши функцию, которая считает сумму всех чисел списка на языке Python",
        "sort": "请用 Python 实现快速排序算法，并返回排序后的列表。",
    }
    signed = signatures(pl.DataFrame({"key": list(kept), "text": list(kept.values())}), chosen)
    index = MinHashLSH(threshold=0.5, num_perm=64)
    for key, signature in signed.iter_rows():
        values = np.frombuffer(signature, "<u4")
        index.insert(key, MinHash(hashvalues=values, seed=7, hashfunc=shingle_hash, scheme="affine32"))
    for key, text in kept.items():
        asked = MinHash(num_perm=64, seed=7, hashfunc=shingle_hash)
        asked.update_batch(shingle_texts(text, 3, words))
        assert asked.hashvalues.astype("<u4").tobytes() == signed.filter(pl.col("key") == key)["signature"][0]
        found = {"sum", "sort"} if words == "ascii" and key != "add" else {key}  # both are "Python" to it
        assert set(index.query(asked)) == found


def test_the_seed_draws_other_permutations_and_the_threshold_does_not() -> None:
    rows = frame(["one two three four"])
    signed = signatures(rows, SETTINGS)
    assert not signatures(rows, SETTINGS.model_copy(update={"seed": 2})).equals(signed)
    other_threshold = SETTINGS.model_copy(update={"threshold": 0.5})
    assert signatures(rows, other_threshold).equals(signed)
    assert other_threshold.signature_settings() == SETTINGS.signature_settings()


def test_a_signature_is_the_same_on_every_machine_and_in_every_version() -> None:
    signed = signatures(frame(["def add(a, b):\n    return a + b"]), SETTINGS)["signature"][0]
    # changing this value means raising SIGNATURE_VERSION, or caches would mix two kinds of signatures
    assert signed[:16].hex() == "daf3b15b89ee9758e25e8b155f826c0b"


def test_signatures_of_another_length_are_refused() -> None:
    signed = signatures(frame(["one two"]), SETTINGS)["signature"]
    with pytest.raises(ValueError, match="signatures of 128 permutations where the settings say 256"):
        signature_matrix(signed, SETTINGS.model_copy(update={"permutations": 256}))
