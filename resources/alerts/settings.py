"""Where alerts go. Secrets are no settings: an address names the environment variables that hold them."""

import re
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, field_validator

MAIL_SCHEMES = ("smtp", "smtps")
VARIABLE = re.compile(r"\$\{(\w+)\}")


class AlertSettings(BaseModel):
    """Recipients of alerts about failed runs and findings of the nightly check."""

    model_config = ConfigDict(extra="forbid")

    webhook: str | None = Field(
        default=None,
        description='address that is sent {"text": "..."}, as Slack and its like take it; ${NAME} in it stands for '
        "an environment variable, so that no secret is in the file",
    )
    webhook_token: str | None = Field(
        default=None, description="name of the environment variable with a bearer token for the webhook"
    )
    email: list[str] = Field(default_factory=list, description="addresses that get a mail")
    sender: str = Field(default="seedline@localhost", description="the mail's sender")
    smtp: str = Field(
        default="smtp://localhost:25",
        description="mail server: smtp://host:port (encrypted by STARTTLS where the server offers it) or smtps://host:port",
    )
    smtp_user: str | None = Field(default=None, description="user on the mail server; null: none is needed")
    smtp_password: str = Field(
        default="SMTP_PASSWORD", description="name of the environment variable with that user's password"
    )
    ui: str | None = Field(
        default=None, description="address of the Dagster UI, e.g. http://host:3000, for links to the run"
    )
    timeout_s: float = Field(default=10.0, gt=0, description="longest wait for the webhook or mail server")

    @property
    def wanted(self) -> bool:
        """Whether there is anybody to tell."""
        return self.webhook is not None or bool(self.email)

    @field_validator("webhook")
    @classmethod
    def _http(cls, address: str | None) -> str | None:
        if address is not None and not address.startswith(("http://", "https://", "${")):
            raise ValueError("a webhook's address starts with https:// (or http://, or is one ${NAME})")
        return address

    @field_validator("smtp")
    @classmethod
    def _mail_server(cls, address: str) -> str:
        parts = urlsplit(address)
        if parts.scheme not in MAIL_SCHEMES or not parts.hostname:
            raise ValueError("a mail server is smtp://host:port or smtps://host:port")
        if parts.password or parts.username:
            raise ValueError(
                "no user or password in the address: set smtp_user, and the variable of smtp_password"
            )
        return address
