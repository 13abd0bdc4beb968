"""Emails go out through a real mail server: once, in the reader's language, and without leaving secrets."""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging import jobs
from keydesk.chassis.messaging.consumers import Intake
from keydesk.chassis.problems import Unavailable
from keydesk.services.accounts.contract import EmailVerificationRequested
from keydesk.services.notifications.consumers import EMAILS
from keydesk.services.notifications.delivery import sources
from keydesk.services.notifications.delivery.jobs import SENDING
from keydesk.services.notifications.delivery.repository import CLAIM, PATIENCE, EmailClaimed, claim, record
from keydesk.services.notifications.delivery.service import TRIES, queue_overdue, send_email
from keydesk.services.notifications.delivery.smtp import Deferred
from keydesk.services.notifications.delivery.sources import Link
from tests.conftest import SettingsOf, work_context
from tests.contract.golden import golden
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed
from tests.factories.notifications import (
    NOON,
    FakePeer,
    a_confirmation,
    a_password_reset_requested,
    a_registration_completed,
    a_verification_requested,
    as_published,
    gone,
)
from tests.mail_server import MailServer, free_port, running_mail_server
from tests.notifications_house import House

LINK = "https://portal.example/verify-email?token=very-secret"
KEY = "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"


HouseAt = Callable[[str], House]


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("notifications") as database:
        yield database


@pytest.fixture
def house_with(database: Database, settings_of: SettingsOf) -> HouseAt:
    def make(smtp_url: str) -> House:
        accounts, licensing = FakePeer(Link(url=LINK)), FakePeer(a_confirmation(KEY))
        settings = settings_of(
            "notifications",
            smtp_url=smtp_url,
            mail_from="Keydesk <keydesk@portal.example>",
            public_url="https://portal.example",
        )
        fakes: dict[Any, Any] = {sources.accounts: accounts, sources.licensing: licensing}
        context = replace(work_context(settings, database, fakes), now=lambda: NOON)
        return House(context, accounts, licensing)

    return make


@pytest.fixture
def house(house_with: HouseAt, mail_server: MailServer) -> House:
    return house_with(mail_server.url)


@pytest.mark.feature("G6")
def test_a_verification_email_reaches_its_address_with_the_link(
    house: House, mail_server: MailServer
) -> None:
    fact = a_verification_requested()
    (email_id,) = house.emails_for(fact)

    send_email(house.context, email_id)

    ((recipient, message),) = mail_server.taken
    assert recipient == "anna@lindqvist.example"
    assert message["Message-ID"] == f"<{email_id}@portal.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = message.get_body(("plain",))
    assert text is not None
    assert LINK in text.get_content()
    assert house.accounts.asked == [f"/internal/links/email_verification/{fact.verification_id}"]
    assert house.email(email_id).status == "sent"
    assert house.email(email_id).sent_at == NOON
    assert house.outcomes() == ["sent"]


@pytest.mark.feature("C2")
def test_a_fact_from_the_bus_becomes_an_email_that_the_queue_sends(
    house: House, mail_server: MailServer
) -> None:
    Intake(EMAILS, house.context).take([as_published(golden(EmailVerificationRequested))])
    ((email_id, _),) = house.jobs().items()

    jobs.run(
        SENDING,
        house.context,
        {"id": "job", "attempt": 1, "context": {}, "payload": {"email_id": email_id}},
    )

    assert [recipient for recipient, _ in mail_server.taken] == ["anna.lindqvist@lindqvist.example"]


@pytest.mark.feature("G8")
def test_keys_go_to_the_account_and_its_additional_address(house: House, mail_server: MailServer) -> None:
    account_id = new_id("acc")
    emails = house.emails_for(
        an_account_changed(account_id, email="a@x.example", additional_email="team@x.example"),
        a_registration_completed(account_id),
    )
    for email_id in emails:
        send_email(house.context, email_id)

    assert [recipient for recipient, _ in mail_server.taken] == ["a@x.example", "team@x.example"]
    for _, message in mail_server.taken:
        for part in message.iter_parts():
            assert KEY in part.get_content()


@pytest.mark.feature("G1")
@pytest.mark.parametrize(("language", "day"), [("de", "25. November 2026"), ("ja", "2026年11月25日")])
def test_an_email_is_in_the_language_of_its_account(
    language: str, day: str, house: House, mail_server: MailServer
) -> None:
    account_id = new_id("acc")
    (email_id,) = house.emails_for(
        an_account_changed(account_id, language=language), a_registration_completed(account_id)
    )

    send_email(house.context, email_id)

    ((_, message),) = mail_server.taken
    assert message["Content-Language"] == language
    for part in message.iter_parts():
        assert day in part.get_content()


@pytest.mark.feature("G6")
def test_an_email_is_sent_once_however_often_its_job_runs(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())

    for _ in range(3):
        send_email(house.context, email_id)

    assert len(mail_server.taken) == 1


