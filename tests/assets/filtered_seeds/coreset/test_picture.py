"""The pictures of a coreset: real PNG files, small, and the plane they show."""

import io

import numpy as np
import pytest
from matplotlib.image import imread

from assets.filtered_seeds.coreset.picture import LARGEST_PNG_BYTES, draw_coreset, draw_radius, plane
from assets.filtered_seeds.coreset.select import CoresetSettings, choose_coreset


def cloud(rows: int, dimensions: int = 20) -> np.ndarray:
    random = np.random.default_rng(0)
    stretched = random.normal(size=(rows, dimensions)) * np.array([5, 3, *[0.5] * (dimensions - 2)])
    return (stretched + 7).astype(np.float32)


def test_the_plane_is_that_of_the_two_widest_directions() -> None:
    points = cloud(2000)
    coordinates, shares = plane(points)
    assert abs(np.corrcoef(coordinates[:, 0], points[:, 0])[0, 1]) > 0.99
    assert abs(np.corrcoef(coordinates[:, 1], points[:, 1])[0, 1]) > 0.99
    assert shares == pytest.approx([25 / 38.5, 9 / 38.5], abs=0.03)


@pytest.mark.parametrize("shape", [(1, 5), (2, 1), (5, 1), (3, 8)])
def test_few_points_and_few_dimensions_have_a_plane(shape: tuple[int, int]) -> None:
    coordinates, shares = plane(np.arange(shape[0] * shape[1], dtype=np.float32).reshape(shape))
    assert coordinates.shape == (shape[0], 2)
    assert np.isfinite(coordinates).all()
    assert np.isfinite(shares).all()


@pytest.mark.parametrize("rows", [3, 500, 20_000])
@pytest.mark.slow(seconds=3)
def test_the_picture_is_small_shows_both_kinds_and_is_the_same_again(rows: int) -> None:
    points, chosen = cloud(rows), np.arange(rows) % 4 == 0
    png = draw_coreset(points, chosen, "seeds, python")
    assert len(png) <= LARGEST_PNG_BYTES
    assert draw_coreset(points, chosen, "seeds, python") == png
    image = imread(io.BytesIO(png))
    assert min(image.shape[:2]) >= 150
    blue = (image[..., 2] > 0.6) & (image[..., 0] < 0.3)
    assert blue.sum() > 10
    nothing_chosen = imread(io.BytesIO(draw_coreset(points, ~chosen & False, "seeds, python")))
    assert ((nothing_chosen[..., 2] > 0.6) & (nothing_chosen[..., 0] < 0.3)).sum() < blue.sum()


def test_the_radius_is_drawn() -> None:
    import polars as pl

    vectors = pl.Series("embedding", cloud(50).tolist(), dtype=pl.List(pl.Float32))
    rows = pl.DataFrame({"seed_id": [str(number) for number in range(50)]}).with_columns(vectors)
    png = draw_radius(choose_coreset(rows, CoresetSettings(size=20)).picks)
    assert len(png) <= LARGEST_PNG_BYTES
    assert imread(io.BytesIO(png)).std() > 0.05
