"""Verifying requests: which licenses can be moved, what support is told, and who learns what."""

from collections.abc import Iterator
from typing import Any

import pytest

from keydesk.chassis.database import Database
from keydesk.services.catalog.models import CustomerNumber
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests import repository, service, verification
from keydesk.services.catalog.requests.presentation import show
from tests.databases import TestDatabases
from tests.factories.request_work import (
    ANNA,
    CARLA,
    DORA,
    Crash,
    crash_at,
    findings,
    give_away,
    license_ids,
    opened,
    request_of,
    said,
    states,
    told,
    verify,
    went_through,
)
from tests.factories.requests import NOW, a_transfer, an_assignment, later, made, somebody

pytestmark = pytest.mark.feature("G25")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with opened(databases) as database:
        yield database


def test_an_assignment_says_what_connects_the_licenses_to_the_requester(database: Database) -> None:
    license_ids(database, DORA, 1, first=1, customer_number="C-1")
    license_ids(database, CARLA, 1, first=2, customer_number="C-2")
    license_ids(database, CARLA, 1, first=3, customer_number="C-3")
    license_ids(database, ANNA, 1, first=4)
    with database.transaction() as session:
        session.add(
            CustomerNumber(
                account_id=ANNA,
                customer_number="C-2",
                customer_name="Lindqvist",
                order_number="SO-1",
                comment="",
                added_at=NOW,
            )
        )
    numbers = [f"A{number:010}" for number in range(1, 6)]
    request_id = made(database, ANNA, an_assignment(numbers))
    verify(database, request_id)
    assert findings(database, request_id) == {
        "serial_number_unknown": 1,
        "already_owned": 1,
        "same_company": 1,
        "customer_number_known": 1,
        "no_connection": 1,
    }
    assert states(database, request_id) == ["ready", "ready", "ready", "left_out", "left_out"]
    assert (ANNA, "pending_approval") in told(database)
    assert {(CARLA, "pending_approval"), (DORA, "pending_approval")} < set(told(database))
    assert said(database, request_id) == "2 of 5 licenses could not be moved and were left out."


def test_whoever_asks_for_licenses_learns_nothing_of_them_before(database: Database) -> None:
    license_ids(database, CARLA, 1)
    request_id = made(database, ANNA, an_assignment(["A0000000001"]))
    verify(database, request_id)

    def seen_by(account_id: str) -> Any:
        with database.reading() as session:
            side = repository.concern(session, request_id, account_id)
            assert side is not None
            return show(session, session.get_one(Request, request_id), side, account_id, "en")

    mine, theirs = seen_by(ANNA), seen_by(CARLA)
    assert ([party.account_id for party in mine.parties], mine.licenses[0].product_name) == ([ANNA], "")
    assert [party.account_id for party in theirs.parties] == [ANNA, CARLA]
    assert theirs.licenses[0].product_name == "Harbour Ledger"


def test_an_owner_of_some_of_the_licenses_sees_only_those(database: Database) -> None:
    license_ids(database, CARLA, 1, first=1)
    license_ids(database, DORA, 2, first=2)
    request_id = made(database, ANNA, an_assignment([f"A{number:010}" for number in (1, 2, 3)]))
    verify(database, request_id)
    with database.reading() as session:
        shown = show(session, session.get_one(Request, request_id), "other_side", CARLA, "en")
    assert [license.serial_number for license in shown.licenses] == ["A0000000001"]
    assert shown.license_count == 1
    assert {party.account_id for party in shown.parties} == {ANNA, CARLA}


def test_a_request_with_nothing_to_move_fails(database: Database) -> None:
    request_id = made(database, ANNA, an_assignment(["Z1", "Z2"]))
    verify(database, request_id)
    assert request_of(database, request_id).status == "failed"
    assert said(database, request_id) == "2 of 2 licenses could not be moved and were left out."


def test_what_was_given_away_meanwhile_is_left_out(database: Database) -> None:
    licenses = license_ids(database, ANNA, 2)
    request_id = made(database, ANNA, a_transfer(licenses))
    give_away(database, licenses[:1], DORA)
    verify(database, request_id)
    assert findings(database, request_id)["no_longer_owned"] == 1
    assert states(database, request_id) == ["left_out", "ready"]


def test_a_license_in_two_requests_is_told_in_both(database: Database) -> None:
    licenses = license_ids(database, ANNA, 2)
    first, second = (made(database, ANNA, a_transfer(some)) for some in (licenses, licenses[:1]))
    for request_id in (first, second):
        verify(database, request_id)
    assert findings(database, first)["in_other_requests"] == 1
    assert findings(database, second)["in_other_requests"] == 1


def test_a_receiver_who_was_locked_meanwhile_is_told_to_support(database: Database) -> None:
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 1)))
    with database.transaction() as session:
        somebody(session, CARLA, "carla", revision=2, status="locked")
    verify(database, request_id)
    assert findings(database, request_id)["receiver_not_active"] == 1


def test_many_licenses_are_found_to_need_two_people(database: Database) -> None:
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 101)))
    verify(database, request_id)
    assert findings(database, request_id)["high_value"] == 101


@pytest.mark.parametrize("step", list(verification.Step))
def test_a_verification_that_crashes_anywhere_is_ended_by_the_next(
    step: verification.Step, database: Database
) -> None:
    license_ids(database, CARLA, 2)
    request_id = made(database, ANNA, an_assignment(["A0000000001", "A0000000002", "Z1"]))
    with pytest.raises(Crash):
        verification.verify(database, request_id, later(), crash_at(step))
    verify(database, request_id)
    assert went_through(database, request_id) == ["submitted", "verifying", "pending_approval"]
    assert states(database, request_id) == ["ready", "ready", "left_out"]
    assert told(database).count((CARLA, "pending_approval")) == 1


def test_a_request_that_is_withdrawn_meanwhile_stays_so(database: Database) -> None:
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 1)))

    def withdraw(reached: verification.Step) -> None:
        if reached is verification.Step.VERIFYING:
            with database.transaction() as session:
                service.withdraw(session, ANNA, request_id, NOW)

    verification.verify(database, request_id, later(), withdraw)
    assert went_through(database, request_id) == ["submitted", "verifying", "withdrawn"]