@pytest.mark.parametrize("place", ["answer_to_recipient", "answer_to_message"])
def test_a_passing_refusal_is_tried_again(place: str, house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    setattr(mail_server, place, "451 come back later")
    with pytest.raises(Deferred, match="451 come back later"):
        send_email(house.context, email_id)
    assert house.email(email_id).status == "queued"

    setattr(mail_server, place, None)
    send_email(house.context, email_id)

    assert house.email(email_id).status == "sent"
    assert house.outcomes() == ["deferred", "sent"]


@pytest.mark.parametrize("place", ["answer_to_recipient", "answer_to_message"])
def test_a_final_refusal_fails_the_email_and_is_not_tried_again(
    place: str, house: House, mail_server: MailServer
) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    setattr(mail_server, place, "550 nobody here of that name")
    send_email(house.context, email_id)
    setattr(mail_server, place, None)

    send_email(house.context, email_id)

    assert house.email(email_id).status == "failed"
    assert house.outcomes() == ["failed"]
    assert mail_server.taken == []


def test_a_mail_server_that_is_away_defers_the_email(house_with: HouseAt) -> None:
    house = house_with(f"smtp://127.0.0.1:{free_port()}")
    (email_id,) = house.emails_for(a_verification_requested())

    with pytest.raises(Deferred):
        send_email(house.context, email_id)

    assert house.email(email_id).status == "queued"


def test_an_email_waits_for_the_room_that_has_its_link(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    house.accounts.answer = Unavailable()

    with pytest.raises(Unavailable):
        send_email(house.context, email_id)

    assert house.email(email_id).status == "queued"
    assert mail_server.taken == []


@pytest.mark.feature("G3")
def test_an_email_whose_link_has_run_out_is_not_sent(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_password_reset_requested())
    house.accounts.answer = gone()

    send_email(house.context, email_id)

    assert house.email(email_id).status == "failed"
    assert "The link in it was used or has run out" in house.reasons()[0]
    assert mail_server.taken == []


def test_after_the_last_try_the_email_has_failed(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    mail_server.answer_to_message = "451 come back later"
    for _ in range(TRIES - 1):
        with pytest.raises(Deferred):
            send_email(house.context, email_id)

    send_email(house.context, email_id)

    assert house.email(email_id).status == "failed"
    assert house.email(email_id).attempts == TRIES


@pytest.mark.feature("C4")
def test_an_email_that_is_sent_again_can_be_told_from_the_first(
    house: House, mail_server: MailServer
) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    send_email(house.context, email_id)

    house.resend(email_id)
    send_email(house.context, email_id)
    send_email(house.context, email_id)

    assert [message["Message-ID"] for _, message in mail_server.taken] == [
        f"<{email_id}@portal.example>",
        f"<{email_id}.1@portal.example>",
    ]
    assert house.email(email_id).status == "sent"
    assert house.jobs() == Counter({email_id: 2})


@pytest.mark.feature("C4")
def test_an_email_that_is_sent_again_has_all_its_tries_anew(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    mail_server.answer_to_message = "451 come back later"
    for _ in range(TRIES - 1):
        with pytest.raises(Deferred):
            send_email(house.context, email_id)
    send_email(house.context, email_id)
    house.resend(email_id)

    with pytest.raises(Deferred):
        send_email(house.context, email_id)
    mail_server.answer_to_message = None
    send_email(house.context, email_id)

    assert house.email(email_id).status == "sent"
    assert house.email(email_id).attempts == TRIES + 2


@pytest.mark.feature("C4")
def test_a_link_that_has_run_out_is_not_sent_again(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    send_email(house.context, email_id)
    house.accounts.answer = gone()
    house.resend(email_id)

    send_email(house.context, email_id)

    assert house.email(email_id).status == "failed"
    assert house.reasons() == ["The link in it was used or has run out: 410 link_expired"]
    assert len(mail_server.taken) == 1


@pytest.mark.feature("C4")
def test_a_slow_worker_does_not_end_what_was_asked_for_since(house: House) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    with house.context.transaction() as session:
        slow = claim(session, email_id, now=NOON)
    assert slow is not None
    send_email(house.at(CLAIM), email_id)
    house.resend(email_id)

    with house.context.transaction() as session:
        record(session, slow, "sent", reason=None, now=NOON)

    assert house.email(email_id).status == "queued"


def test_two_workers_do_not_send_the_same_email(house: House, mail_server: MailServer) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    with house.context.transaction() as session:
        claim(session, email_id, now=NOON)

    with pytest.raises(EmailClaimed):
        send_email(house.context, email_id)

    assert mail_server.taken == []


def test_an_email_that_a_dead_worker_had_is_sent_once_its_claim_runs_out(
    house: House, mail_server: MailServer
) -> None:
    (email_id,) = house.emails_for(a_verification_requested())
    with house.context.transaction() as session:
        claim(session, email_id, now=NOON)

    send_email(house.at(CLAIM), email_id)

    assert [message["Message-ID"] for _, message in mail_server.taken] == [f"<{email_id}@portal.example>"]
    assert house.outcomes() == [None, "sent"]


@pytest.mark.feature("C2")
def test_an_email_whose_job_was_lost_is_queued_again(house: House) -> None:
    lost, sent = house.emails_for(a_verification_requested(), a_verification_requested(email="ben@x.example"))
    send_email(house.context, sent)
    already = house.jobs()

    queue_overdue(house.at(PATIENCE - timedelta(seconds=1)))
    assert house.jobs() == already
    queue_overdue(house.at(PATIENCE))
    queue_overdue(house.at(PATIENCE))

    assert house.jobs() - already == Counter({lost: 1})


def test_no_link_and_no_key_is_left_behind(house: House, database: Database) -> None:
    account_id = new_id("acc")
    emails = house.emails_for(
        a_verification_requested(), an_account_changed(account_id), a_registration_completed(account_id)
    )
    for email_id in emails:
        send_email(house.context, email_id)

    with database.engine.connect() as connection:
        tables = connection.exec_driver_sql("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        kept = "".join(
            str(connection.exec_driver_sql(f"SELECT t::text FROM {table} t").all())  # noqa: S608 - our own names
            for table in tables.scalars().all()
        )
    assert emails[0] in kept
    assert "very-secret" not in kept
    assert KEY not in kept
