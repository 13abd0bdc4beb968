"""Asking for a new install-at address, and what becomes of the license that waits for it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.models import License, Request
from keydesk.services.catalog.models.shares import ShareLevel
from tests.databases import TestDatabases
from tests.factories.addresses import (
    ANNA,
    CARLA,
    ONE_LINE,
    Ask,
    asking,
    carried_out,
    opened,
    shared,
    verified,
    wanted,
)
from tests.factories.request_work import told
from tests.factories.requests import owned
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


@pytest.mark.usefixtures("license_id")
def test_an_address_is_asked_for_and_created_once_support_approves(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database, comments="A new floor.")
    shown = ask("GET", f"/requests/{request_id}").json()
    assert (shown["kind"], shown["status"], shown["title"]) == (
        "address_creation",
        "pending_approval",
        ONE_LINE,
    )
    assert (shown["description"], shown["address"]["created"]) == ("A new floor.", None)
    done = carried_out(ask, database, request_id, note="Welcome.")
    assert done["status"] == "completed"
    assert (done["address"]["license_state"], done["address"]["created"]["source"]) == ("none", "request")
    [found] = ask("GET", "/catalog/addresses").json()["items"]
    assert (found["id"], found["in_one_line"]) == (done["address"]["created"]["id"], ONE_LINE)
    expected = ["submitted", "verifying", "pending_approval", "approved", "executing", "completed"]
    assert told(database) == [(ANNA, status) for status in expected]


def test_the_license_that_waits_moves_with_a_line_in_its_history(
    ask: Ask, database: Database, license_id: str
) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    done = carried_out(ask, database, request_id)
    assert (done["address"]["license_state"], done["address"]["serial_number"]) == ("moved", "A0000000001")
    with database.reading() as session:
        license = session.get_one(License, license_id)
        assert license.address_id == done["address"]["created"]["id"]
    line = ask("GET", f"/catalog/licenses/{license_id}/history").json()["items"][-1]
    assert (line["action"], line["account_id"], line["through"]) == ("moved", ANNA, "")
    assert line["details"] == {"address": ["", ONE_LINE]}


def test_a_license_that_is_only_named_stays_where_it_is(
    ask: Ask, database: Database, license_id: str
) -> None:
    done = carried_out(ask, database, verified(ask, database, license_id=license_id))
    assert (done["status"], done["address"]["license_state"]) == ("completed", "none")
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id is None


def test_a_license_that_the_requester_may_no_longer_move_stays(
    ask: Ask, database: Database, license_id: str
) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    with database.transaction() as session:
        session.get_one(License, license_id).owner_account_id = CARLA
    done = carried_out(ask, database, request_id)
    assert (done["status"], done["address"]["license_state"]) == ("completed", "stayed")
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id is None


@pytest.mark.usefixtures("license_id")
@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"address_1": " "}, "/address_1", "needed"),
        ({"city": ""}, "/city", "needed"),
        ({"country": ""}, "/country", "needed"),
        ({"country": "XX"}, "/country", "country_unknown"),
        ({"state": ""}, "/state", "needed"),
        ({"state": "Gotham"}, "/state", "state_unknown"),
        ({"other_state": "Gotham"}, "/other_state", "state_twice"),
        ({"postal_code": "1"}, "/postal_code", "postal_code_malformed"),
        ({"customer_number": ""}, "/customer_number", "needed"),
        ({"customer_number": "C-2"}, "/customer_number", "not_yours"),
        ({"terms_accepted": False}, "/terms_accepted", "terms_not_accepted"),
        ({"move_when_created": True}, "/license_id", "needed"),
        ({"license_id": new_id("lic")}, "/license_id", "license_unknown"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    ask: Ask, changed: dict[str, Any], pointer: str, code: str
) -> None:
    refused = ask("POST", "/catalog/address-requests", json=wanted(**changed))
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(pointer, code)]


@pytest.mark.usefixtures("license_id")
@pytest.mark.parametrize(
    "changed",
    [
        {"address_2": "x" * 201},
        {"address_3": "a\nb"},
        {"address_4": "a\x00"},
        {"country": "USA"},
        {"comments": "x" * 4001},
        {"license_id": "lic_1"},
        {"terms_accepted": "perhaps"},
        {"floor": "10"},
    ],
)
def test_what_is_no_address_is_refused(ask: Ask, changed: dict[str, Any]) -> None:
    refused = ask("POST", "/catalog/address-requests", json=wanted(**changed))
    assert refused.status_code == 422


@pytest.mark.parametrize(("level", "code"), [("view", "move_refused"), (None, "license_unknown")])
def test_who_may_not_move_a_license_cannot_let_it_wait(
    *, ask: Ask, database: Database, license_id: str, level: ShareLevel | None, code: str
) -> None:
    with database.transaction() as session:
        owned(session, CARLA, 1, first=50, customer_number="C-7")
    if level is not None:
        shared(database, level, license_ids=[license_id])
    body = wanted(customer_number="C-7", license_id=license_id, move_when_created=True)
    refused = ask("POST", "/catalog/address-requests", json=body, as_=CARLA)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)


def test_who_has_full_access_lets_a_license_wait(ask: Ask, database: Database, license_id: str) -> None:
    shared(database, "full", license_ids=[license_id])
    body = wanted(license_id=license_id, move_when_created=True)
    answer = ask("POST", "/catalog/address-requests", json=body, as_=CARLA)
    assert answer.status_code == 201
    assert ask("GET", f"/requests/{answer.json()['id']}").status_code == 404


@pytest.mark.usefixtures("license_id")
def test_a_request_that_is_sent_twice_is_made_once(ask: Ask, database: Database) -> None:
    answers = [
        ask("POST", "/catalog/address-requests", key="once", json=wanted()).json()["id"] for _ in range(2)
    ]
    assert answers[0] == answers[1]
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(Request)).one() == 1
