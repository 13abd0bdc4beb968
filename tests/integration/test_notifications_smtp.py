"""The mail server's address, and what must not be said to it in the clear."""

from email.message import EmailMessage

import pytest
from pydantic import ValidationError

from keydesk.chassis.settings import BadSettings
from keydesk.services.notifications.delivery.smtp import Deferred, SmtpServer, Undeliverable
from keydesk.services.notifications.settings import NotificationsSettings
from tests.mail_server import MailServer, running_mail_server


def send(server: SmtpServer, recipient: str = "anna@lindqvist.example") -> None:
    message = EmailMessage()
    message["To"] = recipient
    message.set_content("Hello")
    server.send(message, sender="keydesk@portal.example", recipient=recipient)


@pytest.mark.parametrize(
    ("url", "server"),
    [
        ("smtp://mail.example", SmtpServer("mail.example", 25)),
        ("smtp://127.0.0.1:2525", SmtpServer("127.0.0.1", 2525)),
        ("smtps://mail.example", SmtpServer("mail.example", 465, "tls")),
        (
            "smtp+starttls://key%40desk:p%2Fw@mail.example",
            SmtpServer("mail.example", 587, "starttls", "key@desk", "p/w"),
        ),
    ],
)
def test_a_mail_server_is_named_by_an_address(url: str, server: SmtpServer) -> None:
    assert SmtpServer.from_url(url) == server


@pytest.mark.parametrize("url", ["", "mail.example", "http://mail.example", "smtp://", "smtp://host:port"])
def test_a_start_with_a_bad_mail_server_names_the_setting(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEYDESK_NOTIFICATIONS_SMTP_URL", url)

    with pytest.raises(BadSettings, match="KEYDESK_NOTIFICATIONS_SMTP_URL"):
        NotificationsSettings.load("notifications")


@pytest.mark.parametrize("sender", ["", "Keydesk", "a@b, c@d", "Keydesk <a@b>\r\nBcc: x@y", "Keydesk <@>"])
def test_a_sender_that_is_no_address_is_refused(sender: str) -> None:
    with pytest.raises(ValidationError):
        NotificationsSettings(room="notifications", mail_from=sender)


def test_the_password_of_the_mail_server_is_never_shown() -> None:
    assert "p/w" not in repr(SmtpServer.from_url("smtps://keydesk:p%2Fw@mail.example"))


def test_nothing_is_sent_in_the_clear_where_encryption_was_asked_for() -> None:
    with running_mail_server() as taking:
        server = SmtpServer.from_url(taking.url.replace("smtp://", "smtp+starttls://"))
        with pytest.raises(Deferred):
            send(server)

        assert taking.taken == []


def test_an_address_beyond_what_the_mail_server_can_write_is_undeliverable() -> None:
    with running_mail_server(international=False) as taking, pytest.raises(Undeliverable):
        send(SmtpServer.from_url(taking.url), "jürgen@lindqvist.example")


def test_an_address_in_any_script_is_delivered_where_the_mail_server_can() -> None:
    with running_mail_server() as taking:
        send(SmtpServer.from_url(taking.url), "jürgen@lindqvist.example")

        assert recipients(taking) == ["jürgen@lindqvist.example"]


def recipients(server: MailServer) -> list[str]:
    return [recipient for recipient, _ in server.taken]
