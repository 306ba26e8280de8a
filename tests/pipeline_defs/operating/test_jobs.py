"""The jobs of the launchpad and a pilot, over one real deployment, in the order in which it is written."""

import textwrap
from collections.abc import Iterator

import dagster as dg
import polars as pl
import pytest
from typer.testing import CliRunner

from pipeline_defs.cli import app
from pipeline_defs.definitions import build_defs
from pipeline_defs.operating.job_configs import (
    AuditConfig,
    ExportConfig,
    PilotConfig,
    ReadDumpConfig,
    RecipeConfig,
    TakeDownConfig,
    Unit,
)
from resources.parquet_store import TableAddress, TableFacts
from resources.row_cache.usage import read_usage
from tests.pipeline_defs.conftest import FILES, SmallLine, _line, write_dump
from tests.resources.alerts.webhook import running

CHAIN = [
    "raw_corpus",
    "filtered_seeds",
    "instructions",
    "candidate_responses",
    "verified_responses",
    "sft_dataset",
]


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SmallLine]:
    """A deployment with a dump and an empty take-downs file, nothing materialized yet."""
    folder = tmp_path_factory.mktemp("jobs")
    (folder / "take_downs.txt").write_text("# none yet\n", encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        line = _line(
            folder,
            monkeypatch,
            settings=f'[raw_corpus]\ntake_downs = "{folder}/take_downs.txt"\n[engines.prices]\nprompt = 1.0',
        )
        write_dump(folder / "dumps" / "2026-01", FILES)
        yield line


def run(
    line: SmallLine, name: str, filled_in: dg.Config | None = None
) -> tuple[bool, dict[str, object], str]:
    """A job with what the launchpad shows, or with `filled_in`: whether it came off, its metadata, its error."""
    defs = build_defs(line.deployment.settings, recipes=line.deployment.recipes)
    config = dg.RunConfig(ops={name: filled_in}).to_config_dict() if filled_in else {}
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    job = defs.resolve_job_def(name)
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(
            instance=instance, run_config={**(config or job.run_config or {}), **quiet}, raise_on_error=False
        )
    described: dict[str, object] = {}
    error = ""
    for event in done.all_events:
        if event.is_successful_output:
            described |= {key: value.value for key, value in event.step_output_data.metadata.items()}
        if event.is_step_materialization:
            described["materialized"] = event.materialization.asset_key.to_user_string()
        if event.is_step_failure and event.step_failure_data.user_failure_data is not None:
            error = event.step_failure_data.user_failure_data.description or ""
    return done.success, described, error


def full_check(line: SmallLine, **more: object) -> tuple[bool, dict[str, object], str]:
    """The nightly job, over settings with `more`: its metadata, with the checks that failed as `failed`."""
    settings = line.deployment.settings.model_validate(line.deployment.settings.model_dump() | more)
    job = build_defs(settings, recipes=line.deployment.recipes).resolve_job_def("full_check")
    quiet = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}
    with dg.DagsterInstance.ephemeral() as instance:
        done = job.execute_in_process(instance=instance, run_config=quiet, raise_on_error=False)
    described: dict[str, object] = {}
    for event in done.get_asset_materialization_events():
        described |= {key: value.value for key, value in event.materialization.metadata.items()}
    described["failed"] = sorted(
        one.check_name for one in done.get_asset_check_evaluations() if not one.passed
    )
    return done.success, described, str([event.message for event in done.all_events if event.is_failure])


def facts(line: SmallLine, artifact: str) -> TableFacts:
    return TableFacts.read(line.deployment.store().facts(TableAddress.of(("demo", artifact), "python")))


def test_every_job_has_a_config_that_works_as_it_stands(line: SmallLine) -> None:
    defs = build_defs(line.deployment.settings, recipes=line.deployment.recipes)
    names = {
        "read_dump",
        "materialize_recipe",
        "materialize_language",
        "pilot",
        "evaluate_model",
        "audit",
        "export",
        "take_down",
    }
    assert names < {job.name for job in defs.jobs or ()}
    for name in sorted(names):
        job = defs.resolve_job_def(name)
        assert dg.validate_run_config(job, job.run_config), name
        assert job.description


def test_a_dump_is_read_and_an_error_is_a_line(line: SmallLine) -> None:
    done, said, _ = run(line, "read_dump", ReadDumpConfig(dump="2026-01"))
    assert done and said["partitions_rebuilt"] == 1
    done, _, error = run(line, "read_dump", ReadDumpConfig(dump="2099-01"))
    assert not done and "2099-01" in error and "Traceback" not in error


