"""Alerts as a Dagster resource: whom this deployment tells."""

from dataclasses import dataclass, field

from resources.alerts.sending import send
from resources.alerts.settings import AlertSettings


@dataclass(frozen=True)
class Alerts:
    """Whom this deployment tells of what went wrong."""

    settings: AlertSettings = field(default_factory=AlertSettings)

    def send(self, subject: str, text: str, *, run: str | None = None) -> list[str]:
        """Tell everybody, with a link to the run where the UI's address is set; returns the ways that it went.

        Raises `AlertError`, without a secret in it.
        """
        link = f"\n{self.settings.ui.rstrip('/')}/runs/{run}" if self.settings.ui and run else ""
        return send(self.settings, f"seedline: {subject}", f"{text}{link}")
