"""Sending one alert. Nothing that may hold a secret (the address's path, a token, a password) is in an error."""

import json
import os
import smtplib
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import EmailMessage
from http.client import HTTPException
from urllib.parse import urlsplit

from resources.alerts.settings import VARIABLE, AlertSettings

TRIES = 3
WAIT_S = 0.5
LONGEST_TEXT = 3000
"""Characters; Slack cuts at 4,000."""

LOOPBACK = ("localhost", "127.0.0.1", "::1")


class AlertError(RuntimeError):
    """An alert could not be sent; the message says where to (the host alone), why, and which setting to mend."""


def send(settings: AlertSettings, subject: str, text: str) -> list[str]:
    """Tell everybody whom `settings` name; returns the ways that it went. Raises `AlertError` after all were tried."""
    ways: list[tuple[str, Callable[[], None]]] = []
    if settings.webhook is not None:
        ways.append(("webhook", lambda: _post(settings, f"{subject}\n{text}")))
    if settings.email:
        ways.append(("email", lambda: _mail(settings, subject, text)))
    sent, faults = [], []
    for name, way in ways:
        try:
            way()
        except AlertError as error:
            faults.append(str(error))
        else:
            sent.append(name)
    if faults:
        raise AlertError("; ".join(faults))
    return sent


def _post(settings: AlertSettings, text: str) -> None:
    address = VARIABLE.sub(lambda found: _variable(found[1], "alerts.webhook"), settings.webhook or "")
    parts = urlsplit(address)
    where = f"the webhook at {parts.hostname} (setting alerts.webhook)"
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise AlertError(
            "alerts.webhook is no address that starts with https://; look at the variable it names"
        )
    headers = {"Content-Type": "application/json", "User-Agent": "seedline"}
    if settings.webhook_token is not None:
        headers["Authorization"] = f"Bearer {_variable(settings.webhook_token, 'alerts.webhook_token')}"
    data = json.dumps({"text": text[:LONGEST_TEXT]}).encode()
    opener = urllib.request.build_opener(_NoRedirect)
    for attempt in range(1, TRIES + 1):
        request = urllib.request.Request(address, data=data, headers=headers, method="POST")
        try:
            with opener.open(request, timeout=settings.timeout_s):
                return
        except urllib.error.HTTPError as error:
            fault, passing = f"answered {error.code}", error.code == 429 or error.code >= 500
        except (OSError, HTTPException, ValueError) as error:  # their texts may hold the address
            fault, passing = f"could not be reached ({_kind(error)})", True
        if not passing or attempt == TRIES:
            raise AlertError(f"{where} {fault}") from None
        time.sleep(WAIT_S * attempt)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A token goes to the host that was named and to no other."""

    def redirect_request(self, *_args: object, **_named: object) -> None:
        """None: the answer counts as an error."""


def _mail(settings: AlertSettings, subject: str, text: str) -> None:
    parts = urlsplit(settings.smtp)
    host = parts.hostname or ""
    where = f"the mail server {host} (setting alerts.smtp)"
    message = EmailMessage()
    message["Subject"] = " ".join(subject.split())[:200]
    message["From"], message["To"] = settings.sender, ", ".join(settings.email)
    message.set_content(text)
    try:
        with _connected(settings, host, parts.port) as server:
            if settings.smtp_user is not None:
                server.login(settings.smtp_user, _variable(settings.smtp_password, "alerts.smtp_password"))
            server.send_message(message)
    except smtplib.SMTPAuthenticationError:
        raise AlertError(
            f"{where} refused user and password (alerts.smtp_user, alerts.smtp_password)"
        ) from None
    except (OSError, smtplib.SMTPException) as error:
        raise AlertError(f"{where} took no mail ({_kind(error)})") from None


def _connected(settings: AlertSettings, host: str, port: int | None) -> smtplib.SMTP:
    """A connection, encrypted where it can be; a password is never sent over a network that could read it."""
    context = ssl.create_default_context()
    if urlsplit(settings.smtp).scheme == "smtps":
        return smtplib.SMTP_SSL(host, port or 465, timeout=settings.timeout_s, context=context)
    server = smtplib.SMTP(host, port or 25, timeout=settings.timeout_s)
    server.ehlo()
    if server.has_extn("starttls"):
        server.starttls(context=context)
    elif settings.smtp_user is not None and host not in LOOPBACK:
        server.close()
        raise AlertError(
            f"the mail server {host} offers no encryption, so the password was not sent: write smtps:// in alerts.smtp"
        )
    return server


def _variable(name: str, setting: str) -> str:
    value = os.environ.get(name, "")
    if not value:
        raise AlertError(f"environment variable {name} is not set (setting {setting} names it)")
    return value


def _kind(error: BaseException) -> str:
    reason = getattr(error, "reason", None)
    known = reason if isinstance(reason, BaseException) else error
    return type(known).__name__
