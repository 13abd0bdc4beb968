"""Verifying, deciding and carrying out requests for a new install-at address."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from sqlalchemy import delete, select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import audit
from keydesk.services.catalog.models import Address, HistoryEntry, License
from keydesk.services.catalog.requests import execution, verification
from tests.databases import TestDatabases
from tests.factories.addresses import (
    ANNA,
    CARLA,
    LIBERTY,
    ONE_LINE,
    SAM,
    Ask,
    approved,
    asking,
    carried_out,
    kept,
    made,
    opened,
    verified,
)
from tests.factories.request_work import Crash
from tests.factories.requests import later, owned
from tests.identities import KeyRing

pytestmark = pytest.mark.feature("G21")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with opened(databases) as database:
        yield database


@pytest.fixture
def license_id(database: Database) -> str:
    with database.transaction() as session:
        return owned(session, ANNA, 1)[0]


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring)


def addresses(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Address.id).order_by(Address.created_at, Address.id)))


@pytest.mark.usefixtures("license_id")
def test_verifying_proposes_what_is_there_already(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        owned(session, ANNA, 1, first=5, customer_number="C-2")
    alike = kept(database, "C-2", address_1="1 Liberty Pl.")
    same = kept(database, "C-1001", address_1="1 LIBERTY PLACE", postal_code="10006")
    kept(database, "C-1001", address_1="7 Broadway")
    kept(database, "C-1001", postal_code="10007")
    kept(database, "C-9")
    request_id = verified(ask, database)
    shown = ask("GET", f"/support/requests/{request_id}", as_=SAM).json()
    proposed = [(each["id"], each["same"]) for each in shown["address"]["similar"]]
    assert proposed == [(same, True), (alike, False)]
    assert [(each["code"], each["licenses"]) for each in shown["findings"]] == [
        ("address_complete", 1),
        ("address_known", 1),
        ("address_similar", 1),
    ]


def test_verifying_says_what_waits(ask: Ask, database: Database, license_id: str) -> None:
    request_id = made(ask, license_id=license_id, move_when_created=True)
    other_id = made(ask, license_id=license_id, move_when_created=True)
    verification.verify(database, request_id, later())
    with database.transaction() as session:
        session.get_one(License, license_id).owner_account_id = CARLA
    verification.verify(database, other_id, later())

    def codes(id: str) -> list[str]:
        shown = ask("GET", f"/support/requests/{id}", as_=SAM).json()
        return [finding["code"] for finding in shown["findings"]]

    assert codes(request_id) == ["address_complete", "license_waits"]
    assert codes(other_id) == ["address_complete", "license_stays"]


def test_support_corrects_an_address_and_that_is_kept(ask: Ask, database: Database, license_id: str) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    done = carried_out(ask, database, request_id, address={**LIBERTY, "address_1": "1 Liberty Plaza"})
    created = done["address"]["created"]
    assert (created["address_1"], done["address"]["address_1"]) == ("1 Liberty Plaza", "1 Liberty Plaza")
    with database.reading() as session:
        rows = session.execute(select(audit).where(audit.c.action == "request.address_chosen")).all()
        assert session.get_one(License, license_id).address_id == created["id"]
    assert [row.details["address"] for row in rows] == [
        [ONE_LINE, "1 Liberty Plaza, Floor 10, New York, NY 10006, US"]
    ]


def test_support_takes_an_address_that_is_there_instead(
    ask: Ask, database: Database, license_id: str
) -> None:
    there = kept(database, "C-1001", address_1="1 Liberty Pl.")
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    done = carried_out(ask, database, request_id, use_address_id=there)
    assert (done["address"]["created"]["id"], addresses(database)) == (there, [there])
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id == there


@pytest.mark.usefixtures("license_id")
def test_an_address_that_came_meanwhile_is_taken_as_it_is(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    there = kept(database, "C-1001", city="NEW YORK")
    assert carried_out(ask, database, request_id)["address"]["created"]["id"] == there
    assert addresses(database) == [there]


@pytest.mark.usefixtures("license_id")
def test_support_cannot_choose_an_address_that_the_requester_cannot_use(ask: Ask, database: Database) -> None:
    theirs = kept(database, "C-9")
    request_id = verified(ask, database)
    for address_id in (theirs, new_id("adr")):
        refused = approved(ask, request_id, use_address_id=address_id)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/use_address_id"
    assert ask("GET", f"/requests/{request_id}").json()["status"] == "pending_approval"


@pytest.mark.usefixtures("license_id")
def test_support_cannot_choose_an_address_that_its_country_would_not(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    refused = approved(ask, request_id, address={**LIBERTY, "postal_code": "94105"})
    assert refused.json()["errors"][0]["pointer"] == "/address/postal_code"
    there = kept(database, "C-1001")
    both = approved(ask, request_id, address=LIBERTY, use_address_id=there)
    assert both.json()["errors"][0]["pointer"] == "/use_address_id"


def test_a_request_of_another_kind_takes_no_address(ask: Ask, database: Database) -> None:
    body = {"kind": "general", "title": "A question", "description": "Which file do I need?"}
    request_id = ask("POST", "/requests", json=body).json()["id"]
    verification.verify(database, request_id, later())
    refused = approved(ask, request_id, address=LIBERTY)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_of_this_kind")
    assert ask("GET", f"/requests/{request_id}").json()["address"] is None


@pytest.mark.usefixtures("license_id")
def test_a_rejected_request_creates_nothing(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    assert ask("POST", f"/support/requests/{request_id}/reject", as_=SAM, json={"reason": "No."}).is_success
    execution.execute(database, request_id, later())
    assert addresses(database) == []


@pytest.mark.parametrize("step", list(execution.Step))
def test_a_crash_at_any_step_ends_in_one_address_and_one_move(
    ask: Ask, database: Database, license_id: str, step: execution.Step
) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    approved(ask, request_id)

    def crash(at: execution.Step) -> None:
        if at is step:
            raise Crash

    with suppress(Crash):
        execution.execute(database, request_id, later(), crash)
    for _ in range(2):
        execution.execute(database, request_id, later())
    assert ask("GET", f"/requests/{request_id}").json()["address"]["license_state"] == "moved"
    assert len(addresses(database)) == 1
    with database.reading() as session:
        assert session.scalars(select(HistoryEntry.action)).all() == ["registered", "moved"]


def test_two_workers_at_once_create_one_address(ask: Ask, database: Database, license_id: str) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    approved(ask, request_id)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda clock: execution.execute(database, request_id, clock), [later(), later()]))
    assert len(addresses(database)) == 1
    with database.reading() as session:
        assert session.scalars(select(HistoryEntry.action)).all() == ["registered", "moved"]


@pytest.mark.usefixtures("license_id")
def test_two_requests_for_one_address_come_to_the_same(ask: Ask, database: Database) -> None:
    requests = [
        verified(ask, database, address_1=written) for written in ("1 Liberty Place", "1 LIBERTY PLACE.")
    ]
    ids = {carried_out(ask, database, each)["address"]["created"]["id"] for each in requests}
    assert ids == set(addresses(database))
    assert len(ids) == 1


def test_a_proposal_that_is_gone_is_not_shown(ask: Ask, database: Database, license_id: str) -> None:
    there = kept(database, "C-1001", address_1="1 Liberty Pl.")
    request_id = verified(ask, database, license_id=license_id)
    with database.transaction() as session:
        session.execute(delete(Address).where(Address.id == there))
    assert ask("GET", f"/support/requests/{request_id}", as_=SAM).json()["address"]["similar"] == []


@pytest.mark.usefixtures("license_id")
def test_two_who_approve_at_once_decide_it_once(ask: Ask, database: Database) -> None:
    there = kept(database, "C-1001", address_1="1 Liberty Pl.")
    request_id = verified(ask, database)
    with ThreadPoolExecutor(2) as pool:
        choices: list[dict[str, Any]] = [{"use_address_id": there}, {"address": LIBERTY}]
        answers = list(pool.map(lambda body: approved(ask, request_id, **body).status_code, choices))
    assert sorted(answers) == [200, 409]


@pytest.mark.usefixtures("license_id")
def test_a_customer_cannot_decide(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    body = {"address": LIBERTY}
    assert ask("POST", f"/support/requests/{request_id}/approve", json=body).status_code == 403
