"""The Dagster instance that the command, the UI and the daemon share: its folder and its `dagster.yaml`.

A deployment with its own DAGSTER_HOME keeps it; otherwise the instance lives below the project's home.
"""

import os
from pathlib import Path

import dagster as dg

from pipeline_defs.settings import Settings

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
        config.write_text(INSTANCE_YAML, encoding="utf-8")
    return home


def open_instance(settings: Settings) -> dg.DagsterInstance:
    """The shared instance."""
    return dg.DagsterInstance.from_config(str(prepare_instance(settings)))
