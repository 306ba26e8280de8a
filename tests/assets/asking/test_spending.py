"""Budgets: the asking ends near the limit, nothing is lost, and the next run goes on where this one stopped."""

from collections.abc import Iterator

import polars as pl
import pytest

from assets.asking.asker import Asker, finished, requests_frame
from assets.asking.spending import BUDGET_SPENT, Spending
from assets.rows.reasons import Reason
from resources.engines.base import COMPLETION_SCHEMA, Engine, Sampling
from resources.engines.deployment import Budget, Prices
from resources.row_cache import RowCache
from resources.storage import Storage

SAMPLING = Sampling(max_tokens=16)


class TenTokens(Engine):
    """Every answer costs six prompt and four completion tokens."""

    def __init__(self) -> None:
        self.asked = 0

    @property
    def name(self) -> str:
        return "ten_tokens"

    def identity(self) -> dict[str, str]:
        return {"engine": "ten_tokens"}

    def complete(self, requests: pl.DataFrame, sampling: Sampling) -> Iterator[pl.DataFrame]:
        for key in requests["key"]:
            self.asked += 1
            yield pl.DataFrame([[key, "text", "stop", 6, 4, None]], schema=COMPLETION_SCHEMA, orient="row")


def rows(count: int) -> pl.DataFrame:
    return requests_frame(
        [
            {"key": f"k{number}", "prompt": f"p{number}", "task": "t", "sample": 0, "seed": 1}
            for number in range(count)
        ]
    )


def asker(folder, engine: Engine, **budget) -> Asker:
    spending = Spending(Prices(prompt=1e5, completion=2e5), Budget(**budget))
    return Asker(engine, RowCache(Storage(folder)), spending=spending)


@pytest.mark.parametrize("limit", [{"tokens": 5_000}, {"money": 700.0}])  # 10 tokens or 1.4 a row
def test_a_budget_ends_the_asking_and_the_next_run_goes_on(tmp_path, limit):
    engine = TenTokens()
    first = asker(tmp_path, engine, **limit)
    answered = first(rows(2_000), SAMPLING, "x")
    sent = answered.filter(pl.col("finish_reason") == "stop")
    assert sent.height == engine.asked == first.spending.answered
    assert 500 <= engine.asked <= 520  # the last wave may go over by as much as the smallest one
    assert answered.height == 2_000
    assert answered.filter(pl.col("finish_reason") == BUDGET_SPENT).height == first.spending.refused
    outcome = finished(answered, stage="x", id_column="key")
    assert set(outcome.rejected["reason"]) == {Reason.BUDGET.value}
    assert outcome.kept.height + outcome.rejected.height == 2_000

    second = asker(tmp_path, engine, **limit)
    more = second(rows(2_000), SAMPLING, "x")
    assert more.filter(pl.col("finish_reason") == "stop").height == engine.asked
    assert second.spending.answered == engine.asked - sent.height >= 500


def test_without_a_budget_everything_goes_out_at_once_and_is_counted(tmp_path):
    engine = TenTokens()
    whole = asker(tmp_path, engine)
    whole(rows(100), SAMPLING, "x")
    whole(rows(150), SAMPLING, "x")
    assert (whole.spending.prompt_tokens, whole.spending.completion_tokens) == (900, 600)
    assert whole.spending.money == pytest.approx(900 * 0.1 + 600 * 0.2)
    assert engine.asked == 150


def test_what_the_cache_has_is_given_even_when_nothing_may_be_spent(tmp_path):
    engine = TenTokens()
    asker(tmp_path, engine)(rows(50), SAMPLING, "x")
    poor = asker(tmp_path, engine, tokens=1)
    poor.spending.prompt_tokens = 1
    answered = poor(rows(60), SAMPLING, "x")
    assert answered["finish_reason"].value_counts().sort("finish_reason").rows() == [
        ("budget", 10),
        ("stop", 50),
    ]
    assert engine.asked == 50