def test_a_pilot_stands_apart_and_its_results_are_in_the_cache(line: SmallLine) -> None:
    done, said, error = run(line, "pilot", PilotConfig(size=2, train=False))
    assert done, error
    assert said["materialized"] == "pilot/demo"
    assert "| `filtered_seeds` | `rows in` | `2` |" in str(said["estimate"])
    store = line.deployment.store()
    assert store.partitions(("demo", "filtered_seeds")) == []  # nothing of it among the real tables
    with line.deployment.instance() as instance:
        assert instance.get_latest_materialization_event(dg.AssetKey(["demo", "filtered_seeds"])) is None
    seeds = store.scan(TableAddress(("pilot", "demo", "demo", "filtered_seeds"), (("language", "python"),)))
    assert seeds.collect()["file_id"].n_unique() <= 2
    asked = [one for one in read_usage(line.deployment.cache_storage()) if "instructions" in str(one["user"])]
    assert asked and all(str(one["user"]).startswith("pilot/demo/") for one in asked)


def test_settings_of_one_run_are_in_the_tables_and_the_plan_says_so(line: SmallLine) -> None:
    select = '+key:"demo/sft_dataset"'
    done, said, error = run(line, "materialize_recipe", RecipeConfig(recipe="demo", select=select, samples=2))
    assert done, error
    assert said["seedline/run_settings"] == {"recipe.responses.samples": 2}
    assert line.metadata("instructions")["engine_calls_saved"] > 0  # the pilot's were not asked again
    made = facts(line, "candidate_responses")
    assert made.run_settings == {"recipe.responses.samples": 2}
    whole = line.deployment.store().facts(TableAddress.of(("demo", "candidate_responses"), "python"))
    assert '"samples": 2' in whole["settings"]
    why = {row[0]: row[2] for row in line.deployment.plan(select=select).frame().iter_rows()}
    assert why["demo/candidate_responses"] == "made under settings of one run (recipe.responses.samples=2)"
    assert "demo/instructions" not in why
    causes = {row[0]: row[3] for row in line.deployment.plan(select=select).frame().iter_rows()}
    assert causes["demo/candidate_responses"] == causes["demo/sft_dataset"] == "settings"
    done, said, _ = run(line, "materialize_recipe", RecipeConfig(recipe="demo", select=select))
    assert done and facts(line, "candidate_responses").run_settings == {}
    done, _, error = run(line, "materialize_recipe", RecipeConfig(settings=["recipe.nothing=1"]))
    assert not done and "nothing: no such field" in error


def test_the_full_check_finds_damage_and_tells_it(line: SmallLine) -> None:
    done, said, error = full_check(line)
    assert done, error
    assert said["tables_damaged"] == 0 and said["failed"] == [
        "nothing_is_out_of_date"
    ]  # nothing is trained yet
    assert int(str(said["tables"])) > 10 and "demo/checkpoint" in str(said["out_of_date"])
    stale = {row["artifact"]: row for row in line.deployment.scan("audit/staleness").collect().to_dicts()}
    assert {name for name, row in stale.items() if row["state"] == "stale"} == {
        "checkpoint", "eval_scores", "audit"
    }  # fmt: skip
    assert stale["checkpoint"]["cause"] == "missing" and stale["filtered_seeds"]["cause"] is None
    assert stale["candidate_responses"]["calls"] == 0 and said["tables_stale"] == 3
    answer = line.deployment.audit("staleness").to_dicts()
    assert [row["tables"] for row in answer if row["cause"] == "missing"] == [1, 1, 1]
    assert "2026-01" in str(said["dump_states"]) and int(str(said["cache_rows"])) > 0
    file = line.file("verified_responses")
    whole = file.read_bytes()
    file.write_bytes(whole[:2000] + bytes([whole[2000] ^ 1]) + whole[2001:])
    with running() as webhook:
        done, said, error = full_check(line, alerts={"webhook": f"http://127.0.0.1:{webhook.port}/"})
    assert done, error
    assert said["tables_damaged"] == 1 and "no_table_is_damaged" in str(said["failed"])
    assert "demo/verified_responses" in str(said["damaged"])
    stale = {row["artifact"]: row for row in line.deployment.scan("audit/staleness").collect().to_dicts()}
    below = {stale[name]["cause"] for name in ("verified_responses", "sft_dataset", "checkpoint")}
    assert below == {
        "damage",
        "missing",
    }  # of the table and of what is made from it; no checkpoint was ever trained
    assert stale["sft_dataset"]["cause"] == "damage"
    assert len(webhook.got) == 1 and "verified_responses" in webhook.got[0][2]
    select = '+key:"demo/sft_dataset"'
    done, _, error = run(line, "materialize_recipe", RecipeConfig(select=select))
    assert done, error
    assert full_check(line)[1]["tables_damaged"] == 0  # made again


