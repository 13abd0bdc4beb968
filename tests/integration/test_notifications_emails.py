"""Facts become emails: each once, to the right addresses, in whatever order they arrive."""

import itertools
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import func, select

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Event, Fact
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.contract import AdditionEnded, LicensesShared, RequestChanged, SharingEnded
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, SendEmail
from keydesk.services.notifications.emails.service import take_in
from keydesk.services.notifications.models import Email, Waiting
from tests.conftest import ClientOf, SettingsOf
from tests.contract.golden import golden
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


def facts_that_name(account_id: str) -> list[Fact]:
    """One of each kind."""
    return [
        golden(fact).model_copy(update={"account_id": account_id})
        for fact in (AdditionEnded, LicensesShared, RequestChanged, SharingEnded)
    ]


KINDS_OF_CATALOG = ["addition_ended", "licenses_shared", "request_changed", "sharing_ended"]


@pytest.mark.feature("C2")
def test_what_the_catalog_did_is_told_to_the_address_of_the_account(database: Database) -> None:
    arrive(database, event_of(an_account_changed(ANNA, email="a@x.example", additional_email="b@x.example")))
    events = [event_of(fact) for fact in facts_that_name(ANNA)]

    arrive(database, *events)
    arrive(database, *events)

    assert sorted(emails(database)) == [(kind, "a@x.example") for kind in KINDS_OF_CATALOG]
    assert len(queued(database)) == 4


@pytest.mark.feature("C2")
def test_everything_waits_for_its_account_and_is_told_in_order(database: Database) -> None:
    for fact in facts_that_name(ANNA):
        arrive(database, event_of(fact))
    assert emails(database) == []
    arrive(database, event_of(an_account_changed(new_id("acc"), email="other@x.example")))
    assert emails(database) == []

    arrive(database, event_of(an_account_changed(ANNA, email="a@x.example", first_name="Anna")))

    with database.reading() as session:
        written = list(session.scalars(select(Email).order_by(Email.id)))
        assert [(email.kind, email.recipient) for email in written] == [
            (kind, "a@x.example") for kind in KINDS_OF_CATALOG
        ]
        assert {email.params["name"] for email in written} == {"Anna"}
        assert session.scalar(select(func.count()).select_from(Waiting)) == 0


@pytest.mark.feature("G8")
def test_a_completed_transfer_is_confirmed_to_the_additional_address_too(database: Database) -> None:
    arrive(database, event_of(an_account_changed(ANNA, email="a@x.example", additional_email="b@x.example")))
    change = {"account_id": ANNA, "status": "completed", "message": ""}

    arrive(database, event_of(golden(RequestChanged).model_copy(update=change)))

    assert emails(database) == [("request_changed", "a@x.example"), ("request_changed", "b@x.example")]


@pytest.mark.feature("C4")
def test_states_that_pass_by_themselves_are_not_written_about(database: Database) -> None:
    arrive(database, event_of(an_account_changed(ANNA)))
    for status in ("verifying", "approved", "executing"):
        change = {"account_id": ANNA, "status": status, "message": ""}
        arrive(database, event_of(golden(RequestChanged).model_copy(update=change)))

    assert emails(database) == []


def a_rejection(message: str, **fields: Any) -> Event:
    change = {"account_id": ANNA, "status": "rejected", "message": message, **fields}
    return event_of(golden(RequestChanged).model_copy(update=change))


def news(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        written = session.scalars(select(Email.params).order_by(Email.id))
        return [(params["news"], params["message"]) for params in written]


@pytest.mark.feature("C4")
@pytest.mark.parametrize("together", [True, False])
def test_what_is_written_after_a_decision_does_not_pass_for_its_reason(
    together: bool,  # noqa: FBT001 - in one batch, or one after the other
    database: Database,
) -> None:
    arrive(database, event_of(an_account_changed(ANNA)))
    events = [a_rejection("Not yours."), a_rejection("But it is!"), a_rejection("")]

    for batch in [events] if together else [[event] for event in events]:
        arrive(database, *batch)

    assert news(database) == [("state", "Not yours."), ("message", "But it is!")]


@pytest.mark.feature("C4")
def test_every_request_and_everybody_it_concerns_is_told_of_a_state(database: Database) -> None:
    other = new_id("acc")
    arrive(database, event_of(an_account_changed(ANNA)), event_of(an_account_changed(other)))

    arrive(database, a_rejection("1"), a_rejection("2", request_id=new_id("req")))
    arrive(database, a_rejection("3", account_id=other), a_rejection("4", status="failed"))

    assert news(database) == [("state", str(number)) for number in range(1, 5)]


@pytest.mark.feature("G8")
def test_a_message_about_a_completed_transfer_is_for_the_account_alone(database: Database) -> None:
    arrive(database, event_of(an_account_changed(ANNA, email="a@x.example", additional_email="b@x.example")))

    arrive(database, a_rejection("", status="completed"))
    arrive(database, a_rejection("Thanks!", status="completed"))

    to = [recipient for _, recipient in emails(database)]
    assert to == ["a@x.example", "a@x.example", "b@x.example"]


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
