"""All filters together: nothing vanishes, order does not matter, and a real corpus goes through."""

from pathlib import Path

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from assets.filtered_seeds.extraction import SEED_SCHEMA, ExtractionSettings, extract
from assets.filtered_seeds.filters import FilterSettings, filter_files, filter_seeds
from assets.filtered_seeds.filters.type_check import apply_verdicts
from assets.filtered_seeds.import_inference import ImportSettings, infer_imports

SOURCE = '''import os


def kept(values):
    """Mean of the values."""
    return sum(values) / len(values)


def no_value(values):
    """Prints."""
    print(values)


def no_arguments():
    """One."""
    return 1


def listed(path):
    """Names in a folder."""
    return os.listdir(path)


def unfinished(x):
    """TODO: write."""
    return x


def single(x):
    'Same.'
    return x


def to_whom(x):
    """Mail."""
    return x + "jane.doe@acme-corp.com"
'''


def seeds_of(source: str) -> pl.DataFrame:
    files = pl.DataFrame({"file_id": ["f"], "content": [source], "language": ["python"]})
    return infer_imports(extract(files, ExtractionSettings()).kept, files, ImportSettings())


def test_functions_of_a_file_go_their_ways():
    seeds = seeds_of(SOURCE)
    outcome = filter_seeds(seeds, FilterSettings())
    assert outcome.kept["name"].to_list() == ["kept"]
    assert outcome.kept.columns == seeds.columns
    reasons = outcome.rejected.join(seeds, left_on="id", right_on="seed_id").select("name", "reason").rows()
    assert dict(reasons) == {
        "no_value": "no_return_value",
        "no_arguments": "no_arguments",
        "listed": "banned_import",
        "unfinished": "banned_word",
        "single": "docstring_form",
        "to_whom": "personal_data",
    }


def test_a_filter_that_is_null_rejects_nothing():
    seeds = seeds_of(SOURCE)
    none = FilterSettings(
        function_form=None, banned=None, secrets=None, personal_data=None, not_handwritten=None
    )
    assert filter_seeds(seeds, none).kept.equals(seeds)
    files = pl.DataFrame({"file_id": ["f"], "content": ["// @generated"], "path": ["vendor/a.js"]})
    assert filter_files(files, none).kept.equals(files)
    assert filter_files(files, FilterSettings()).rejected["reason"].to_list() == ["vendored"]


def test_a_recipe_takes_files_of_its_repositories_alone():
    names = ["company/a", "company/b", "other/company", "companyXc", None]
    files = pl.DataFrame(
        {"file_id": [f"{name}" for name in names], "content": "", "path": "a.py", "repo": names}
    )

    def kept(**repositories: list[str]) -> list[str]:
        settings = FilterSettings.model_validate({"repositories": repositories, "not_handwritten": None})
        outcome = filter_files(files, settings)
        assert set(outcome.rejected["reason"]) <= {"other_repository"}
        assert outcome.kept.height + outcome.rejected.height == files.height
        return outcome.kept["file_id"].to_list()

    assert kept(only=["company/*"]) == ["company/a", "company/b"]
    assert kept(only=["company/*"], but=["*/b"]) == ["company/a"]
    assert kept(but=["company?c", "company/a"]) == ["company/b", "other/company", "None"]
    assert len(kept()) == 5


def test_seeds_of_every_kind_and_no_seeds_go_through():
    empty = pl.DataFrame(schema=SEED_SCHEMA)
    assert filter_seeds(empty, FilterSettings()).kept.schema == SEED_SCHEMA
    snippet = pl.DataFrame(
        [{"seed_id": "1", "seed": "x = 1", "kind": "snippet", "language": "python"}], schema=SEED_SCHEMA
    )
    assert filter_seeds(snippet, FilterSettings(function_form=None)).kept.height == 1


SEEDS = seeds_of(SOURCE)


@settings(deadline=None)
@given(st.permutations(range(7)), st.integers(0, 7))
def test_rows_are_kept_or_rejected_whatever_their_order(order: list[int], n_rows: int):
    seeds = SEEDS
    some = seeds[order[:n_rows]]
    outcome = filter_seeds(some, FilterSettings())
    ids = [*outcome.kept["seed_id"], *outcome.rejected["id"]]
    assert sorted(ids) == sorted(some["seed_id"])
    everything = filter_seeds(seeds, FilterSettings())
    assert set(outcome.kept["seed_id"]) <= set(everything.kept["seed_id"])


def test_this_project_goes_through_its_own_filters():
    root = Path(__file__).parents[4]
    paths = sorted(root.glob("assets/**/*.py"))
    files = pl.DataFrame(
        {
            "file_id": [str(path) for path in paths],
            "path": [str(path.relative_to(root)) for path in paths],
            "content": [path.read_text() for path in paths],
            "language": ["python"] * len(paths),
        }
    )
    sound = filter_files(files, FilterSettings())
    assert sound.kept.height + sound.rejected.height == files.height
    seeds = extract(sound.kept, ExtractionSettings()).kept
    outcome = filter_seeds(infer_imports(seeds, sound.kept, ImportSettings()), FilterSettings())
    assert outcome.kept.height > 10
    assert outcome.kept.height + outcome.rejected.height == seeds.height


def test_verdicts_of_a_type_checker_reject():
    seeds = pl.DataFrame({"seed_id": ["a", "b", "c", "d"], "seed": ["1", "2", "3", "4"]})
    verdicts = pl.DataFrame(
        {
            "key": ["c", "b", "a"],
            "ok": [False, False, True],
            "n_errors": [None, 2, 0],
            "detail": ["no verdict: it hung", "1: wrong", None],
        }
    )
    outcome = apply_verdicts(seeds, verdicts)
    assert outcome.kept.equals(seeds.head(1))
    assert outcome.rejected.select("id", "reason", "detail").rows() == [
        ("b", "type_error", "1: wrong"),
        ("c", "type_check_failed", "no verdict: it hung"),
        ("d", "type_check_failed", None),
    ]