def test_every_row_resolves_whole_and_every_seed_equals_the_named_lines(line: SmallLine) -> None:
    scan = line.deployment.scan
    contents = dict(scan("raw_corpus").select("file_id", "content").collect().iter_rows())
    seeds = {row["seed_id"]: row for row in scan("filtered_seeds").collect().iter_rows(named=True)}
    rows = scan("sft_dataset").collect()["sft_id"]
    assert rows.len() > 3
    for row_id in rows.sample(min(rows.len(), 1000), seed=0):
        nodes = list(line.deployment.trace_tree(row_id).walk())
        assert [node.artifact for node in nodes] == CHAIN and {node.state for node in nodes} == {"kept"}
        assert nodes[-1].row_id == row_id and nodes[-1].asked
        seed = seeds[nodes[1].row_id]
        named = contents[nodes[0].row_id].splitlines()[seed["start_line"] - 1 : seed["end_line"]]
        assert textwrap.dedent("\n".join(named)) == seed["seed"] == nodes[1].facts["seed"]
        assert nodes[2].facts["generation"]["engine"] and nodes[3].facts["generation"]["engine"]
        assert nodes[3].beside["verified_responses__verdicts"] and nodes[4].facts["verdict"] == "pass"


def test_a_question_is_answered(line: SmallLine) -> None:
    done, said, _ = run(line, "audit", AuditConfig(question="yield_funnel"))
    assert done and "filtered_seeds" in str(said["answer"])
    done, _, error = run(line, "audit", AuditConfig(question="nothing"))
    assert not done and "yield_funnel" in error


def test_training_rows_are_exported_to_a_folder_with_the_card(line: SmallLine) -> None:
    asked = ExportConfig(format="prompt_completion", settings={"seed": 7})
    done, said, error = run(line, "export", asked)
    assert done, error
    folder = line.deployment.settings.home / "exports" / "demo"
    assert str(said["folder"]) == str(folder) and int(str(said["rows"])) > 0
    assert (folder / "README.md").read_text(encoding="utf-8").startswith("---\n")
    (shard,) = (folder / "data").glob("*.parquet")
    assert pl.read_parquet(shard).height == said["rows"]
    done, _, error = run(line, "export", ExportConfig(settings={"max_token": 5}))
    assert not done and "max_token" in error and "Traceback" not in error


def test_the_command_takes_a_pilot_of_seeds(line: SmallLine) -> None:
    arguments = [
        "materialize",
        "--pilot",
        "3",
        "--pilot-unit",
        "seeds",
        "--untrained",
        "--set",
        "recipe.responses.samples=3",
    ]
    done = CliRunner().invoke(app, arguments, env={"COLUMNS": "120"})
    assert done.exit_code == 0, done.output
    assert "Pilot of demo: 3 of" in done.output and "candidate_responses" in done.output
    assert "under settings of this run: recipe.responses.samples=3" in done.output
    assert "calls saved" in done.output
    assert line.table("candidate_responses")["sample"].max() == 0  # the real table is as it was


def test_a_take_down_is_applied_at_once_and_takes_pilots_along(line: SmallLine) -> None:
    repos = {row["repo"] for row in line.table("sft_dataset").to_dicts()}
    assert "example/beta" in repos
    (line.folder / "take_downs.txt").write_text("repo example/beta\n", encoding="utf-8")
    reasons = line.deployment.plan(select='key:"raw_corpus"').frame()
    assert reasons["why"].to_list() == ["its source changed"] and reasons["cause"].to_list() == ["take_down"]
    done, said, error = run(line, "take_down", TakeDownConfig())
    assert done, error
    assert "raw_corpus" in str(said["rebuilt"])
    assert set(line.table("sft_dataset")["repo"]) == repos - {"example/beta"}
    assert not line.deployment.store().storage.exists(line.deployment.store().storage.path("pilot"))
    (line.folder / "take_downs.txt").unlink()
    done, _, error = run(line, "take_down", TakeDownConfig())
    assert not done and "take_downs.txt cannot be read" in error


def test_a_pilot_of_what_there_is_not_is_an_error_with_a_remedy(line: SmallLine) -> None:
    (line.folder / "take_downs.txt").write_text("repo example/*\n", encoding="utf-8")
    done, _, error = run(line, "pilot", PilotConfig(size=2, unit=Unit.files, train=False))
    assert not done and "the corpus has no files in python" in error
