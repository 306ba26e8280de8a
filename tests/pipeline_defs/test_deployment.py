"""Seedline from Python: opening a deployment, and one with two recipes from its plan to its rows."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import yaml

from assets.audit.origin import UnknownIdError
from pipeline_defs import Deployment
from pipeline_defs.configuration.settings import SettingsError
from pipeline_defs.planning import rebuild
from pipeline_defs.planning.plan import PLAN, SelectionError
from pipeline_defs.planning.rebuild import REBUILT, Progress, Rebuilt
from pipeline_defs.recipes.files import RecipeError
from pipeline_defs.running.runs import RunFailedError, run_batch
from resources.parquet_store import MissingTableError
from tests.pipeline_defs.conftest import FILES, short_recipe, write_dump

pytestmark = pytest.mark.slow(seconds=5)

ROWS = '+key:"one/sft_dataset" or +key:"two/sft_dataset"'


def test_importing_the_package_imports_nothing_heavy() -> None:
    heavy = {"dagster", "polars", "torch", "pydantic"}
    code = f"import pipeline_defs, sys; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
    with pytest.raises(AttributeError, match="Deploymnet"):
        import pipeline_defs

        pipeline_defs.Deploymnet  # noqa: B018


def test_opening_with_a_file_a_mapping_and_single_settings(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SEEDLINE_CONFIG", raising=False)
    monkeypatch.chdir(tmp_path)
    file = tmp_path / "mine.toml"
    file.write_text('recipes = ["magicoder"]\nhome = "from_file"\nworkers = 2\n', encoding="utf-8")
    opened = Deployment.open(file)
    assert (opened.recipe().name, opened.settings.home) == ("magicoder", Path("from_file"))
    assert Deployment.open(str(file), home="changed").settings.home == Path("changed")
    monkeypatch.setenv("SEEDLINE_HOME", "from_environment")
    assert Deployment.open(file).settings.home == Path("from_environment")
    assert Deployment.open(file, home="changed").settings.home == Path("changed")
    mapped = Deployment.open({"recipes": ["magicoder"], "workers": 3})
    assert (mapped.settings.workers, mapped.settings.home) == (3, Path("from_environment"))
    assert mapped.settings.dumps.named == {}  # the file that the command would read is not
    assert "installed-packages" in Deployment.open().settings.dumps.named


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ("nowhere.toml", "nowhere.toml: there is no such file"),
        ({"recipe": ["demo"]}, "given as a mapping.*\n.*recipe"),
    ],
)
def test_what_cannot_be_opened_is_said(settings: object, message: str) -> None:
    with pytest.raises(SettingsError, match=f"(?s){message}"):
        Deployment.open(settings)  # type: ignore[arg-type]
    with pytest.raises(RecipeError, match="no recipe 'dmo'"):
        Deployment.open({"recipes": ["dmo"]})


def test_an_engine_is_the_recipes_or_one_that_is_described() -> None:
    opened = Deployment.open({"recipes": ["demo"]})
    for which in (None, "demo", opened.recipe().engine, {"backend": "offline"}):
        with opened.engine(which) as engine:
            assert engine.name == "offline"


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """Two recipes over one dump, nothing made yet."""
    folder = tmp_path_factory.mktemp("two")
    write_dump(folder / "dumps" / "2026-01", FILES)
    for name in ("one", "two"):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(short_recipe(name=name)), encoding="utf-8")
    settings = {
        "recipes": [str(folder / "one.yaml"), str(folder / "two.yaml")],
        "home": str(folder / "home"),
        "dumps": {"folder": str(folder / "dumps")},
    }
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.delenv("DAGSTER_HOME", raising=False)
        yield Deployment.open(settings)


@pytest.fixture(scope="module")
def made(two: Deployment) -> tuple[Rebuilt, list[Progress]]:
    """The training rows of both, and what was said on the way."""
    said: list[Progress] = []
    return two.materialize(select=ROWS, on_progress=said.append), said


def test_a_plan_is_of_all_recipes_that_are_on_and_changes_nothing(two: Deployment) -> None:
    if list(Path(two.settings.store_root).rglob("data.parquet")):
        pytest.fail("this test must run before anything is made")
    planned = two.plan(select=ROWS)
    frame = planned.frame()
    assert frame.schema == PLAN and frame.height == len(planned) == 13
    assert {name.split("/")[0] for name in frame["asset"]} == {
        "benchmarks",
        "corpus_dump",
        "raw_corpus",
        "one",
        "two",
    }
    assert set(frame["why"]) == {"never materialized"}
    assert two.plan("one", select=ROWS).frame()["asset"].str.starts_with("two").sum() == 0
    for key, lacking in (
        ("raw_corpus", "corpus_dump/dump=2026-01"),
        ("one/instructions", "one/filtered_seeds"),
    ):
        said = rf"{key} reads {lacking}.*not selected; .*'\+key:\"{key}\"'"
        with pytest.raises(SelectionError, match=said):  # never "everything is up to date"
            two.plan(select=f'key:"{key}"')
    assert not list(Path(two.settings.store_root).rglob("data.parquet"))


def test_several_recipes_are_made_in_one_go(two: Deployment, made: tuple[Rebuilt, list[Progress]]) -> None:
    rebuilt, _ = made
    frame = rebuilt.frame()
    assert frame.schema == REBUILT and frame.height == 13
    rows = {row["asset"]: row for row in frame.iter_rows(named=True)}
    assert rows["one/sft_dataset"]["rows"] == two.scan("one/sft_dataset").collect().height >= 3
    assert rows["one/instructions"]["calls"] > 0 == rows["two/instructions"]["calls"]  # paid for once
    assert rows["two/instructions"]["calls_saved"] == rows["one/instructions"]["calls"]
    assert rows["raw_corpus"]["rejected"] >= 1
    assert len(two.plan(select=ROWS)) == 0


def test_progress_counts_tables_and_names_the_step(made: tuple[Rebuilt, list[Progress]]) -> None:
    rebuilt, said = made
    assert [one.done for one in said] == sorted(one.done for one in said)
    assert (said[0].done, said[-1].done, said[-1].total) == (0, 13, 13)
    assert said[-1].paid.calls == rebuilt.paid().calls > 0
    steps = {one.step.address for one in said if one.step is not None}
    assert "two/verified_responses/language=python" in steps
    assert any(one.step is not None and one.step.what == "programs" and one.step.total for one in said)


@pytest.mark.usefixtures("made")
def test_rows_questions_and_origins(two: Deployment) -> None:
    rows = two.scan("sft_dataset", "two")
    assert isinstance(rows, pl.LazyFrame)
    row_id = rows.select("sft_id").head(1).collect().item()
    origin = two.trace(row_id, "two")
    assert [link.artifact for link in origin.chain][-1] == "raw_corpus"
    assert two.trace(origin.chain[-1].row_id).chain[0].artifact == "raw_corpus"
    assert two.scan("raw_corpus").collect().height >= 2
    funnel = two.audit("yield_funnel", "one")
    assert "filtered_seeds" in set(funnel["artifact"])
    assert "yield_funnel" in two.questions()
    assert [state.state for state in two.dumps()] == ["read"]
    with pytest.raises(UnknownIdError, match=r"(?s)of recipe one.*of recipe two"):
        two.trace("nothing")
    with pytest.raises(MissingTableError, match="no table one/checkpoint"):
        two.scan("one/checkpoint")
    with pytest.raises(RecipeError, match="several recipes are enabled"):
        two.audit("yield_funnel")
    with pytest.raises(SelectionError, match="matches none"):
        two.plan(select='key:"three/sft_dataset"')


@pytest.mark.usefixtures("made")
def test_a_recipe_that_fails_holds_up_no_other(two: Deployment, tmp_path: Path) -> None:
    bad = short_recipe(name="bad")
    bad["engine"] = {"backend": "openai", "model": "nothing"}
    (tmp_path / "bad.yaml").write_text(yaml.safe_dump(bad), encoding="utf-8")
    three = Deployment(
        two.settings, (two.with_recipe(str(tmp_path / "bad.yaml")).recipe("bad"), two.recipe("one"))
    )
    three.store().remove(next(iter(three.store().partitions(("one", "sft_dataset")))))
    with pytest.raises(
        RunFailedError, match=r"(?s)recipe bad: .*1 recipe failed; the rest is up to date"
    ) as failed:
        three.materialize(select='+key:"bad/instructions" or key:"one/sft_dataset"')
    assert three.scan("one/sft_dataset").collect().height >= 3
    assert "EngineUnavailable" not in str(failed.value)  # its text says all


@pytest.mark.usefixtures("made")
def test_what_another_run_makes_meanwhile_is_taken_as_it_is(
    two: Deployment, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("filtered_seeds", "instructions")
    for name in names:
        two.store().remove(next(iter(two.store().partitions(("one", name)))))
    select, other = " or ".join(f'key:"one/{name}"' for name in names), []

    def another_goes_first(*given: Any, **named: Any) -> Any:
        monkeypatch.undo()
        other.append(two.materialize("one", select='key:"one/filtered_seeds"'))
        return run_batch(*given, **named)

    monkeypatch.setattr(rebuild, "run_batch", another_goes_first)
    rebuilt = two.materialize("one", select=select)
    assert [work.key.path[-1] for work in rebuilt] == ["instructions"]
    assert (
        [work.key.path[-1] for work in rebuilt.joined]
        == ["filtered_seeds"]
        == [w.key.path[-1] for w in other[0]]
    )
    assert len(two.materialize("one", select=select, force=True)) == 2
