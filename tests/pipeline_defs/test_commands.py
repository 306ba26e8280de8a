"""The command `seedline` over a small store written by hand: what it shows, and how it says what is wrong."""

import importlib
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
import yaml
from typer.testing import CliRunner, Result

from assets.audit.door import questions
from assets.audit.questions import CONTAMINATION, tables
from pipeline_defs.cli import app, main
from pipeline_defs.commands.registry import COMMANDS
from pipeline_defs.expected_errors import EXPECTED, is_expected
from pipeline_defs.recipes.model import load_recipe
from resources.parquet_store import ParquetStore
from tests.pipeline_defs.written_store import FILE, ROWS, write

Run = Callable[..., Result]


@pytest.fixture
def run() -> Run:
    """Runs the command with these arguments."""
    return lambda *arguments: CliRunner().invoke(app, list(arguments))


def said(result: Result) -> str:
    """What a user sees, errors that `main` would print included, with line ends taken out of frames."""
    text = result.output + (str(result.exception) if is_expected(result.exception) else "")
    return " ".join(text.replace("│", " ").split())


def test_help_and_version_import_nothing_heavy() -> None:
    heavy = {"dagster", "duckdb", "polars", "torch", "pyarrow", "pydantic"}
    code = f"""
import sys
from typer.testing import CliRunner
from pipeline_defs.cli import app
for option in ("--help", "--version"):
    assert CliRunner().invoke(app, [option]).exit_code == 0
assert not {heavy} & set(sys.modules), {heavy} & set(sys.modules)
import pipeline_defs.commands.verify, pipeline_defs.commands.dedup, pipeline_defs.commands.seeds
import pipeline_defs.commands.show, pipeline_defs.commands.audit, pipeline_defs.commands.recipes
assert not {{"dagster", "duckdb", "torch"}} & set(sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_list_of_commands_says_what_they_say_themselves() -> None:
    for one in COMMANDS:
        assert (one.load().help or "").splitlines()[0] == one.sentence, one.name


def test_expected_errors_are_there() -> None:
    for name in EXPECTED:
        module, _, kind = name.rpartition(".")
        error = getattr(importlib.import_module(module), kind)
        assert error.__module__ == module and is_expected(error("x")), name
    assert not is_expected(ValueError("x"))


def test_files_that_the_settings_name_are_looked_for_by_plan(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dump(home)
    monkeypatch.setenv("SEEDLINE_RAW_CORPUS__TAKE_DOWNS", "nowhere.txt")
    assert "take-downs nowhere.txt cannot be read" in said(run("plan"))
    monkeypatch.delenv("SEEDLINE_RAW_CORPUS__TAKE_DOWNS")
    monkeypatch.setenv("SEEDLINE_BENCHMARKS", json.dumps({"humaneval": "nowhere.jsonl"}))
    assert "benchmark 'humaneval': no file nowhere.jsonl" in said(run("plan"))


def test_the_demo_says_at_once_that_torch_is_missing(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "torch is not installed: pip install" in said(run("demo"))
    assert not (home / "home").exists()


def test_help_names_every_command_with_a_sentence(run: Run) -> None:
    text = run("--help").output
    for name in ("demo", "materialize", "plan", "ui", "recipes", "show", "audit", "trace", "cache", "verify"):
        line = next(line for line in text.splitlines() if f" {name} " in line)
        assert len(line.replace("│", "").split()) > 3, line
    assert run().output.startswith(text[:40])  # no arguments: the same


@pytest.mark.parametrize("command", [one.name for one in COMMANDS])
def test_every_command_explains_its_options(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0
    assert "Usage:" in result.output


def test_show_puts_rows_side_by_side_and_counts_them(run: Run, store: ParquetStore) -> None:
    text = said(run("show", "filtered_seeds"))
    assert "demo/filtered_seeds: 2 of 2 rows" in text
    assert "name first second" in text
    assert "docstring" in text and "None" not in text
    assert "1 of 2 rows" in said(run("show", "filtered_seeds", "-n", "1"))


def test_show_takes_shared_tables_siblings_and_whole_keys(run: Run, store: ParquetStore) -> None:
    assert "raw_corpus: 1 of 1 rows" in said(run("show", "raw_corpus"))
    assert "[/cut] off" in said(run("show", "instructions__rejected"))
    assert "demo/sft_dataset: 1 of 1" in said(run("show", "demo/sft_dataset"))


def test_show_gives_json_lines(run: Run, store: ParquetStore) -> None:
    lines = run("show", "filtered_seeds", "--json", "--columns", "seed_id, name").stdout.splitlines()
    assert [json.loads(line) for line in lines] == [
        {"seed_id": "s1", "name": "first"},
        {"seed_id": "s2", "name": "second"},
    ]


def test_show_filters_by_sql(run: Run, store: ParquetStore) -> None:
    result = run("show", "filtered_seeds", "--json", "--where", "start_line > 5 AND kind = 'function'")
    assert [json.loads(line)["seed_id"] for line in result.stdout.splitlines()] == ["s2"]
    assert run("show", "filtered_seeds", "--json", "--where", "start_line > 50").stdout == ""
    assert "0 of 0 rows" in said(run("show", "filtered_seeds", "--where", "start_line > 50"))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["filtered_seeds", "--where", "color = 'red'"], "no column color; there are seed_id, file_id"),
        (["filtered_seeds", "--where", "start_line >"], "--where 'start_line >'"),
        (["filtered_seeds", "--where", "name > 3"], "--where 'name > 3'"),
        (["filtered_seeds", "--columns", "name,color"], "no column color; there are seed_id, file_id"),
        (["filtered_seed"], "no table demo/filtered_seed .*there are .*filtered_seeds, instructions"),
        (["checkpoint"], "no table demo/checkpoint .*there are .*filtered_seeds"),
        (["filtered_seeds", "--recipe", "dmo"], "no recipe 'dmo': shipped are .*demo"),
        (["dmo/filtered_seeds"], "recipe 'dmo' is not enabled; enabled are demo"),
    ],
)
def test_show_says_what_is_wrong(run: Run, store: ParquetStore, arguments: list[str], message: str) -> None:
    result = run("show", *arguments)
    assert result.exit_code != 0
    assert (
        result.exception is None or is_expected(result.exception) or isinstance(result.exception, SystemExit)
    )
    assert re.search(message, said(result)), said(result)


def test_an_empty_store_says_how_to_fill_it(run: Run, home: Path) -> None:
    assert "there is none yet (seedline materialize)" in said(run("show", "sft_dataset"))
    assert "no rows" in said(run("audit", "license_mix"))
    assert "no row 't1'" in said(run("trace", "t1"))


def test_audit_lists_its_questions(run: Run, home: Path) -> None:
    text = said(run("audit"))
    for name in questions():
        assert name in text
    assert "Which training rows do not lead back to a file" in text


def test_audit_answers_as_table_and_json(run: Run, store: ParquetStore) -> None:
    assert "MIT 1 1 1 1" in said(run("audit", "license_mix"))
    (line,) = run("audit", "license_mix", "--json").stdout.splitlines()
    assert json.loads(line)["license"] == "MIT"
    (line,) = run("audit", "yield_funnel", "--json").stdout.splitlines()
    assert json.loads(line)["reason"] == "unfinished"


def test_lineage_holds_and_breaks_where_it_is_broken(run: Run, store: ParquetStore) -> None:
    assert "lineage_completeness: no rows" in said(run("audit", "lineage_completeness"))
    key, schema = tables("demo")["filtered_seeds"]
    write(store, key, pl.DataFrame(ROWS["filtered_seeds"][1:], schema=schema))
    (line,) = run("audit", "lineage_completeness", "--json").stdout.splitlines()
    assert json.loads(line)["broken_at"] == "filtered_seeds"
    key, schema = tables("demo")["filtered_seeds"]
    moved = [row | {"start_line": 4} for row in ROWS["filtered_seeds"]]
    write(store, key, pl.DataFrame(moved, schema=schema))
    (line,) = run("audit", "lineage_completeness", "--json").stdout.splitlines()
    assert json.loads(line)["broken_at"] == "origin columns"


def test_contamination_is_counted_by_problem(run: Run, store: ParquetStore) -> None:
    key, schema = tables("demo")[CONTAMINATION]
    hit = {"method": "verbatim", "benchmark": "b", "problem_id": "p", "matched": "m"}
    write(
        store, key, pl.DataFrame([hit | {"response_id": "r1"}, hit | {"response_id": "gone"}], schema=schema)
    )
    (line,) = run("audit", "contamination", "--json").stdout.splitlines()
    assert json.loads(line) | {"rows_found": 2, "rows_still_in_data_set": 1} == json.loads(line)


def test_an_unknown_question_lists_those_that_there_are(run: Run, home: Path) -> None:
    assert said(run("audit", "licenses")).startswith(
        "no question 'licenses'; there are cache_without_owner, "
    )


@pytest.mark.parametrize("start", ["t1", "r1", "i1", "s1"])
def test_trace_leads_to_the_file_from_anywhere(run: Run, store: ParquetStore, start: str) -> None:
    found = json.loads(run("trace", start, "--json").stdout)
    assert found["chain"][0]["row_id"] == start
    file = found["chain"][-1]
    assert file["artifact"] == "raw_corpus"
    assert {name: file["facts"][name] for name in ("repo", "commit", "path", "license")} == {
        name: FILE[name] for name in ("repo", "commit", "path", "license")
    }


def test_trace_shows_texts_as_they_are_and_what_was_made(run: Run, store: ParquetStore) -> None:
    text = said(run("trace", "t1"))
    assert "instruction: Take the [/first] of [bold]items[/]." in text
    assert "repo: example/alpha" in text
    down = json.loads(run("trace", "f1", "--json").stdout)["derived"]
    assert down == {
        "filtered_seeds": ["s1", "s2"],
        "instructions": ["i1"],
        "candidate_responses": ["r1"],
        "verified_responses": ["r1"],
        "sft_dataset": ["t1"],
    }


def test_an_unknown_id_says_where_it_may_be(run: Run, store: ParquetStore) -> None:
    result = run("trace", "nobody")
    assert result.exit_code == 2
    assert "no row 'nobody' in any table of recipe demo, kept or rejected" in said(result).replace("│ ", "")


def test_an_empty_cache_is_no_error(run: Run, home: Path) -> None:
    assert run("cache").exit_code == 0


def test_recipes_are_listed_those_of_ones_own_too(
    run: Run, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = run("recipes", "demo").stdout.replace("name: demo", "name: mine", 1)
    (home / "mine.yaml").write_text(own, encoding="utf-8")
    assert load_recipe(str(home / "mine.yaml")).name == "mine"  # the output is a recipe
    monkeypatch.setenv("SEEDLINE_RECIPES", json.dumps([str(home / "mine.yaml")]))
    text = said(run("recipes"))
    assert "mine yes python offline" in text
    assert "demo python offline" in text


def test_a_recipe_prints_whole_with_its_defaults(run: Run, home: Path) -> None:
    content = yaml.safe_load(run("recipes", "demo").stdout)
    assert content["sft"]["decontamination"]["substring_length"] == 50
    assert "no recipe 'nope'" in said(run("recipes", "nope"))


def test_a_recipe_that_is_not_on_may_be_named(run: Run, store: ParquetStore, home: Path) -> None:
    own = run("recipes", "demo").stdout.replace("name: demo", "name: mine", 1)
    (home / "mine.yaml").write_text(own, encoding="utf-8")
    key, schema = tables("mine")["filtered_seeds"]
    write(store, key, pl.DataFrame(ROWS["filtered_seeds"], schema=schema))
    assert "mine/filtered_seeds: 2 of 2" in said(run("show", "filtered_seeds", "--recipe", "mine.yaml"))
    assert "license_mix: no rows" in said(run("audit", "license_mix", "--recipe", "mine.yaml"))
    assert (
        json.loads(run("trace", "s1", "--recipe", "mine.yaml", "--json").stdout)["derived"]["sft_dataset"]
        == []
    )


def dump(home: Path, name: str = "2026-01") -> None:
    (home / "dumps" / name).mkdir()
    row = {
        "content": "x = 1\n",
        "max_stars_repo_name": "a/b",
        "max_stars_repo_path": "a.py",
        "lang": "Python",
    }
    (home / "dumps" / name / "part.jsonl").write_text(json.dumps(row) + "\n", encoding="utf-8")
    (home / "dumps" / name / "_SUCCESS").touch()


def test_plan_says_what_would_run_and_runs_nothing(run: Run, home: Path) -> None:
    dump(home)
    result = run("plan", "--dump", "2026-01")
    assert result.exit_code == 0, result.exception
    text = said(result)
    assert "corpus_dump 2026-01 never materialized" in text
    assert "demo/sft_dataset python never materialized" in text
    assert "demo/checkpoint never materialized" in text
    assert list((home / "home").rglob("*.parquet")) == []


def test_dumps_that_are_watched_for_need_no_naming(run: Run, home: Path) -> None:
    assert "there is no dump to read: name one in the settings" in said(run("plan"))
    dump(home)
    dump(home, "2026-02")
    (home / "dumps" / "2026-02" / "_SUCCESS").unlink()
    text = said(run("plan"))
    assert "corpus_dump 2026-01 never materialized" in text
    assert "2026-02" not in text


@pytest.mark.slow(seconds=1)
def test_a_misspelt_dump_language_or_selection_is_refused_and_leaves_no_trace(run: Run, home: Path) -> None:
    dump(home)
    assert "no source for the dump '2026-10'" in said(run("plan", "--dump", "2026-10"))
    assert "recipe demo has no language pyton; it has python" in said(run("plan", "--language", "pyton"))
    for selection in ('key:"demo/sft_datset"', "key:(("):
        result = run("materialize", "--dump", "2026-01", "--select", selection)
        assert result.exit_code == 2
        assert "--select" in said(result)
    assert "2026-10" not in said(run("plan"))
    assert "2026-01 never materialized" in said(run("plan"))


def test_errors_a_user_can_mend_are_one_message_without_a_traceback(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SEEDLINE_RECIPES", '["[/odd]"]')
    monkeypatch.setattr(sys, "argv", ["seedline", "plan"])
    with pytest.raises(SystemExit) as ended:
        main()
    shown = capsys.readouterr().err
    assert ended.value.code == 1
    assert shown.startswith("error: no recipe '[/odd]': shipped are")
    assert "Traceback" not in shown
