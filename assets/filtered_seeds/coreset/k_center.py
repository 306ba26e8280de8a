"""Exact k-center greedy: each pick is the point farthest from all picks before it, euclidean, in float64.

The choice is the textbook algorithm's, to the last tie. It is faster by two means. Picks go on within the
few hundred farthest points for as long as no other point can be farther, so that all points meet the new picks
many at a time, in one matrix product. And products in float32 only find the pairs that might matter, by a
bound on their rounding error; every distance that is kept or compared is computed in float64.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from assets.texts.embedding import Points

Rows = NDArray[np.int64]
Distances = NDArray[np.float64]

_FEWEST_CANDIDATES, _MOST_CANDIDATES = 256, 8192
_PICKS_WANTED = 64
"""Picks that one product with all points should be worth; fewer, and more candidates are taken next time."""
_MOST_PICKS = 1024
_ROWS_AT_ONCE = 4096
_PAIRS_AT_ONCE = 8192


@dataclass(frozen=True)
class Cover:
    """The picks, and how every point is covered by them."""

    chosen: Rows
    """Row numbers in the order in which they were chosen."""
    radius: Distances
    """Covering radius after each pick: the largest distance of any point to its nearest pick."""
    nearest: Rows
    """For every point, its nearest pick's place in `chosen`; the earliest where several are as near."""
    distance: Distances
    """For every point, the distance to its nearest pick."""


def k_center_greedy(
    points: Points, size: int, first: int, on_pick: Callable[[int, int], None] | None = None
) -> Cover:
    """Choose `size` of `points` (rows, dimensions), the first pick being row `first`.

    Of points equally far, the one with the lowest row number is chosen; points at distance 0 come last.
    `on_pick` is told the number of picks so far and their total, some hundred picks apart. Memory: the points
    once more, and some tens of megabytes.

    Raises `ValueError` where `size` or `first` is out of range, or a value is not finite or too large.
    """
    if not 1 <= size <= len(points):
        raise ValueError(f"{size} picks were asked of {len(points)} points")
    if not 0 <= first < len(points):
        raise ValueError(f"first pick {first} is not a row of {len(points)} points")
    greedy = _Greedy(points)
    greedy.pick(first)
    greedy.meet_all(0)
    candidates = _FEWEST_CANDIDATES
    while len(greedy.chosen) < size and greedy.farthest() > 0:
        before = len(greedy.chosen)
        greedy.pick_among_farthest(min(candidates, len(points)), min(size, before + _MOST_PICKS))
        greedy.meet_all(before)
        picked = len(greedy.chosen) - before
        candidates = candidates * 2 if picked < _PICKS_WANTED else candidates // 2
        candidates = min(max(candidates, _FEWEST_CANDIDATES), _MOST_CANDIDATES)
        if on_pick:
            on_pick(len(greedy.chosen), size)
    if len(greedy.chosen) < size:
        greedy.pick_coinciding(size)
        if on_pick:
            on_pick(size, size)
    return greedy.cover()


class _Greedy:
    """Points, the picks so far, and each point's squared distance to the nearest pick it has met."""

    def __init__(self, points: Points) -> None:
        rows, dimensions = points.shape
        self._points = np.ascontiguousarray(points, np.float32)
        self._norms = np.einsum("ij,ij->i", self._points, self._points, dtype=np.float64)
        largest = float(self._norms.max())
        if not largest < 1e30:
            raise ValueError("a point is not finite or its values are too large for float32 products")
        # a last column of ones meets minus half a pick's squared norm, so a product x.c - c.c/2 is one matrix
        # product; the nearest pick has the greatest
        self._lifted = np.ones((rows, dimensions + 1), np.float32)
        self._lifted[:, :-1] = self._points
        # squared distance = x.x - 2 (x.c - c.c/2): bound on the rounding of the product, summed in any order
        self._slack = 4 * (dimensions + 4) * 2.0**-24 * largest
        self._squared = np.full(rows, np.inf)  # -1 for the picks themselves
        self._nearest = np.zeros(rows, np.int64)
        self.chosen: list[int] = []
        self._reached: list[float] = []

    def farthest(self) -> float:
        """Largest squared distance of a point to its nearest pick; negative where all are picked."""
        return float(self._squared.max())

    def pick(self, row: int) -> None:
        """Choose this row; others have not met it yet."""
        self._reached.append(float(self._squared[row]))
        self._squared[row], self._nearest[row] = -1, len(self.chosen)
        self.chosen.append(row)

    def pick_among_farthest(self, candidates: int, size: int) -> None:
        """Choose among the farthest points until one outside could be farther, or `size` picks are made."""
        least = np.partition(self._squared, len(self._squared) - candidates)[len(self._squared) - candidates]
        outside = self._squared[self._squared < least].max(initial=-1)
        rows = np.flatnonzero(self._squared >= least)
        lifted = self._lifted[rows]
        while len(self.chosen) < size:
            squared = self._squared[rows]
            place = int(squared.argmax())
            if squared[place] <= outside:
                return
            self.pick(int(rows[place]))
            self._meet(rows, lifted, len(self.chosen) - 1)

    def meet_all(self, first_pick: int) -> None:
        """Let every point meet the picks from the `first_pick`-th on."""
        for start in range(0, len(self._points), _ROWS_AT_ONCE):
            end = min(start + _ROWS_AT_ONCE, len(self._points))
            self._meet(np.arange(start, end), self._lifted[start:end], first_pick)

    def pick_coinciding(self, size: int) -> None:
        """Choose from the points that coincide with a pick, in the order of the rows."""
        for row in np.flatnonzero(self._squared >= 0)[: size - len(self.chosen)]:
            self.pick(int(row))

    def cover(self) -> Cover:
        """What was chosen, once every point has met every pick."""
        squared = np.maximum(self._squared, 0)
        radius = np.array([*self._reached[1:], squared.max()])
        return Cover(np.array(self.chosen), np.sqrt(radius), self._nearest, np.sqrt(squared))

    def _meet(self, rows: Rows, lifted: Points, first_pick: int) -> None:
        """Let `rows` (with their lifted points) meet the picks from the `first_pick`-th on."""
        picks = np.array(self.chosen[first_pick:])
        opposite = self._lifted[picks]
        opposite[:, -1] = -self._norms[picks] / 2
        products = lifted @ opposite.T
        best = products.max(axis=1)
        nearer = np.flatnonzero(self._norms[rows] - 2.0 * best - self._slack < self._squared[rows])
        # of the picks a row meets, those that may be its nearest
        row, pick = np.nonzero(products[nearer] >= (best[nearer] - self._slack)[:, None])
        for start in range(0, len(row), _PAIRS_AT_ONCE):
            block = slice(start, start + _PAIRS_AT_ONCE)
            self._lower(rows[nearer[row[block]]], first_pick + pick[block])

    def _lower(self, rows: Rows, picks: Rows) -> None:
        """Lower the squared distances of `rows` to those to `picks`; a row may be there several times."""
        centres = self._points[np.array(self.chosen)[picks]]
        squared = squared_distances(self._points[rows], centres)
        # nearest pick of each row first, the earliest of those equally near
        order = np.lexsort((picks, squared, rows))
        order = order[np.concatenate([[True], np.diff(rows[order]) != 0])]
        order = order[squared[order] < self._squared[rows[order]]]
        self._squared[rows[order]] = squared[order]
        self._nearest[rows[order]] = picks[order]


def squared_distances(one: Points, other: Points) -> Distances:
    """Squared euclidean distances between `one[i]` and `other[i]`, in float64."""
    difference = one.astype(np.float64) - other
    return (difference * difference).sum(axis=1)
