"""What licensing tells the catalog of serial numbers that somebody may not have registered yet."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.licensing.registrations import completion
from keydesk.services.licensing.registrations.service import start
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories import licensing as sold
from tests.factories.issuance import NOW, SECRETS, issue_everything
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G17")

ANNA = new_id("acc")
PAIR = {"customer_number": "C-1", "order_number": "SO-1"}


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


@pytest.fixture
def api(database: Database, settings_of: SettingsOf, client_of: ClientOf) -> TestClient:
    del database
    return client_of(settings_of("licensing", **SECRETS))


def sell(database: Database, *serial_numbers: str, **order: str) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), serial_numbers, **order)


def ask(api: TestClient, ring: KeyRing, body: dict[str, Any]) -> Any:
    answer = api.post(
        "/internal/entitlements", json=body, headers=ring.service_headers("catalog", "licensing")
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_a_serial_number_is_told_with_its_order_and_product(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    sell(database, "A0000000001")
    told = ask(api, ring, {"serial_numbers": ["A0000000001", "A0000000002", "a0000000001"]})
    [item] = told["items"]
    assert item.pop("entitlement_id").startswith("ent_")
    assert item == {
        "serial_number": "A0000000001",
        "sku": "KD-100",
        "product_name": "Harbor Cluster",
        "product_version": "4.2",
        "platform": "Linux",
        "order_number": "SO-1",
        "customer_number": "C-1",
        "customer_name": "Lindqvist Instruments",
        "ordered_on": "2026-01-15",
        "quantity": 5,
        "entitled_price_tier": "1",
        "maintenance_start": "2026-01-15",
        "maintenance_end": "2027-01-14",
        "support_agreement_number": "SA-1",
        "state": "available",
        "registered_by": None,
    }


def test_one_that_is_registered_or_about_to_be_names_who_did_it(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    sell(database, "A0000000001")
    with database.transaction() as session:
        registration = start(session, ANNA, ["A0000000001"], NOW)
        completion.complete(session, ANNA, registration.id, NOW)
    [reserved] = ask(api, ring, {"serial_numbers": ["A0000000001"]})["items"]
    issue_everything(database)
    [registered] = ask(api, ring, {"serial_numbers": ["A0000000001"]})["items"]
    assert [(item["state"], item["registered_by"]) for item in (reserved, registered)] == [
        ("reserved", ANNA),
        ("registered", ANNA),
    ]


@pytest.mark.feature("G9")
def test_an_order_is_told_to_whoever_knows_its_customer_number(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    sell(database, "A0000000002", "A0000000001")
    sell(database, "B0000000001", order_number="SO-2")
    told = ask(api, ring, PAIR)
    assert [item["serial_number"] for item in told["items"]] == ["A0000000001", "A0000000002"]
    assert (told["order_matches"], told["customer_name"], told["more"]) == (
        True,
        "Lindqvist Instruments",
        False,
    )


@pytest.mark.feature("G9")
@pytest.mark.parametrize(
    "pair",
    [
        {"customer_number": "C-2", "order_number": "SO-1"},
        {"customer_number": "c-1", "order_number": "SO-1"},
        {"customer_number": "C-1", "order_number": "so-1"},
        {"customer_number": "C-9", "order_number": "SO-9"},
    ],
)
def test_a_pair_that_does_not_match_looks_like_one_that_does_not_exist(
    api: TestClient, database: Database, ring: KeyRing, pair: dict[str, str]
) -> None:
    sell(database, "A0000000001")
    sell(database, "B0000000001", order_number="SO-2", customer_number="C-2")
    assert ask(api, ring, pair) == {"items": [], "order_matches": False, "customer_name": "", "more": False}


def test_no_more_than_five_hundred_of_an_order_are_told(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    sell(database, *sold.serial_numbers(501))
    told = ask(api, ring, PAIR)
    assert (len(told["items"]), told["more"]) == (500, True)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"customer_number": "C-1"},
        {"order_number": "SO-1"},
        {"serial_numbers": ["A0000000001"], **PAIR},
        {"serial_numbers": ["A0000000001"], "order_number": "SO-1"},
        {"serial_numbers": ["A"] * 501},
        {"serial_numbers": ["\x00"]},
        {"customer_number": "", "order_number": "SO-1"},
    ],
)
def test_a_question_that_is_neither_way_is_refused(
    api: TestClient, ring: KeyRing, body: dict[str, Any]
) -> None:
    headers = ring.service_headers("catalog", "licensing")
    assert api.post("/internal/entitlements", json=body, headers=headers).status_code == 422


def test_nobody_but_the_catalog_may_ask(api: TestClient, ring: KeyRing) -> None:
    for headers in (
        ring.service_headers("notifications", "licensing"),
        ring.headers(a_caller(ANNA, roles=("operator",)), "licensing"),
    ):
        assert api.post("/internal/entitlements", json=PAIR, headers=headers).status_code == 403
