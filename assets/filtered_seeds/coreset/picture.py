"""The picture of a coreset: chosen and left-out rows in the plane of the two main directions of their embeddings.

Principal components by singular value decomposition; small enough (60 kB) to go into a run's metadata. It
shows spread and gaps, not distances: most of what tells rows apart lies outside the plane, and the share that
lies in it is on the axes.
"""

import numpy as np
import polars as pl
from numpy.typing import NDArray

from assets.publishing.plots import figure_with_axes, png
from assets.texts.embedding import Points

LARGEST_PNG_BYTES = 60_000
_MOST_POINTS = 4000
_SEED = 0


def plane(points: Points) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coordinates of `points` on their first two principal components, and the share of variance of each.

    The sign of a component is set so that its largest loading is positive; missing components are zero.
    """
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    _, singular, directions = np.linalg.svd(centred, full_matrices=False)
    directions, variances = directions[:2], singular**2
    largest = np.take_along_axis(directions, np.abs(directions).argmax(axis=1)[:, None], axis=1)
    coordinates = np.zeros((len(points), 2))
    coordinates[:, : len(directions)] = centred @ (directions * np.where(largest < 0, -1, 1)).T
    shares = np.zeros(2)
    shares[: len(directions)] = variances[:2] / max(variances.sum(), np.finfo(np.float64).tiny)
    return coordinates, shares


def draw_coreset(points: Points, chosen: NDArray[np.bool_], title: str) -> bytes:
    """A PNG of at most `LARGEST_PNG_BYTES` bytes; `chosen` says for each of `points` whether it was chosen.

    More than a few thousand points are thinned by a fixed draw, chosen and left-out ones in their proportion.
    """
    shown = np.arange(len(points))
    if len(points) > _MOST_POINTS:
        shown = np.sort(np.random.default_rng(_SEED).choice(len(points), _MOST_POINTS, replace=False))
    coordinates, shares = plane(points[shown])
    for dots_per_inch in (110, 80, 60, 40):
        picture = _scatter(coordinates, chosen[shown], shares, title, dots_per_inch)
        if len(picture) <= LARGEST_PNG_BYTES:
            return picture
    raise AssertionError("a picture of 40 dots an inch is larger than the limit")


def draw_radius(picks: pl.DataFrame) -> bytes:
    """A PNG of the covering radius against the number of rows chosen (`picks` as `choose_coreset` gives it)."""
    figure, axes = figure_with_axes(height=4.5, width=6)
    axes.plot(picks["pick"].to_numpy() + 1, picks["radius"].to_numpy(), color="tab:blue")
    axes.set(xlabel="rows chosen", ylabel="covering radius", ylim=(0, None))
    return png(figure)


def _scatter(
    coordinates: NDArray[np.float64],
    chosen: NDArray[np.bool_],
    shares: NDArray[np.float64],
    title: str,
    dpi: int,
) -> bytes:
    figure, axes = figure_with_axes(height=4.5, width=6)
    for mask, color, size, label in (
        (~chosen, "lightgrey", 4, "left out"),
        (chosen, "tab:blue", 9, "chosen"),
    ):
        axes.scatter(*coordinates[mask].T, s=size, c=color, linewidths=0, label=f"{label} ({mask.sum()})")
    axes.set(
        title=title,
        xlabel=f"first component ({shares[0]:.0%} of variance)",
        ylabel=f"second component ({shares[1]:.0%})",
    )
    axes.legend(loc="best", fontsize="small")
    return png(figure, dpi)
