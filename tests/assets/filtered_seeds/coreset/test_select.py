"""The coreset step: what it keeps, the evidence for what it leaves out, and its settings."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from assets.filtered_seeds.coreset.select import CoresetSettings, choose_coreset


def embedded(points: list[list[float]] | np.ndarray, ids: list[str] | None = None) -> pl.DataFrame:
    ids = ids if ids is not None else [f"id{number:03}" for number in range(len(points))]
    vectors = pl.Series("embedding", [list(map(float, point)) for point in points], dtype=pl.List(pl.Float32))
    return pl.DataFrame({"seed_id": ids, "seed": [f"text of {name}" for name in ids]}).with_columns(vectors)


LINE = embedded([[0.0], [1.0], [2.0], [10.0], [11.0], [5.0]])


def test_rows_left_out_name_the_nearest_chosen_row_and_its_distance() -> None:
    coreset = choose_coreset(LINE, CoresetSettings(size=2))
    chosen = coreset.picks["id"].to_list()
    position = dict(zip(LINE["seed_id"], LINE["embedding"].list.first(), strict=True))
    assert coreset.outcome.kept["seed_id"].to_list() == sorted(chosen)
    assert coreset.outcome.kept.columns == ["seed_id", "seed"]
    assert coreset.outcome.rejected["reason"].unique().to_list() == ["not_in_coreset"]
    assert coreset.outcome.rejected.height + coreset.outcome.kept.height == LINE.height
    for row in coreset.outcome.rejected.iter_rows(named=True):
        nearest, distance = row["detail"].removeprefix("nearest=").split(" distance=")
        assert nearest == min(chosen, key=lambda pick, at=position[row["id"]]: abs(position[pick] - at))
        assert float(distance) == abs(position[nearest] - position[row["id"]])


def test_picks_come_in_order_with_their_covering_radius() -> None:
    picks = choose_coreset(LINE, CoresetSettings(size=6)).picks
    assert picks.columns == ["pick", "id", "radius"]
    assert picks["pick"].to_list() == list(range(6))
    assert picks["radius"].is_sorted(descending=True)
    assert picks["radius"][-1] == 0


@given(st.integers(0, 2**32), st.integers(1, 40))
@settings(max_examples=60, deadline=None)
def test_the_order_of_the_rows_changes_nothing(seed: int, size: int) -> None:
    random = np.random.default_rng(seed)
    rows = embedded(random.integers(0, 4, (40, 3)))
    shuffled = rows[random.permutation(40)]
    one, other = (choose_coreset(frame, CoresetSettings(size=size)) for frame in (rows, shuffled))
    assert one.picks.equals(other.picks)
    assert one.outcome.rejected.sort("id").equals(other.outcome.rejected.sort("id"))
    assert other.outcome.kept["seed_id"].to_list() == [
        i for i in shuffled["seed_id"] if i in set(one.picks["id"])
    ]


def test_the_seed_draws_the_first_pick() -> None:
    rows = embedded(np.random.default_rng(0).normal(size=(50, 3)))
    firsts = {choose_coreset(rows, CoresetSettings(size=1, seed=seed)).picks["id"][0] for seed in range(20)}
    assert len(firsts) > 10


def test_the_first_pick_stays_when_rows_are_added_after_it_in_the_draw() -> None:
    rows = embedded(np.random.default_rng(0).normal(size=(200, 3)))
    first = choose_coreset(rows, CoresetSettings(size=1)).picks["id"][0]
    fewer = rows.filter((pl.col("seed_id") == first) | (pl.col("seed_id") < "id100"))
    assert choose_coreset(fewer, CoresetSettings(size=1)).picks["id"][0] == first


@pytest.mark.parametrize(
    ("chosen", "rows", "picks"),
    [
        (CoresetSettings(size=5), 100, 5),
        (CoresetSettings(size=500), 100, 100),
        (CoresetSettings(share=0.1), 100, 10),
        (CoresetSettings(share=0.1), 101, 11),
        (CoresetSettings(share=1.0), 7, 7),
        (CoresetSettings(share=0.5), 0, 0),
    ],
)
def test_size_is_a_count_or_a_share(chosen: CoresetSettings, rows: int, picks: int) -> None:
    assert chosen.picks(rows) == picks


@pytest.mark.parametrize(
    "given_settings", [{}, {"size": 5, "share": 0.5}, {"size": 0}, {"share": 1.5}, {"sise": 3}]
)
def test_settings_that_say_no_size_are_refused(given_settings: dict[str, float]) -> None:
    with pytest.raises(ValidationError):
        CoresetSettings.model_validate(given_settings)


def test_no_rows_and_rows_of_a_fixed_width() -> None:
    empty = choose_coreset(embedded([]), CoresetSettings(size=3))
    assert empty.outcome.kept.height == empty.outcome.rejected.height == empty.picks.height == 0
    fixed = LINE.with_columns(pl.col("embedding").list.to_array(1))
    assert choose_coreset(fixed, CoresetSettings(size=3)).picks.equals(
        choose_coreset(LINE, CoresetSettings(size=3)).picks
    )


@pytest.mark.parametrize("bad", [None, [1.0, 2.0], [float("nan")], [None], []])
def test_an_embedding_that_cannot_be_used_is_named(bad: list[float | None] | None) -> None:
    vectors = [[0.0], bad, [3.0]] if bad != [1.0, 2.0] else [[0.0, 1.0], [1.0], [2.0, 2.0]]
    rows = LINE[:3].with_columns(pl.Series("embedding", vectors, dtype=pl.List(pl.Float32)))
    with pytest.raises(ValueError, match="seed_id 'id001': its embedding is missing, not finite"):
        choose_coreset(rows, CoresetSettings(size=1))


def test_ids_that_name_no_row_are_refused() -> None:
    with pytest.raises(ValueError, match="seed_id 'a': every row needs an id of its own"):
        choose_coreset(embedded([[0.0], [1.0]], ["a", "a"]), CoresetSettings(size=1))
