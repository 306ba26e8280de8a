"""A failed run is told to whom the settings name, by a real webhook; outputs have the age that the settings allow."""

import json
from datetime import timedelta
from pathlib import Path

import dagster as dg

from pipeline_defs.configuration.settings import Settings
from pipeline_defs.definitions import build_defs
from pipeline_defs.operating.failure_alerts import failure_sensor
from pipeline_defs.recipes.model import load_recipe
from resources.alerts.resource import Alerts
from resources.alerts.settings import AlertSettings
from tests.resources.alerts.webhook import running

QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@dg.op
def breaks() -> None:
    raise ValueError("the corpus is not there: read a dump")


@dg.job
def breaking() -> None:
    breaks()


def test_a_failed_run_is_told_with_its_step_its_error_and_a_link() -> None:
    with running() as webhook, dg.DagsterInstance.ephemeral() as instance:
        done = breaking.execute_in_process(
            instance=instance, raise_on_error=False, run_config=QUIET, tags={"dagster/partition": "python"}
        )
        context = dg.build_run_status_sensor_context(
            sensor_name="alert_on_failure",
            dagster_instance=instance,
            dagster_run=done.dagster_run,
            dagster_event=done.get_run_failure_event(),
        ).for_run_failure()
        settings = AlertSettings(webhook=f"http://127.0.0.1:{webhook.port}/hook", ui="http://ui:3000/")
        failure_sensor(Alerts(settings))(context)
    ((_, _, body),) = webhook.got
    assert json.loads(body)["text"].splitlines() == [
        f"seedline: run {done.run_id[:8]} of breaking (python) failed",
        "breaks: ValueError: the corpus is not there: read a dump",
        f"http://ui:3000/runs/{done.run_id}",
    ]


def definitions(home: Path, **more: object) -> dg.Definitions:
    return build_defs(Settings.model_validate({"home": home, **more}), recipes=[load_recipe("demo")])


def test_the_sensor_is_there_and_on_where_somebody_is_to_be_told(tmp_path: Path) -> None:
    names = {sensor.name for sensor in definitions(tmp_path).sensors or ()}
    assert "alert_on_failure" not in names
    told = definitions(tmp_path, alerts={"email": ["me@example.org"]})
    (sensor,) = [one for one in told.sensors or () if one.name == "alert_on_failure"]
    assert sensor.default_status == dg.DefaultSensorStatus.RUNNING
    dg.Definitions.validate_loadable(told)


def test_outputs_have_a_freshness_policy_as_the_settings_say(tmp_path: Path) -> None:
    def policies(**more: object) -> dict[str, dg.FreshnessPolicy]:
        graph = definitions(tmp_path, **more).resolve_asset_graph()
        found = {key.path[-1]: graph.get(key).freshness_policy for key in graph.materializable_asset_keys}
        return {name: policy for name, policy in found.items() if policy is not None}

    usual = dg.FreshnessPolicy.time_window(fail_window=timedelta(days=90), warn_window=timedelta(days=30))
    assert policies() == dict.fromkeys(("sft_dataset", "checkpoint", "eval_scores"), usual)
    assert policies(freshness={"warn_days": None, "fail_days": None}) == {}


def test_the_nightly_schedule_is_on_with_the_sensors(tmp_path: Path) -> None:
    for on, status in ((False, "STOPPED"), (True, "RUNNING")):
        (schedule,) = definitions(tmp_path, sensors_on=on, full_check_at="30 4 * * *").schedules or ()
        assert isinstance(schedule, dg.ScheduleDefinition)
        assert schedule.cron_schedule == "30 4 * * *" and schedule.default_status.value == status
