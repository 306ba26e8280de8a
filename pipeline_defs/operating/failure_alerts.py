"""The sensor that tells people of failed runs, where the settings say whom to tell."""

import dagster as dg

from pipeline_defs.running.runs import failure_line
from resources.alerts.resource import Alerts

MOST_STEPS = 5


def failure_sensor(alerts: Alerts) -> dg.SensorDefinition:
    """Sends one alert a failed run of this code location, whoever started it in the UI, a sensor or a schedule."""

    @dg.run_failure_sensor(
        name="alert_on_failure",
        minimum_interval_seconds=30,
        description="Tells the webhook and the mail addresses of the setting `alerts` of every run that failed.",
        default_status=dg.DefaultSensorStatus.RUNNING,
    )
    def alert_on_failure(context: dg.RunFailureSensorContext) -> None:
        subject, text = said_of(context)
        alerts.send(subject, text, run=context.dagster_run.run_id)

    return alert_on_failure


def said_of(context: dg.RunFailureSensorContext) -> tuple[str, str]:
    """Subject and text: which run, of which partition, which steps failed, and why."""
    run = context.dagster_run
    partition = run.tags.get("dagster/partition")
    name = "assets" if run.job_name.startswith("__") else run.job_name
    subject = f"run {run.run_id[:8]} of {name}{f' ({partition})' if partition else ''} failed"
    failures = [failure_line(event) for event in context.get_step_failure_events()]
    lines = failures[:MOST_STEPS] or [context.failure_event.message or "the run failed"]
    if len(failures) > MOST_STEPS:
        lines.append(f"{len(failures) - MOST_STEPS} more steps failed")
    return subject, "\n".join(lines)
