"""The whole line over a small dump of our own: what comes out, what a second run costs, what a new dump costs."""

import shutil
import subprocess
import sys
from pathlib import Path

import dagster as dg
import polars as pl
import pytest

from assets.audit.door import questions
from assets.audit.questions import ask
from assets.exports.settings import ExportError
from pipeline_defs.commands.cache import code_versions
from pipeline_defs.definitions import asked_of_tables
from resources.model_folder import check_against_manifest
from resources.row_cache.usage import read_usage
from tests.pipeline_defs.browser import chromium, ui
from tests.pipeline_defs.conftest import FILES, MakeLine, SmallLine, write_dump
from tests.pipeline_defs.hub import served

pytestmark = pytest.mark.slow(seconds=8)

RECIPE_TABLES = ["filtered_seeds", "instructions", "candidate_responses", "verified_responses", "sft_dataset"]
TO_TRAINING_ROWS = '+key:"demo/sft_dataset"'
"""What tests bring up to date that look no further: a training and an evaluation are half of the line's time."""


def test_every_artifact_is_there_and_verified_rows_are_right(finished_line: SmallLine) -> None:
    assert set(finished_line.table("filtered_seeds")["name"]) >= {"shout", "hypotenuse", "pairs"}
    verified = finished_line.table("verified_responses")
    assert set(verified["verdict"]) == {"pass"}
    assert any("def shout" in code for code in verified["code"])
    assert not any("def broken_promise" in code for code in verified["code"])
    verdicts = finished_line.table("verified_responses__verdicts")
    assert "fail" in set(verdicts["verdict"])


def test_the_row_cache_knows_which_settings_its_users_had(finished_line: SmallLine) -> None:
    now = code_versions(finished_line.deployment)
    records = [r for r in read_usage(finished_line.deployment.cache_storage()) if r["user"] != "command"]
    used = {"/".join(str(record["user"]).split("/")[:2]): record["code_version"] for record in records}
    assert used.keys() >= {f"demo/{name}" for name in RECIPE_TABLES if name != "sft_dataset"}
    assert used == {asset: now[asset] for asset in used}


def test_training_rows_lead_back_to_their_files(finished_line: SmallLine) -> None:
    rows = finished_line.table("sft_dataset")
    assert rows.height >= 3
    assert set(rows["engine"]) == {"offline"}
    assert set(rows["commit"]) == {"c0ffee"}
    for row in rows.iter_rows(named=True):
        folder = row["repo"].removeprefix("example/")
        lines = FILES[f"{folder}/{row['path']}"].splitlines()[row["start_line"] - 1 : row["end_line"]]
        assert lines[0].startswith("def ")
    assert ask("lineage_completeness", finished_line.deployment.store(), "demo").is_empty()


def test_what_is_not_allowed_is_rejected_with_its_reason(finished_line: SmallLine) -> None:
    store = finished_line.deployment.store()
    funnel = ask("yield_funnel", store, "demo")
    reasons = {(row["artifact"], row["reason"]) for row in funnel.iter_rows(named=True)}
    assert ("corpus_dump", "empty") in reasons
    assert ("raw_corpus", "license") in reasons
    assert ("filtered_seeds", "no_return_value") in reasons
    assert ("filtered_seeds", "type_error") in reasons
    assert ("verified_responses", "not_passed") in reasons


def test_the_checkpoint_loads_and_the_canonical_solutions_pass(finished_line: SmallLine) -> None:
    from transformers import AutoModelForCausalLM, AutoTokenizer

    row = finished_line.table("checkpoint", None).row(0, named=True)
    AutoModelForCausalLM.from_pretrained(row["weights"])
    AutoTokenizer.from_pretrained(row["weights"])
    samples = finished_line.table("eval_scores__samples", None)
    canonical = samples.filter(pl.col("checkpoint_id") == "canonical")
    assert canonical.height >= 24
    assert canonical["passed"].all()


