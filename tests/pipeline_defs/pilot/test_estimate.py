"""Samples that stand for the whole: spread, nested, unbiased, with intervals that hold as often as they say."""

import numpy as np
import polars as pl
import pytest

from pipeline_defs.pilot.estimate import Estimate, added, fixed, scaled
from pipeline_defs.pilot.measures import Sampled, measured
from pipeline_defs.pilot.sample import spread_sample
from pipeline_defs.recipes.model import Recipe, load_recipe
from resources.engines.deployment import Prices
from resources.parquet_store import ParquetStore, TableAddress
from resources.storage import Storage


def corpus(repositories: dict[str, int]) -> pl.DataFrame:
    rows = [(f"{repo}/{number}", repo) for repo, files in repositories.items() for number in range(files)]
    return pl.DataFrame(rows, schema=["file_id", "repo"], orient="row")


def test_a_repository_gives_about_its_share_of_the_sample() -> None:
    rows = corpus({"large": 600, **{f"small-{n}": 4 for n in range(100)}})
    taken = spread_sample(rows, 50, id_column="file_id")
    assert taken.height == taken["file_id"].n_unique() == 50
    by_repo = dict(taken.group_by("repo").len().iter_rows())
    assert 28 <= by_repo.pop("large") <= 32  # 30 expected
    assert max(by_repo.values()) <= 2 and len(by_repo) >= 17


def test_the_sample_is_the_same_whatever_order_the_rows_have_and_a_larger_one_holds_it() -> None:
    rows = corpus({f"repo-{n}": n % 7 + 1 for n in range(200)})
    small = spread_sample(rows, 20, id_column="file_id")
    assert small.equals(spread_sample(rows.sample(fraction=1, shuffle=True, seed=3), 20, id_column="file_id"))
    large = set(spread_sample(rows, 90, id_column="file_id")["file_id"])
    assert set(small["file_id"]) < large
    assert spread_sample(rows, 10_000, id_column="file_id").height == rows.height


def test_every_file_is_as_likely_as_any_other() -> None:
    """Files of small repositories are not taken more often: the mean over many corpora is that of the whole."""
    shares = []
    for n in range(60):
        rows = corpus({f"{n}-large": 100, **{f"{n}-{m}": 1 for m in range(100)}})
        taken = spread_sample(rows, 20, id_column="file_id")
        shares.append(taken.filter(pl.col("repo").str.ends_with("large")).height / 20)
    assert abs(np.mean(shares) - 0.5) < 0.02


def test_intervals_hold_the_truth_about_as_often_as_they_say() -> None:
    random = np.random.default_rng(1)
    whole = random.poisson(2.0, 2000) * (random.random(2000) < 0.6)
    found = [scaled(random.choice(whole, 100, replace=False), 2000, counts=True) for _ in range(200)]
    held = np.mean([one.low <= whole.sum() <= one.high for one in found])
    assert 0.9 <= held <= 0.99
    assert abs(np.mean([one.whole for one in found]) / whole.sum() - 1) < 0.03


def test_all_of_it_is_exact_and_none_of_it_is_not_nothing() -> None:
    assert scaled(np.array([1.0, 2.0]), 2, counts=True) == fixed(3.0)
    none = scaled(np.zeros(50), 1000, counts=True)
    assert (none.whole, none.low, none.high, none.factor) == (0.0, 0.0, 60.0, None)
    assert scaled(np.zeros(50), 1000, counts=False).high == 0.0
    both = added([Estimate(1, 10, 7, 14), Estimate(2, 20, 16, 23)])
    assert (both.pilot, both.whole, both.low, both.high) == (3, 30, 25, 35)


@pytest.fixture
def recipe() -> Recipe:
    content = load_recipe("demo").model_dump(mode="json")
    return Recipe.model_validate(content | {"engine": {"backend": "openai", "model": "m"}})


def test_tables_become_rows_calls_tokens_and_money_of_the_whole(tmp_path, recipe: Recipe) -> None:
    store = ParquetStore(Storage(tmp_path))

    def put(artifact: str, partition: str | None = "python", **columns: list) -> None:
        frame = pl.DataFrame(columns)
        address = TableAddress.of(("demo", artifact), partition)
        store.commit(address, store.stage(address, frame, frame.schema))

    files = [f"f{n}" for n in range(40)]
    seeds = [f"s{n}" for n in range(40)]
    put(
        "filtered_seeds", seed_id=seeds, file_id=[files[n // 2] for n in range(40)]
    )  # two a file of the first half
    put("instructions", instruction_id=[f"i{n}" for n in range(20)], seed_id=seeds[:20])
    tokens = {"prompt_tokens": [100] * 40, "completion_tokens": [10] * 40}
    put("instructions__calls", call=["c"] * 40, key=seeds, **tokens)
    unknown = [f"i{n % 20}/{n // 20}" for n in range(30)] + ["hash"] * 10
    put("candidate_responses__calls", call=["r"] * 40, key=unknown, **tokens)
    put("candidate_responses", response_id=["r0"], instruction_id=["i0"], seed_id=["s0"])
    put("eval_scores__calls", None, call=["e"], key=["p"], prompt_tokens=[7], completion_tokens=[3])
    sample = Sampled("python", "file_id", pl.Series("file_id", files), 400)
    found = measured(store, recipe, [sample], Prices(prompt=1.0, completion=10.0))
    assert set(found["language"]) == {None, "python"}
    whole = {
        (row["artifact"], row["measure"]): row
        for row in found.filter(pl.col("language").is_null()).to_dicts()
    }
    assert whole["filtered_seeds", "rows in"]["whole"] == 400
    out = whole["filtered_seeds", "rows out"]
    assert (out["pilot"], out["factor"], out["whole"]) == (40, 10, 400) and out["low"] < 400 < out["high"]
    assert whole["instructions", "rows out"]["whole"] == 200
    assert whole["instructions", "model calls"]["whole"] == 400
    responses = whole["candidate_responses", "prompt tokens"]
    assert responses["pilot"] == 4000 and responses["whole"] == pytest.approx(
        40_000
    )  # those of no known row too
    assert whole["eval_scores", "prompt tokens"]["factor"] == 1
    assert whole["together", "model calls"]["whole"] == pytest.approx(801)
    money = whole["together", "money"]
    assert money["whole"] == pytest.approx((80_007 + 10 * 8_003) / 1e6)
    assert money["low"] < money["whole"] < money["high"]
    assert ("verified_responses", "rows out") not in whole  # the pilot did not come so far
