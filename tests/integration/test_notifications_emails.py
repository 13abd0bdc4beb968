"""Facts become emails: each once, to the right addresses, in whatever order they arrive."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, SendEmail
from keydesk.services.notifications.emails.service import take_in
from keydesk.services.notifications.models import Email
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed
from tests.factories.notifications import (
    NOON,
    a_registration_completed,
    a_verification_requested,
    event_of,
)
from tests.identities import KeyRing, a_caller

ANNA = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("notifications") as database:
        yield database


def arrive(database: Database, *events: Event) -> None:
    with database.transaction() as session:
        take_in(session, events, now=NOON)


def emails(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        rows = session.execute(select(Email.kind, Email.recipient).order_by(Email.recipient))
        return [(kind, recipient) for kind, recipient in rows]


def queued(database: Database) -> set[str]:
    with database.reading() as session:
        bodies = session.scalars(select(outbox.c.body).where(outbox.c.name == SEND_EMAIL.name))
        return {SendEmail.model_validate_json(body).email_id for body in bodies}


@pytest.mark.feature("C2")
def test_an_email_and_the_job_that_sends_it_are_written_down_together(database: Database) -> None:
    arrive(database, event_of(a_verification_requested()))

    with database.reading() as session:
        assert queued(database) == set(session.scalars(select(Email.id)))
    assert emails(database) == [("verification", "anna@lindqvist.example")]


def test_a_fact_that_arrives_twice_makes_one_email_and_one_job(database: Database) -> None:
    events = [event_of(a_verification_requested()), event_of(an_account_changed(ANNA))]
    events.append(event_of(a_registration_completed(ANNA)))

    arrive(database, *events, *events)
    arrive(database, *events)

    assert len(emails(database)) == 2
    assert len(queued(database)) == 2


@pytest.mark.feature("G8")
def test_a_confirmation_goes_once_to_an_address_that_is_both(database: Database) -> None:
    account = an_account_changed(ANNA, email="a@x.example", additional_email="a@x.example")

    arrive(database, event_of(account), event_of(a_registration_completed(ANNA)))

    assert emails(database) == [("registration_confirmation", "a@x.example")]


@pytest.mark.feature("G8")
@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_a_confirmation_is_not_lost_when_its_account_is_told_of_later(
    order: Sequence[int], database: Database
) -> None:
    events = [
        event_of(a_registration_completed(ANNA)),
        event_of(an_account_changed(ANNA, email="a@x.example")),
        event_of(a_registration_completed(ANNA)),
    ]

    for place in order:
        arrive(database, events[place])

    assert emails(database) == [("registration_confirmation", "a@x.example")] * 2


@pytest.mark.feature("G8")
def test_a_confirmation_is_not_lost_when_both_facts_arrive_at_the_same_moment(database: Database) -> None:
    accounts = [new_id("acc") for _ in range(20)]
    for account_id in accounts:
        start = Barrier(2)

        def at_once(event: Event, start: Barrier = start) -> None:
            start.wait()
            arrive(database, event)

        with ThreadPoolExecutor(2) as both:
            list(
                both.map(
                    at_once,
                    [
                        event_of(a_registration_completed(account_id)),
                        event_of(an_account_changed(account_id)),
                    ],
                )
            )

    assert len(emails(database)) == len(accounts)


def test_a_late_revision_does_not_bring_back_an_old_address(database: Database) -> None:
    arrive(database, event_of(an_account_changed(ANNA, revision=2, email="new@x.example")))
    arrive(database, event_of(an_account_changed(ANNA, revision=1, email="old@x.example")))

    arrive(database, event_of(a_registration_completed(ANNA)))

    assert emails(database) == [("registration_confirmation", "new@x.example")]


@pytest.fixture
def log(database: Database, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing) -> Any:
    arrive(database, event_of(an_account_changed(ANNA, email="Anna@x.example")))
    arrive(database, event_of(a_registration_completed(ANNA)))
    arrive(database, event_of(a_verification_requested(email="annabel@y.example")))
    arrive(database, event_of(a_verification_requested(email="ben@y.example")))
    client = client_of(settings_of("notifications"))

    def ask(roles: tuple[str, ...] = ("support",), **params: Any) -> Any:
        headers = ring.headers(a_caller(new_id("acc"), roles=roles), "notifications")
        return client.get("/api/v1/support/emails", params=params, headers=headers)

    return ask


def recipients(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["to"] for item in answer.json()["items"]]


@pytest.mark.feature("C4")
def test_support_staff_find_emails_by_the_start_of_an_address_or_by_account(log: Any) -> None:
    assert recipients(log()) == ["ben@y.example", "annabel@y.example", "Anna@x.example"]
    assert recipients(log(query="ANNA")) == ["annabel@y.example", "Anna@x.example"]
    assert recipients(log(query=ANNA)) == ["Anna@x.example"]
    assert recipients(log(query="%")) == []


@pytest.mark.feature("C4")
def test_the_log_comes_in_pages_and_tells_how_each_email_stands(log: Any) -> None:
    first = log(limit=2)
    second = log(limit=2, cursor=first.json()["next_cursor"])

    assert recipients(first) + recipients(second) == ["ben@y.example", "annabel@y.example", "Anna@x.example"]
    assert second.json()["next_cursor"] is None
    (entry,) = second.json()["items"]
    assert entry["kind"] == "registration_confirmation"
    assert entry["subject"] == "Your license keys are here"
    assert (entry["status"], entry["attempts"], entry["sent_at"]) == ("queued", 0, None)


@pytest.mark.parametrize("roles", [("customer",), ("operator",)])
def test_only_support_staff_see_the_log(roles: tuple[str, ...], log: Any) -> None:
    assert log(roles).status_code == 403