def test_a_checkpoint_has_a_card_and_is_handed_on_with_it(
    finished_line: SmallLine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder that is kept has its scores in the card; the one that is pushed knows the take-downs since."""
    [made] = finished_line.table("checkpoint", None).to_dicts()
    scores = finished_line.table("eval_scores", None)
    kept = (Path(made["weights"]) / "README.md").read_text()
    assert f"checkpoint_id: {made['checkpoint_id']}" in kept and "| MIT |" in kept
    assert f"{scores['pass_at_k'][0]:.1%}" in kept and "rows_taken_down: 0" in kept
    check_against_manifest(Path(made["weights"]))
    [repository] = finished_line.table("sft_dataset")["repo"].unique().sort()[:1]
    rules = tmp_path / "take_downs.txt"
    rules.write_text(f"repo {repository}\n")
    monkeypatch.setenv("SEEDLINE_RAW_CORPUS__TAKE_DOWNS", str(rules))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    command = [sys.executable, "-P", "-m", "pipeline_defs.cli", "export-model", "demo"]
    command += ["--to", str(tmp_path / "out"), "--push", "me/model"]
    with served("a-token") as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.address)
        monkeypatch.setenv("HF_TOKEN", "a-token")
        hub.repositories["me/model"] = {"model-00002-of-00002.safetensors": b"old", "notes.md": b"mine"}
        said = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        files = [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
        written = {str(path.relative_to(tmp_path / "out")): path.read_bytes() for path in files}
        assert hub.repositories["me/model"] == written | {"notes.md": b"mine"}
        assert f"pushed: {hub.address}/me/model/commit/" in said
    down = finished_line.table("sft_dataset").filter(repo=repository).height
    assert f"{down} rows that it learnt were taken down since" in said
    handed_on = written["README.md"].decode()
    assert f"rows_taken_down: {down}" in handed_on and f"{scores['pass_at_k'][0]:.1%}" in handed_on
    assert not {"manifest.json", "training.json"} & set(written)
    assert written["model.safetensors"] == (Path(made["weights"]) / "model.safetensors").read_bytes()
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.tex").write_text("")
    with pytest.raises(ExportError, match="mine is not empty and holds no model that was exported"):
        finished_line.deployment.export_model("demo", tmp_path / "mine")


def test_a_second_run_finds_everything_up_to_date(finished_line: SmallLine) -> None:
    assert finished_line.run("2026-01") == []


def test_a_forced_run_calls_nothing_and_gives_the_same_bytes(make_line: MakeLine) -> None:
    line = make_line()
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    line.run("2026-01")
    before = {path: path.read_bytes() for path in Path(line.folder / "home/store").rglob("data.parquet")}
    line.run("2026-01", force=True)
    after = {path: path.read_bytes() for path in Path(line.folder / "home/store").rglob("data.parquet")}
    assert after == before
    for artifact in ("instructions", "candidate_responses", "eval_scores"):
        assert line.metadata(artifact)["engine_calls"] == 0
    assert line.metadata("verified_responses")["sandbox_runs"] == 0
    for artifact in RECIPE_TABLES:  # deleting any one artifact and materializing again gives the same bytes
        path = line.file(artifact)
        path.unlink()
        line.run("2026-01")
        assert path.read_bytes() == before[path]


def test_a_new_dump_costs_only_what_is_new(make_line: MakeLine) -> None:
    line = make_line()
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    line.run("2026-01", select=TO_TRAINING_ROWS)
    more = '''\
def halves(number: int) -> float:
    """Return one half of a number.

    >>> halves(3)
    1.5
    """
    return number / 2
'''
    write_dump(line.folder / "dumps" / "2026-02", {**FILES, "alpha/halves.py": more}, commit="decade")
    line.run("2026-01", "2026-02", select=TO_TRAINING_ROWS)
    assert line.metadata("filtered_seeds")["rows_computed"] == {
        "extraction": 1,
        "signature": 1,
        "type_check": 1,
    }
    assert line.metadata("instructions")["engine_calls"] == 2  # concepts and instruction of the one new seed
    assert line.metadata("candidate_responses")["engine_calls"] == 1
    assert line.metadata("verified_responses")["sandbox_runs"] == 1
    rows = line.table("sft_dataset")
    assert any("halves" in prompt for prompt in rows["prompt"])
    assert set(rows["commit"]) == {"decade"}  # the newest dump's provenance


def test_a_take_down_runs_through_everything(make_line: MakeLine, tmp_path: Path) -> None:
    take_downs = tmp_path / "take_downs.txt"
    take_downs.write_text("# none yet\n", encoding="utf-8")
    line = make_line(settings=f'[raw_corpus]\ntake_downs = "{take_downs}"')
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    line.run("2026-01", select=TO_TRAINING_ROWS)
    assert "example/beta" in set(line.table("sft_dataset")["repo"])
    take_downs.write_text("repo example/beta\n", encoding="utf-8")
    line.run("2026-01", select=TO_TRAINING_ROWS)
    for artifact in RECIPE_TABLES:
        assert not any("without_repeats" in str(row) for row in line.table(artifact).iter_rows())
    assert set(line.table("sft_dataset")["repo"]) == {"example/alpha"}


@pytest.mark.usefixtures("s3_server")
def test_the_store_on_s3_holds_the_same_content(
    make_line: MakeLine, finished_line: SmallLine, s3_server
) -> None:
    bucket = s3_server.create_bucket("whole-line")
    places = "".join(f'{name} = "{bucket}/{name}"\n' for name in ("store", "cache", "models"))
    line = make_line(settings=f'{places}[s3]\nendpoint_url = "{s3_server.endpoint_url}"')
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    line.run("2026-01")
    for artifact in RECIPE_TABLES:
        volatile = [
            name for name in ("duration_ms", "cpu_ms", "peak_mb") if name in line.table(artifact).columns
        ]
        assert line.table(artifact).drop(volatile).equals(finished_line.table(artifact).drop(volatile))
    assert line.run("2026-01") == []
    scores = line.table("eval_scores", None)
    (weights,) = line.table("checkpoint", None)["weights"]
    assert weights.startswith(f"{bucket}/models/")
    shutil.rmtree(line.folder / "home" / "models")  # as on another machine
    line.run("2026-01", select='key:"demo/eval_scores"', force=True)
    assert line.table("eval_scores", None).equals(scores)
    assert (line.folder / "home" / "models" / weights.rsplit("/", 1)[1] / "model.safetensors").is_file()


def test_the_ui_shows_the_recipe_materialized(finished_line: SmallLine, tmp_path: Path) -> None:
    with chromium() as page, ui(tmp_path / "ui.log") as (address, rows):
        page.goto(f"{address}/assets/demo/sft_dataset")
        page.get_by_text("Latest materialization").first.wait_for()
        for artifact in RECIPE_TABLES:
            page.goto(f"{address}/assets/demo/{artifact}?view=partitions&partition=python")
            page.get_by_text("Materialized (1)").first.wait_for()
        page.goto(f"{address}/assets/demo/filtered_seeds?view=partitions&partition=python")
        page.get_by_role("row").filter(has_text="funnel_plot").get_by_text("Show Markdown").click()
        picture = page.get_by_role("dialog").get_by_role("img", name="funnel")
        picture.wait_for()
        assert picture.evaluate("image => image.naturalWidth") > 300
        row = finished_line.table("sft_dataset").row(0, named=True)
        page.goto(f"{rows}/row/demo/sft_dataset?id={row['sft_id']}")
        for artifact in ("verified_responses", "candidate_responses", "instructions", "filtered_seeds"):
            page.get_by_role("link", name=artifact).wait_for()
        page.get_by_role("link", name="raw_corpus").click()
        marked = page.locator(".hll").all_inner_texts()
        assert len(marked) == row["end_line"] - row["start_line"] + 1
        assert marked[0].startswith("def ")


def test_every_rejected_row_says_which_file_it_came_from(finished_line: SmallLine) -> None:
    for artifact in RECIPE_TABLES:
        rejected = finished_line.table(f"{artifact}__rejected")
        assert rejected.filter(pl.any_horizontal(pl.col("file_id", "repo", "path").is_null())).is_empty(), (
            artifact
        )
    assert finished_line.table("verified_responses__rejected").height


def test_pages_say_where_columns_come_from_and_count_in_one_unit(finished_line: SmallLine) -> None:
    seeds = finished_line.metadata("filtered_seeds")
    assert seeds["rows_are"] == "seeds"
    assert seeds["rows_in"] == int(str(seeds["rows_kept"])) + int(str(seeds["rows_rejected"]))
    assert seeds["files_in"] == int(str(seeds["files_kept"])) + int(str(seeds["files_rejected"]))
    lineage = finished_line.metadata("sft_dataset")["dagster/column_lineage"]
    assert isinstance(lineage, dg.TableColumnLineage)
    assert [dep.asset_key.path for dep in lineage.deps_by_column["license"]] == [["raw_corpus"]]


def test_one_audit_answers_every_question(finished_line: SmallLine) -> None:
    asked = finished_line.table("audit", None)
    deployment = finished_line.deployment
    known = asked_of_tables(deployment.settings, deployment.recipe("demo"))
    assert set(asked["question"]) == set(known) < set(questions())
    for question, rows in asked.select("question", "rows").iter_rows():
        assert finished_line.table(f"audit__{question}", None).height == rows
    funnel = finished_line.table("audit__yield_funnel", None)
    assert set(funnel["artifact"]) >= {"corpus_dump", "filtered_seeds", "sft_dataset"}
