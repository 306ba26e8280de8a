"""Which rows an export has: every step is counted, none depends on the order of rows, and no split knows the other."""

from typing import Any

import polars as pl
import pytest

from assets.exports.choice import choose
from assets.exports.mixture import sample
from assets.exports.settings import ExportError, ExportSettings
from assets.rows.ledger import Ledger, accounting_errors
from assets.rows.outcome import no_rejections
from tests.assets.exports.rows_of import row, rows

EVIDENCE = [{"method": "verbatim", "benchmark": "humaneval", "problem_id": "HumanEval/0", "matched": "x"}]
NEARLY = "def f(a):\n" + "\n".join(f"    step_{n} = work(a, {n})" for n in range(40))


def chosen(made: pl.DataFrame, **settings: Any) -> tuple[pl.DataFrame, list[tuple[str, str]]]:
    """The rows that stay, and id and reason of each that does not; the books balance."""
    ledger = Ledger()
    kept = choose(made, ExportSettings.model_validate(settings), ledger)
    rejected = pl.concat([no_rejections(), *ledger.rejections])
    assert accounting_errors(ledger.funnel(), rejected, kept.height) == []
    return kept, list(rejected.select("id", "reason").iter_rows())


@pytest.mark.parametrize(
    ("said", "settings", "reason"),
    [
        ({"take_down": 3}, {}, "taken_down"),
        ({"present": False}, {}, "file_gone"),
        ({"contamination": EVIDENCE}, {}, "contaminated"),
        ({"contamination": EVIDENCE}, {"keep_marked": True}, None),
        ({"completion": "key = 'AKIA" + "QWERTYUIOPASDFGH'"}, {}, "secret"),
        ({"tests": " "}, {"format": "rlvr"}, "no_tests"),
        ({"tests": "assert f(1)", "verdict": "unverified"}, {"format": "rlvr"}, "not_passed"),
        ({"tests": None}, {}, None),
    ],
    ids=lambda value: str(value)[:40],
)
def test_what_may_not_be_handed_on_leaves_with_its_reason(
    said: dict[str, Any], settings: dict[str, Any], reason: str | None
) -> None:
    other, asked = row(1, tests="assert g(1)"), row(2, **said)
    kept, rejected = chosen(rows(other, asked), **settings)
    assert rejected == ([] if reason is None else [(asked["sft_id"], reason)])
    assert kept.height == 2 - len(rejected)


def test_one_of_near_duplicates_stays_over_recipes_and_languages() -> None:
    twins = [
        row(1, completion=NEARLY),
        row(1, completion=NEARLY, recipe="other"),
        row(1, completion=NEARLY + "\n    return a", recipe="third", language="java"),
        row(2),
    ]
    kept, rejected = chosen(rows(*twins))
    assert kept.height == 2
    assert sorted(reason for _, reason in rejected) == ["duplicate_response", "near_duplicate"]
    assert chosen(rows(*twins), near_duplicates=None)[0].height == 3


@pytest.mark.parametrize("by", ["repository", "file"])
def test_no_repository_is_in_both_splits_and_the_order_of_rows_says_nothing(by: str) -> None:
    made = rows(*(row(n, repo=f"owner/{n % 12}", file_id=f"file{n % 30}") for n in range(120)))
    settings = {"held_out": 0.2, "split_by": by, "system": ("a", "b")}
    kept, _ = chosen(made, **settings)
    owner = "file_id" if by == "file" else "repo"
    assert kept.group_by(owner).agg(pl.col("split").n_unique()).filter(pl.col("split") > 1).is_empty()
    assert 12 <= kept.filter(split="test").height <= 24
    assert {turns[0]["content"] for turns in kept["messages"].to_list()} == {"a", "b"}
    assert kept.equals(chosen(made.sample(fraction=1, shuffle=True, seed=7), **settings)[0])


def test_a_training_row_that_gives_a_held_out_one_away_leaves() -> None:
    others = [row(n) for n in range(40)]
    near = [
        row(100, completion=NEARLY, repo="a/a"),
        row(101, completion=NEARLY + "\n    return a", repo="b/b"),
    ]
    asked = [row(102, prompt="Sort  it.", repo="a/a"), row(103, prompt="Sort it.", repo="b/b")]
    settings = {"held_out": 0.3, "near_duplicates": None}
    for seed in range(30):  # until the two repositories fall on two sides
        kept, rejected = chosen(rows(*others, *near, *asked), seed=seed, **settings)
        sides = dict(kept.select("repo", "split").unique().iter_rows())
        if len({sides.get("a/a", "train"), sides.get("b/b", "train")}) == 2:
            break
    assert [reason for _, reason in rejected] == ["near_held_out"] * 2


def test_nothing_small_enough_to_be_held_out_is_said_with_the_way_out() -> None:
    made = rows(*(row(n, repo="one/repo") for n in range(10)))
    with pytest.raises(ExportError, match="split by file"):
        chosen(made, held_out=0.1)
    assert chosen(made, held_out=0.1, split_by="file")[0].filter(split="test").height == 1


def mixed(weights: dict[str, dict[str, float]], most: int | None = None) -> pl.DataFrame:
    made = rows(
        *(
            row(
                n,
                recipe="ab"[n % 2],
                language=("python", "python", "rust")[n % 3],
                task="x" if n % 5 else "y",
            )
            for n in range(600)
        )
    )
    found = sample(made, weights, most, seed=1)
    assert found.equals(sample(made, weights, most, seed=1))
    return found


def share(found: pl.DataFrame, **value: str) -> float:
    return found.filter(**value).height / found.height


def test_shares_of_several_dimensions_hold_at_once_and_leave_the_rest_as_it_was() -> None:
    found = mixed({"recipe": {"a": 3, "b": 1}, "language": {"rust": 1, "*": 1}})
    assert share(found, recipe="a") == pytest.approx(0.75, abs=0.01)
    assert share(found, language="rust") == pytest.approx(0.5, abs=0.01)
    assert share(found, task="y") == pytest.approx(0.2, abs=0.05)
    assert found.height > 250  # all that these shares allow
    assert mixed({"recipe": {"a": 1, "b": 0}}).height == 300
    assert mixed({}, 100).height == 100
    assert mixed({"recipe": {"a": 1, "b": 1}}, 101).height == 101


@pytest.mark.parametrize(
    ("weights", "most", "said"),
    [
        ({"language": {"rust": 1}}, None, r"do not speak of python.*language:\*=1"),
        ({"language": {"go": 1, "*": 1}}, None, "no row has go"),
        ({"recipe": {"a": 9, "b": 1}}, 500, "of recipe a there are 300"),
        ({}, 601, "there are 600 rows, 601 were asked for"),
    ],
)
def test_shares_that_cannot_be_are_refused_with_what_there_is(
    weights: dict[str, dict[str, float]], most: int | None, said: str
) -> None:
    with pytest.raises(ExportError, match=said):
        mixed(weights, most)
