"""k-center greedy against the textbook algorithm, pick by pick."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.filtered_seeds.coreset import k_center as module
from assets.filtered_seeds.coreset.k_center import k_center_greedy, squared_distances


def textbook(points: np.ndarray, size: int, first: int) -> tuple[list[int], list[float], list[int]]:
    """Picks, covering radius after each, nearest pick of each point: one distance at a time, as it is written."""
    squared = np.full(len(points), np.inf)
    nearest = np.zeros(len(points), int)
    free = np.ones(len(points), bool)
    chosen: list[int] = []
    radius: list[float] = []
    for number in range(size):
        pick = first if number == 0 else int(np.where(free, squared, -1).argmax())
        chosen.append(pick)
        free[pick] = False
        to_pick = squared_distances(points, np.broadcast_to(points[pick], points.shape))
        nearer = to_pick < squared
        squared[nearer], nearest[nearer] = to_pick[nearer], number
        nearest[pick] = number
        radius.append(float(np.sqrt(np.where(free, squared, 0).max())))
    return chosen, radius, nearest.tolist()


@st.composite
def clouds(draw: st.DrawFn) -> np.ndarray:
    """Points in every arrangement that could mislead: lattices with ties, copies, tight clusters, far ones."""
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    rows, dimensions = draw(st.integers(1, 120)), draw(st.integers(1, 6))
    kind = draw(st.sampled_from(["lattice", "cloud", "clusters", "sphere"]))
    if kind == "lattice":
        points = random.integers(-2, 3, (rows, dimensions)).astype(float)
    elif kind == "clusters":
        centres = random.normal(size=(5, dimensions))
        points = centres[random.integers(0, 5, rows)] + random.normal(size=(rows, dimensions)) * 1e-6
    else:
        points = random.normal(size=(rows, dimensions))
    if kind == "sphere":
        points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)
    copied = random.integers(0, rows, (draw(st.integers(0, 20)), 2))
    points[copied[:, 0]] = points[copied[:, 1]]
    return (points * draw(st.sampled_from([1, 1e-3, 1e6])) + draw(st.sampled_from([0, 50]))).astype(
        np.float32
    )


@given(clouds(), st.data())
@settings(max_examples=300, deadline=None)
def test_it_is_the_textbook_algorithm(points: np.ndarray, data: st.DataObject) -> None:
    size = data.draw(st.integers(1, len(points)))
    first = data.draw(st.integers(0, len(points) - 1))
    with pytest.MonkeyPatch.context() as patch:
        # few candidates and small blocks, so that small examples take several rounds
        patch.setattr(module, "_FEWEST_CANDIDATES", data.draw(st.sampled_from([1, 4, 256])))
        patch.setattr(module, "_PICKS_WANTED", 2)
        patch.setattr(module, "_MOST_PICKS", data.draw(st.sampled_from([1, 3, 1024])))
        patch.setattr(module, "_ROWS_AT_ONCE", 16)
        patch.setattr(module, "_PAIRS_AT_ONCE", 8)
        cover = k_center_greedy(points, size, first)
    chosen, radius, nearest = textbook(points, size, first)
    assert cover.chosen.tolist() == chosen
    assert cover.radius.tolist() == radius
    assert cover.nearest.tolist() == nearest
    picks = points[cover.chosen[cover.nearest]]
    assert cover.distance.tolist() == np.sqrt(squared_distances(points, picks)).tolist()


def test_it_is_the_textbook_algorithm_on_many_dimensions() -> None:
    random = np.random.default_rng(1)
    points = random.normal(size=(3000, 96)).astype(np.float32)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    points[1000:1100] = points[:100]
    cover = k_center_greedy(points, 700, 5)
    chosen, radius, nearest = textbook(points, 700, 5)
    assert (cover.chosen.tolist(), cover.radius.tolist(), cover.nearest.tolist()) == (chosen, radius, nearest)


@given(clouds())
@settings(max_examples=50, deadline=None)
def test_the_radius_never_grows_and_a_longer_choice_begins_with_a_shorter_one(points: np.ndarray) -> None:
    whole = k_center_greedy(points, len(points), 0)
    assert sorted(whole.chosen.tolist()) == list(range(len(points)))
    assert (np.diff(whole.radius) <= 0).all()
    assert whole.radius[-1] == 0
    half = k_center_greedy(points, (len(points) + 1) // 2, 0)
    assert half.chosen.tolist() == whole.chosen[: len(half.chosen)].tolist()


def test_progress_reaches_the_total() -> None:
    told: list[tuple[int, int]] = []
    points = np.random.default_rng(0).normal(size=(500, 3)).astype(np.float32)
    k_center_greedy(points, 400, 0, lambda done, of: told.append((done, of)))
    assert told[-1] == (400, 400)
    assert told == sorted(told)


@pytest.mark.parametrize(
    ("size", "first", "message"),
    [(0, 0, "0 picks were asked of 4 points"), (5, 0, "5 picks"), (2, 4, "first pick 4 is not a row of 4")],
)
def test_what_cannot_be_chosen_is_said(size: int, first: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        k_center_greedy(np.eye(4, dtype=np.float32), size, first)


@pytest.mark.parametrize("value", [np.nan, np.inf, 1e20])
def test_values_that_float32_products_cannot_hold_are_refused(value: float) -> None:
    points = np.eye(4, dtype=np.float32)
    points[2, 2] = value
    with pytest.raises(ValueError, match="not finite or its values are too large"):
        k_center_greedy(points, 2, 0)
