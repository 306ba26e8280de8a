"""Whole waves with the real daemon and no hand: dumps in, scores out, past bad dumps, kills and changes.

One deployment and one instance carry all of it, in the order in which it is written; the daemon is killed once
in the middle, as a reboot does, and comes back with one recipe more.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import dagster as dg
import polars as pl
import pytest
import yaml

from pipeline_defs.deployment import Deployment
from pipeline_defs.graph.dumps import CORPUS_DUMP_JOB, NAME
from pipeline_defs.operating.full_check import JOB as FULL_CHECK_JOB
from resources.parquet_store import TableAddress
from tests.pipeline_defs.conftest import FILES, SmallLine, _line, short_recipe, write_dump
from tests.pipeline_defs.daemon import Daemon, running
from tests.resources.alerts import webhook

LIMIT_S = 800
"""Longest wait for one wave: a busy machine is given time, a wave that hangs is not."""

pytestmark = pytest.mark.timeout(2400)

MANY = 8
"""Dumps that land at once (bench_wave.py has two hundred)."""

SCRIPT = """\
#!/usr/bin/env bash
# Print a word twice.
twice() {
  local word=$1
  echo "$word$word"
}
"""


@pytest.fixture(scope="module")
def told() -> Iterator[webhook.Webhook]:
    """The webhook that is told of failed runs."""
    with webhook.running() as seen:
        yield seen


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory, told: webhook.Webhook) -> Iterator[SmallLine]:
    """A deployment with two languages and a benchmark file of its own, whose sensors run."""
    folder = tmp_path_factory.mktemp("waves")
    problem = '{"task_id": "own/0", "question": "What is the capital of France?", "answer": "Paris"}\n'
    (folder / "facts.jsonl").write_text(problem, encoding="utf-8")
    with pytest.MonkeyPatch.context() as monkeypatch:
        yield _line(
            folder,
            monkeypatch,
            recipe=short_recipe(languages=["python", "bash"]),
            settings=f'sensors_on = true\nbenchmarks = {{ facts = "{folder}/facts.jsonl" }}\n'
            f'alerts = {{ webhook = "http://127.0.0.1:{told.port}/hook" }}',
        )


@pytest.fixture(scope="module")
def daemon(line: SmallLine) -> Iterator[Daemon]:
    """The daemon, over two dumps of which one cannot be read."""
    write_dump(line.folder / "dumps" / "2026-01", FILES)
    bad = write_dump(line.folder / "dumps" / "2025-12", FILES)
    (bad / "part-0.jsonl").rename(bad / "part-0.parquet")
    with running(line.deployment, line.folder / "daemon.log") as daemon:
        yield daemon


def version(line: SmallLine, artifact: str, partition: str | None = None, recipe: str = "demo") -> str:
    """The digest of an artifact; empty where it was never made."""
    store = line.deployment.store()
    address = TableAddress.of((recipe, artifact) if recipe else (artifact,), partition)
    return store.digest(address) if store.storage.exists(store.uri(address)) else ""


def runs(line: SmallLine) -> list[dg.DagsterRun]:
    with line.deployment.instance() as instance:
        return list(instance.get_runs())


def at_rest(line: SmallLine) -> bool:
    return all(run.is_finished for run in runs(line))


@pytest.mark.slow(seconds=60)
def test_a_first_dump_becomes_scores_past_a_bad_one(line: SmallLine, daemon: Daemon) -> None:
    daemon.wait_for("scores of the first dump", lambda: version(line, "eval_scores") != "", seconds=LIMIT_S)
    daemon.wait_for("rest", lambda: at_rest(line), seconds=120)
    rows = line.table("sft_dataset")
    assert rows.height >= 3
    with line.deployment.instance() as instance:
        assert instance.get_dynamic_partitions(NAME) == ["2026-01"]
        states = {state.name: state for state in line.deployment.dumps()}
        latest = instance.event_log_storage.get_latest_asset_check_execution_by_key(
            [dg.AssetCheckKey(dg.AssetKey("corpus_dump"), "every_dump_was_read")]
        )
    assert states["2026-01"].state == "read" and states["2026-01"].languages == ("python",)
    assert states["2025-12"].state == "failed" and "part-0.parquet" in states["2025-12"].detail
    (execution,) = latest.values()
    assert execution.evaluation is not None and not execution.evaluation.passed
    assert version(line, "raw_corpus", "bash", recipe="") == ""  # no dump has it: nobody asked for it
    by_language = [run for run in runs(line) if run.tags.get("dagster/partition") == "python"]
    assert len(by_language) <= 2, (
        "the whole line of a language is one run, or two while the benchmarks are made"
    )


@pytest.mark.slow(seconds=30)
def test_people_are_told_of_the_bad_dump_and_outputs_are_fresh(
    line: SmallLine, daemon: Daemon, told: webhook.Webhook
) -> None:
    daemon.wait_for("an alert", lambda: bool(told.got), seconds=LIMIT_S)
    assert all("2025-12" in body and "part-0.parquet" in body for _, _, body in told.got)
    outputs = [dg.AssetKey(["demo", name]) for name in ("sft_dataset", "checkpoint", "eval_scores")]

    def fresh() -> bool:
        with line.deployment.instance() as instance:
            found = instance.get_freshness_state_records(outputs)
        return {found[key].freshness_state.value for key in outputs if key in found} == {"PASS"}

    daemon.wait_for("freshness of what the recipe made", fresh, seconds=LIMIT_S)


@pytest.mark.slow(seconds=90)
def test_a_second_dump_with_a_new_language_survives_a_reboot(line: SmallLine, daemon: Daemon) -> None:
    before = version(line, "checkpoint")
    more = {path: text.replace("shout", "whisper") for path, text in FILES.items()}
    write_dump(line.folder / "dumps" / "2026-02", {**more, "delta/twice.sh": SCRIPT}, commit="decade")
    daemon.wait_for(
        "a run over the second dump",
        lambda: any(run.status == dg.DagsterRunStatus.STARTED for run in runs(line)),
        seconds=LIMIT_S,
    )
    daemon.kill()  # in the middle of it
    late = short_recipe(name="late", languages=["python"])
    (line.folder / "late.yaml").write_text(yaml.safe_dump(late), encoding="utf-8")
    settings = line.folder / "seedline.toml"
    soon = datetime.now(UTC) + timedelta(minutes=3)
    settings.write_text(
        f'full_check_at = "{soon:%M %H} * * *"\n'
        + settings.read_text(encoding="utf-8").replace(
            'recipe.yaml"', f'recipe.yaml", "{line.folder}/late.yaml"'
        ),
        encoding="utf-8",
    )
    line.deployment = Deployment.open()
    daemon.start()
    daemon.wait_for("bash rows", lambda: version(line, "sft_dataset", "bash") != "", seconds=LIMIT_S)
    daemon.wait_for("another checkpoint", lambda: version(line, "checkpoint") != before, seconds=LIMIT_S)
    assert any(
        "whisper" in prompt + code
        for prompt, code in line.table("sft_dataset")[["prompt", "completion"]].rows()
    )
    daemon.wait_for(
        "the recipe that was switched on late",
        lambda: version(line, "eval_scores", recipe="late") != "",
        seconds=LIMIT_S,
    )
    daemon.wait_for("rest", lambda: at_rest(line), seconds=LIMIT_S)
    assert not [run for run in runs(line) if run.status == dg.DagsterRunStatus.STARTED]
    daemon.wait_for(
        "the scheduled check",
        lambda: any(run.job_name == FULL_CHECK_JOB and run.is_success for run in runs(line)),
        seconds=LIMIT_S,
    )


@pytest.mark.slow(seconds=90)
def test_a_changed_benchmark_a_mended_dump_and_a_killed_command(line: SmallLine, daemon: Daemon) -> None:
    before = version(line, "benchmarks", recipe="")
    (line.folder / "facts.jsonl").write_text(
        '{"task_id": "own/1", "question": "What is the capital of Italy?", "answer": "Rome"}\n',
        encoding="utf-8",
    )
    bad = line.folder / "dumps" / "2025-12"
    (bad / "part-0.parquet").rename(bad / "part-0.jsonl")
    command = subprocess.Popen(
        [sys.executable, "-m", "pipeline_defs.cli", "materialize", "--recipe", "demo", "--force"],
        start_new_session=True,
        stdout=subprocess.DEVNULL,
    )
    daemon.wait_for(
        "a run of the command",
        lambda: any("seedline/command" in run.tags and not run.is_finished for run in runs(line)),
        seconds=LIMIT_S,
    )
    os.killpg(command.pid, signal.SIGKILL)
    command.wait()
    daemon.wait_for(
        "the benchmarks", lambda: version(line, "benchmarks", recipe="") != before, seconds=LIMIT_S
    )

    def settled() -> bool:
        with line.deployment.instance() as instance:
            known = instance.get_dynamic_partitions(NAME)
        sft = TableAddress.of(("demo", "sft_dataset"), "python")
        made_from = line.deployment.store().facts(sft)["inputs"]
        return "2025-12" in known and version(line, "benchmarks", recipe="") in made_from and at_rest(line)

    daemon.wait_for("all of it downstream", settled, seconds=LIMIT_S)
    assert pl.read_parquet(line.file("sft_dataset")).height >= 3


@pytest.mark.slow(seconds=90)
def test_many_dumps_at_once_are_a_run_each_and_nothing_is_lost(line: SmallLine, daemon: Daemon) -> None:
    names = [f"many-{number:02}" for number in range(MANY)]
    for number, name in enumerate(names):
        source = FILES["beta/lists.py"].replace("pairs", f"pairs_{number}")
        write_dump(line.folder / "dumps" / name, {f"delta/{name}.py": source}, commit=name)

    def paths() -> set[str]:
        corpus = TableAddress.of(("raw_corpus",), "python")
        return set(line.deployment.store().scan(corpus).select("path").collect()["path"])

    daemon.wait_for(
        "all of them in the corpus", lambda: {f"{name}.py" for name in names} <= paths(), seconds=LIMIT_S
    )
    with line.deployment.instance() as instance:
        assert set(instance.get_dynamic_partitions(NAME)) >= set(names)
    states = {state.name: state.state for state in line.deployment.dumps()}
    assert {states[name] for name in names} == {"read"}
    read = [run.tags["dagster/partition"] for run in runs(line) if run.job_name == CORPUS_DUMP_JOB]
    assert sorted(name for name in read if name in names) == names
