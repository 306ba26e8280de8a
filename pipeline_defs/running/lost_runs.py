"""Runs whose process is gone: found and ended, so that a killed command or a reboot blocks no later run.

Dagster's default launcher cannot tell whether a run's process lives. Runs of this project say which process
executes them (tags, or Dagster's own note of the process id); on the machine where that process was, it can be
looked up. Runs of other machines are left alone.
"""

import os
import socket
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import dagster as dg

PROCESS_TAG = "seedline/process"
"""`host pid start`: where a run executes, and when that process started (clock ticks since boot, with the boot)."""

RUNNING = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]


def this_process() -> str:
    """The value of `PROCESS_TAG` for runs that this process executes."""
    return f"{socket.gethostname()} {os.getpid()} {_started(os.getpid())}"


def end_lost_runs(instance: dg.DagsterInstance) -> list[str]:
    """Fail the runs whose process is gone; returns their ids."""
    lost = list(_lost(instance))
    for run in lost:
        instance.report_run_failed(
            run, "The process of this run is gone (killed, out of memory, or the machine was started again)."
        )
    return [run.run_id for run in lost]


def _lost(instance: dg.DagsterInstance) -> Iterator[dg.DagsterRun]:
    for run in instance.get_runs(dg.RunsFilter(statuses=RUNNING)):
        said = run.tags.get(PROCESS_TAG)
        if said is not None:
            host, pid, start = said.split(" ")
            if host == socket.gethostname() and _started(int(pid)) != start:
                yield run
        elif _launched_here(run) and _noted_process_is_gone(instance, run):
            yield run


def _launched_here(run: dg.DagsterRun) -> bool:
    """Whether the default launcher started it through a code server of this machine."""
    return '"host": "localhost"' in run.tags.get(".dagster/grpc_info", "")


def _noted_process_is_gone(instance: dg.DagsterInstance, run: dg.DagsterRun) -> bool:
    noted = instance.get_records_for_run(run.run_id, of_type=dg.DagsterEventType.ENGINE_EVENT).records
    for record in noted:
        entry = record.event_log_entry
        event = entry.dagster_event
        if event is not None and "Started process for run" in (event.message or ""):
            pid = event.engine_event_data.metadata.get("pid")
            if pid is not None:
                began = _began(int(str(pid.value)))
                return began is None or began > entry.timestamp + 1
    return False


def _started(pid: int) -> str:
    """When the process `pid` started, as no other process of that id has it; empty where there is none."""
    ticks = _ticks(pid)
    return "" if ticks is None else f"{ticks}@{_boot()}"


def _began(pid: int) -> float | None:
    """When the process `pid` started, in seconds of the epoch; None where there is none."""
    ticks = _ticks(pid)
    return None if ticks is None else _boot_time() + ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int | None:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
    return None if fields[0] in ("Z", "X") else int(fields[19])  # a zombie executes nothing


@cache
def _boot() -> str:
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def _boot_time() -> float:
    lines = Path("/proc/stat").read_text().splitlines()
    return float(next(line.split()[1] for line in lines if line.startswith("btime ")))


def lost_runs_sensor() -> dg.SensorDefinition:
    """Ends lost runs from the daemon; on from the start, since without it everything else can stand still."""

    @dg.sensor(
        name="end_lost_runs",
        minimum_interval_seconds=30,
        default_status=dg.DefaultSensorStatus.RUNNING,
        description="Ends runs whose process was killed, or ended with the machine, so that they take nobody's place.",
    )
    def end_lost(context: dg.SensorEvaluationContext) -> dg.SkipReason:
        """Runs whose process was killed, or ended with the machine, are marked as failed."""
        ended = end_lost_runs(context.instance)
        return dg.SkipReason(f"ended {', '.join(ended)}" if ended else "every run's process is there")

    return end_lost
