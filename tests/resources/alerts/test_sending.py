"""Alerts over real HTTP and SMTP servers of this machine: what arrives, what is tried again, and that nothing leaks."""

from collections.abc import Iterator

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from pydantic import ValidationError

import resources.alerts.sending as sending
from resources.alerts.sending import AlertError, send
from resources.alerts.settings import AlertSettings
from resources.ports import free_port
from tests.resources.alerts.webhook import Webhook, running

SECRET = "s3cr3t-in-the-address"


@pytest.fixture
def webhook(monkeypatch: pytest.MonkeyPatch) -> Iterator[Webhook]:
    monkeypatch.setattr(sending, "WAIT_S", 0.01)
    monkeypatch.setenv("HOOK_SECRET", SECRET)
    monkeypatch.setenv("HOOK_TOKEN", "bearer-" + SECRET)
    with running() as seen:
        yield seen


def of_webhook(webhook: Webhook, **more: object) -> AlertSettings:
    address = f"http://127.0.0.1:{webhook.port}/services/${{HOOK_SECRET}}"
    return AlertSettings.model_validate({"webhook": address, "webhook_token": "HOOK_TOKEN", **more})


def test_a_webhook_gets_the_text_and_a_passing_fault_is_tried_again(webhook: Webhook) -> None:
    webhook.answers = [503, 429, 200]
    assert send(of_webhook(webhook), "run failed", "demo/instructions: no key") == ["webhook"]
    assert len(webhook.got) == 3
    path, authorization, body = webhook.got[-1]
    assert path == f"/services/{SECRET}" and authorization == f"Bearer bearer-{SECRET}"
    assert body == '{"text": "run failed\\ndemo/instructions: no key"}'


@pytest.mark.parametrize("answers", [[404], [302], [500, 500, 500]])
def test_an_answer_that_refuses_is_an_error_without_the_secret(webhook: Webhook, answers: list[int]) -> None:
    webhook.answers = list(answers)
    with pytest.raises(
        AlertError, match=rf"127.0.0.1 .setting alerts.webhook. answered {answers[-1]}"
    ) as fault:
        send(of_webhook(webhook), "s", "t")
    assert SECRET not in str(fault.value) and fault.value.__cause__ is None
    assert len(webhook.got) == len(answers)  # no redirect is followed with the token


def test_what_cannot_be_reached_and_what_is_not_set_is_said(
    webhook: Webhook, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed = AlertSettings(webhook="http://127.0.0.1:9/${HOOK_SECRET}")
    with pytest.raises(AlertError, match=r"could not be reached .ConnectionRefusedError") as fault:
        send(closed, "s", "t")
    assert SECRET not in str(fault.value)
    monkeypatch.delenv("HOOK_TOKEN")
    with pytest.raises(AlertError, match=r"variable HOOK_TOKEN is not set .setting alerts.webhook_token"):
        send(of_webhook(webhook), "s", "t")


class Mailbox:
    """Keeps what arrives."""

    def __init__(self) -> None:
        self.envelopes: list[Envelope] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_DATA(  # noqa: N802 - its name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self.envelopes.append(envelope)
        return "250 OK"

    def login(
        self, _server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: LoginPassword
    ) -> AuthResult:
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == SECRET.encode(), handled=False)


@pytest.fixture
def mailbox() -> Iterator[tuple[Mailbox, int]]:
    box = Mailbox()
    port = free_port()
    controller = Controller(
        box, hostname="127.0.0.1", port=port, authenticator=box.login, auth_require_tls=False
    )
    controller.start()
    yield box, port
    controller.stop()


def test_a_mail_arrives_and_a_login_is_only_by_the_variable(
    mailbox: tuple[Mailbox, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    box, port = mailbox
    settings = AlertSettings(email=["a@example.org", "b@example.org"], smtp=f"smtp://127.0.0.1:{port}")
    assert send(settings, "run\nfailed", "Zeile ä\nsecond") == ["email"]
    (envelope,) = box.envelopes
    assert envelope.rcpt_tos == ["a@example.org", "b@example.org"]
    text = envelope.content.decode() if isinstance(envelope.content, bytes) else str(envelope.content)
    assert "Subject: run failed" in text and "second" in text
    monkeypatch.setenv("MAIL_PASSWORD", SECRET)
    login = settings.model_copy(update={"smtp_user": "me", "smtp_password": "MAIL_PASSWORD"})
    send(login, "s", "t")
    assert box.logins == [(b"me", SECRET.encode())]
    monkeypatch.setenv("MAIL_PASSWORD", "wrong-" + SECRET)
    with pytest.raises(AlertError, match="refused user and password") as fault:
        send(login, "s", "t")
    assert SECRET not in str(fault.value)


def test_both_ways_are_tried_and_the_one_that_failed_is_named(
    webhook: Webhook, mailbox: tuple[Mailbox, int]
) -> None:
    webhook.answers = [404]
    settings = of_webhook(webhook, email=["a@example.org"], smtp=f"smtp://127.0.0.1:{mailbox[1]}")
    with pytest.raises(AlertError, match=r"alerts\.webhook"):
        send(settings, "s", "t")
    assert len(mailbox[0].envelopes) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"webhook": "ftp://host"}, "https://"),
        ({"smtp": "host"}, "smtp://host:port"),
        ({"smtp": "smtp://me:pw@host"}, "no user or password in the address"),
    ],
)
def test_a_wrong_address_is_refused(wrong: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        AlertSettings.model_validate(wrong)
