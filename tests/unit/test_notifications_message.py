"""Emails as they go out: headers that nobody can inject into, and an identity of their own."""

from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any

import pytest

from keydesk.services.notifications.content.rendering import RenderedEmail
from keydesk.services.notifications.delivery.message import message_of
from keydesk.services.notifications.delivery.smtp import Undeliverable
from tests.factories.notifications import NOON

SENDER = Address("Keydesk", addr_spec="keydesk@portal.example")


def message(subject: str = "Hello", **fields: Any) -> EmailMessage:
    return message_of(
        RenderedEmail(subject, "Grüße\n", "<p>Grüße</p>"),
        **{
            "message_id": "eml_1",
            "sender": SENDER,
            "recipient": "anna@lindqvist.example",
            "language": "de",
            "now": NOON,
            **fields,
        },
    )


def test_a_message_has_the_headers_of_an_automatic_email_in_a_language() -> None:
    headers = dict(message().items())

    assert headers["From"] == "Keydesk <keydesk@portal.example>"
    assert headers["Message-ID"] == "<eml_1@portal.example>"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Content-Language"] == "de"
    assert headers["Date"] == "Wed, 25 Nov 2026 12:00:00 +0000"


def test_a_message_has_text_first_and_html_for_those_who_can() -> None:
    parts = list(message().iter_parts())

    assert [part.get_content_type() for part in parts] == ["text/plain", "text/html"]
    assert [part.get_content().strip() for part in parts] == ["Grüße", "<p>Grüße</p>"]
    assert message().as_bytes().isascii()


@pytest.mark.parametrize("line_break", ["\r\n", "\n", "\r", "\x0b", "\x85", "\u2028"])
def test_a_subject_cannot_add_a_header(line_break: str) -> None:
    made = message(f"Hello{line_break}Bcc: all@lindqvist.example")

    assert made["Subject"] == "Hello Bcc: all@lindqvist.example"
    assert made["Bcc"] is None
    assert b"\nBcc:" not in made.as_bytes()


@pytest.mark.parametrize(
    "recipient",
    ["", "nobody", "a@b\r\nBcc: all@lindqvist.example", "a@b, c@d", "a@b\nX: y", "<a@b>, c@d", "@", "a b@c"],
)
def test_what_is_not_one_address_gets_nothing(recipient: str) -> None:
    with pytest.raises(Undeliverable):
        message(recipient=recipient)
