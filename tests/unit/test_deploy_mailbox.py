"""The mailbox: what it keeps, and that a stranger's message can do no harm in a browser."""

import asyncio
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path

import pytest
from aiohttp import ClientSession, web

from keydesk.deploy.mailbox import store
from keydesk.deploy.mailbox.store import Mailbox
from keydesk.deploy.mailbox.web import mailbox_app

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)


def a_message(subject: str = "Your keys", text: str = "Here they are.", html: str | None = None) -> bytes:
    message = EmailMessage()
    message["From"] = "Keydesk <keydesk@localhost>"
    message["To"] = "somebody else <other@example.org>"
    message["Subject"] = subject
    message.set_content(text)
    if html is not None:
        message.add_alternative(html, subtype="html")
    return message.as_bytes()


def page(mailbox: Mailbox, path: str, host: str | None = None) -> tuple[int, str, str]:
    """Status, body and content policy of a page, through a real socket."""

    async def fetch() -> tuple[int, str, str]:
        runner = web.AppRunner(mailbox_app(mailbox))
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        headers = {"Host": host} if host else {}
        async with (
            ClientSession() as session,
            session.get(f"http://127.0.0.1:{port}{path}", headers=headers) as answer,
        ):
            found = answer.status, await answer.text(), answer.headers.get("Content-Security-Policy", "")
        await runner.cleanup()
        return found

    return asyncio.run(fetch())


def test_a_message_is_found_by_whom_it_was_delivered_to(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    kept = mailbox.keep(a_message(), recipients=["Anna@lindqvist.example"], now=NOW)
    assert mailbox.newest_first("anna@LINDQVIST.example") == [kept]
    assert mailbox.newest_first("other@example.org") == []
    assert (kept.subject, kept.text.strip(), kept.received_at) == ("Your keys", "Here they are.", NOW)


def test_messages_are_found_again_after_a_restart_and_numbered_on(tmp_path: Path) -> None:
    first = Mailbox(tmp_path).keep(a_message("one"), recipients=["a@b.example"], now=NOW)
    again = Mailbox(tmp_path)
    second = again.keep(a_message("two"), recipients=["a@b.example"], now=NOW)
    assert again.newest_first() == [second, first]
    assert second.id > first.id


def test_the_oldest_messages_go_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "KEPT", 2)
    mailbox = Mailbox(tmp_path)
    for subject in ("one", "two", "three"):
        mailbox.keep(a_message(subject), recipients=["a@b.example"], now=NOW)
    assert [message.subject for message in mailbox.newest_first()] == ["three", "two"]
    assert [message.subject for message in Mailbox(tmp_path).newest_first()] == ["three", "two"]


def test_a_message_without_text_is_kept_all_the_same(tmp_path: Path) -> None:
    kept = Mailbox(tmp_path).keep(b"\xff\xfe\x00 not a message", recipients=[], now=NOW)
    assert (kept.sender, kept.recipients) == ("", ())


def test_what_a_message_says_is_shown_as_text(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    kept = mailbox.keep(
        a_message("<script>", "<img src=x> http://127.0.0.1/go"), recipients=["a@b.c"], now=NOW
    )
    status, body, _ = page(mailbox, f"/messages/{kept.id}")
    assert status == 200
    assert "<script>" not in body
    assert "<img" not in body
    assert '<a href="http://127.0.0.1/go"' in body


def test_a_messages_own_page_is_shut_in_a_sandbox(tmp_path: Path) -> None:
    mailbox = Mailbox(tmp_path)
    kept = mailbox.keep(
        a_message(html="<head></head><script>alert(1)</script>"), recipients=["a@b.c"], now=NOW
    )
    status, _, policy = page(mailbox, f"/messages/{kept.id}/html")
    assert status == 200
    assert policy.startswith("sandbox allow-popups ")
    assert "allow-scripts" not in policy
    assert "default-src 'none'" in policy


def test_a_web_page_elsewhere_cannot_read_the_mail_by_a_name_of_its_own(tmp_path: Path) -> None:
    status, body, _ = page(Mailbox(tmp_path), "/messages", host="rebound.example:80")
    assert (status, "items" in body) == (403, False)


@pytest.mark.parametrize("path", ["/messages/000404", "/messages/..%2f..%2fetc", "/messages/000404/html"])
def test_there_is_nothing_where_there_is_no_message(tmp_path: Path, path: str) -> None:
    assert page(Mailbox(tmp_path), path)[0] == 404
