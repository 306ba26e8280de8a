"""The shared instance: made once by whoever comes first, and free of runs whose process is gone."""

import os
import subprocess
import sys
from pathlib import Path

import dagster as dg
import pytest

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.running.instance import open_instance
from pipeline_defs.running.lost_runs import PROCESS_TAG, end_lost_runs, this_process

ROOT = Path(__file__).parents[3]
OPEN = """
import sys
from pipeline_defs.running.instance import open_instance
from pipeline_defs.configuration.settings import Settings
instance = open_instance(Settings.model_validate({"home": sys.argv[1]}))
print(instance.get_runs_count(), instance.get_dynamic_partitions("corpus_dumps"))
"""


@pytest.mark.slow(seconds=10)
def test_several_processes_open_a_fresh_home_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    started = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, str(tmp_path)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    said = [process.communicate(timeout=300) for process in started]
    assert [out for out, _ in said] == ["0 []\n"] * 4, said[0][1][-2000:]


def run_in(instance: dg.DagsterInstance, process: str | None) -> str:
    tags = {} if process is None else {PROCESS_TAG: process}
    run = dg.DagsterRun("job", tags=tags, status=dg.DagsterRunStatus.STARTED)
    instance.add_run(run)
    return run.run_id


def test_runs_whose_process_is_gone_are_ended_and_no_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DAGSTER_HOME", raising=False)
    settings = Settings.model_validate({"home": tmp_path})
    host, pid, start = this_process().split(" ")
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    with open_instance(settings) as instance:
        alive = run_in(instance, this_process())
        elsewhere = run_in(instance, f"other-{host} {pid} 1@elsewhere")
        unknown = run_in(instance, None)
        lost = {
            run_in(instance, f"{host} {gone.pid} {start}"),
            run_in(instance, f"{host} {pid} 1@before-a-reboot"),  # another process had the id
        }
    with open_instance(settings) as instance:  # the next command
        status = {run.run_id: run.status for run in instance.get_runs()}
        assert {one for one in status if status[one] == dg.DagsterRunStatus.FAILURE} == lost
        assert {alive, elsewhere, unknown} <= {
            one for one in status if status[one] == dg.DagsterRunStatus.STARTED
        }
        assert end_lost_runs(instance) == []


@pytest.mark.slow(seconds=1)
def test_a_run_that_a_launcher_started_is_found_by_the_process_that_it_noted(tmp_path: Path) -> None:
    from dagster._core.events import EngineEventData

    with dg.DagsterInstance.local_temp(str(tmp_path)) as instance:
        tags = {".dagster/grpc_info": '{"host": "localhost", "socket": "/tmp/x"}'}
        gone = subprocess.Popen([sys.executable, "-c", ""])
        gone.wait()
        for pid, ended in ((os.getpid(), False), (gone.pid, True)):
            run = dg.DagsterRun("job", tags=tags, status=dg.DagsterRunStatus.STARTED)
            instance.add_run(run)
            instance.report_engine_event(
                f"Started process for run (pid: {pid}).", run, EngineEventData.in_process(pid)
            )
            assert end_lost_runs(instance) == ([run.run_id] if ended else [])
