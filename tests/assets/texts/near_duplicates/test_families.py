"""Families against the plain definition: components of the graph of candidates that agree enough."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.texts.near_duplicates import families as module
from assets.texts.near_duplicates.bands import choose_band_size
from assets.texts.near_duplicates.families import Families, find_families

PERMUTATIONS = 16


@st.composite
def matrices(draw: st.DrawFn) -> np.ndarray:
    """Signatures of few different values, so that many rows agree in part."""
    rows, values = draw(st.integers(0, 30)), draw(st.integers(1, 3))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    matrix = random.integers(0, values, (rows, PERMUTATIONS), dtype=np.uint32)
    for _ in range(draw(st.integers(0, 20)) if rows else 0):
        one, other = random.integers(0, rows, 2)
        matrix[other] = np.where(random.random(PERMUTATIONS) < 0.8, matrix[one], matrix[other])
    return matrix


def plain_families(matrix: np.ndarray, threshold: float) -> list[int]:
    band_size = choose_band_size(threshold, PERMUTATIONS)
    family = list(range(len(matrix)))
    for one in range(len(matrix)):
        for other in range(one):
            equal = matrix[one] == matrix[other]
            share_band = equal.reshape(-1, band_size).all(axis=1).any()
            if share_band and equal.sum() >= math.ceil(threshold * PERMUTATIONS - 1e-9):
                low, high = sorted((family[one], family[other]))
                family = [low if member == high else member for member in family]
    return family


@given(matrices(), st.sampled_from([0.2, 0.5, 0.7, 0.75, 0.9, 1.0]))
@settings(max_examples=400, deadline=None)
def test_families_are_the_connected_components(matrix: np.ndarray, threshold: float) -> None:
    assert find_families(matrix, threshold).tolist() == plain_families(matrix, threshold)


@given(matrices(), st.sampled_from([0.2, 0.5, 0.75]))
@settings(max_examples=200, deadline=None)
def test_winners_have_no_duplicates_left_even_where_rounds_are_cut(
    matrix: np.ndarray, threshold: float
) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(module, "MOST_ROUNDS", 1)
        found = find_families(matrix, threshold)
        winners = matrix[np.unique(found)]
        assert find_families(winners, threshold).tolist() == list(range(len(winners)))


def test_a_big_bucket_of_rows_below_the_threshold_ends_in_time_and_finds_the_copies() -> None:
    random = np.random.default_rng(0)
    matrix = random.integers(0, 2**32, (3000, 128), dtype=np.uint32)
    matrix[:, :8] = 7  # all rows share two bands, and little else
    matrix[1500:] = matrix[:1500]
    matrix[1500:, 127] = 1
    calls: list[tuple[int, int]] = []
    found = find_families(matrix, 0.5, lambda done, of: calls.append((done, of)))
    assert found.tolist() == [*range(1500), *range(1500)]
    assert calls[0] == (1, 32) and calls[31] == (32, 32)


@given(st.lists(st.tuples(st.integers(0, 19), st.integers(0, 19)), max_size=40))
def test_uniting_names_every_family_by_its_lowest_row(links: list[tuple[int, int]]) -> None:
    families = Families(20)
    one, other = np.array(links, dtype=np.int64).reshape(-1, 2).T
    families.unite(one, other)
    expected = list(range(20))
    for first, second in links:
        low, high = sorted((expected[first], expected[second]))
        expected = [low if family == high else family for family in expected]
    assert families.of(np.arange(20)).tolist() == expected
