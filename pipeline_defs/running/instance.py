"""The Dagster instance that the command, the UI and the daemon share: its folder and its `dagster.yaml`.

A deployment with its own DAGSTER_HOME keeps it; otherwise the instance lives below the project's home.
"""

import fcntl
import os
from pathlib import Path

import dagster as dg

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.running.lost_runs import end_lost_runs

INSTANCE_YAML = """\
# Written once by seedline; yours to edit. Production wants Postgres and S3 logs: see the README.
telemetry:
  enabled: false
nux:
  enabled: false
concurrency:
  runs:
    max_concurrent_runs: 2
  pools:
    granularity: op
    default_limit: 1
run_queue:
  dequeue_interval_seconds: 1
run_monitoring:
  enabled: true
  free_slots_after_run_end_seconds: 60
run_retries:
  enabled: true
  max_retries: 1
  retry_on_asset_or_op_failure: false
"""


def prepare_instance(settings: Settings) -> Path:
    """The instance's folder (DAGSTER_HOME, else below the project's home), with a `dagster.yaml` in it."""
    named = os.environ.get("DAGSTER_HOME")
    home = Path(named) if named else settings.dagster_home
    home.mkdir(parents=True, exist_ok=True)
    config = home / "dagster.yaml"
    if not config.exists():
        unfinished = config.with_name(f".dagster.yaml.{os.getpid()}")
        unfinished.write_text(INSTANCE_YAML, encoding="utf-8")
        unfinished.replace(config)  # another process reads all of it or none
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The shared instance, whose lost runs are ended.

    A lock goes round the opening: two processes that make the tables of a fresh instance at once would leave it
    broken for good.
    """
    home = prepare_instance(settings)
    with (home / ".opening.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        instance = dg.DagsterInstance.from_config(str(home))
    end_lost_runs(instance)
    return instance
