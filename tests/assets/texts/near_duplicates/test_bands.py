"""The banding against datasketch's choice, and the nesting that makes removal monotone in the threshold."""

import numpy as np
import pytest
from datasketch import MinHashLSH
from hypothesis import given
from hypothesis import strategies as st

from assets.texts.near_duplicates.bands import band_hashes, choose_band_size, found_probability, whole_hashes


@pytest.mark.parametrize("permutations", [128, 256])
@pytest.mark.parametrize("threshold", [0.3, 0.5, 0.7, 0.85, 0.95])
def test_pairs_are_compared_at_least_as_often_as_with_datasketch(threshold: float, permutations: int) -> None:
    peer = MinHashLSH(threshold=threshold, num_perm=permutations)
    band_size = choose_band_size(threshold, permutations)
    for similarity in np.linspace(threshold, 1, 50):
        ours = found_probability(similarity, permutations // band_size, band_size)
        assert ours >= found_probability(similarity, peer.b, peer.r) - 1e-12


@given(st.floats(0.01, 1), st.floats(0.01, 1), st.integers(16, 300))
def test_a_lower_threshold_has_bands_inside_those_of_a_higher_one(
    one: float, other: float, permutations: int
) -> None:
    small = choose_band_size(min(one, other), permutations)
    large = choose_band_size(max(one, other), permutations)
    assert large % small == 0
    assert (permutations // large) * large <= (permutations // small) * small


def test_equal_bands_and_only_they_have_equal_hashes() -> None:
    random = np.random.default_rng(3)
    matrix = random.integers(0, 3, (5000, 20), dtype=np.uint32)
    bands = list(band_hashes(matrix, 2))
    assert len(bands) == 10
    for band, hashes in enumerate(bands):
        values = matrix[:, 2 * band].astype(int) * 3 + matrix[:, 2 * band + 1]
        assert len(np.unique(hashes)) == len(np.unique(values)) == len(set(zip(hashes, values, strict=True)))
    assert len(np.unique(whole_hashes(matrix))) == len(np.unique(matrix, axis=0))
