"""Licenses that nobody registered yet in somebody's catalog, over the real door: added, removed, ended."""

import threading
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import func, select, text
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.additions import service
from keydesk.services.catalog.additions.schemas import AdditionsWanted
from keydesk.services.catalog.licenses.service import licensing
from keydesk.services.catalog.models import Addition, License
from tests.catalog_door import Ask, asking, not_ready
from tests.databases import TestDatabases
from tests.factories.catalog import a_share_between, licenses_of
from tests.factories.entitlements import PAIR, WRONG, FakeEntitlements
from tests.identities import KeyRing, a_caller
from tests.waiting import until

pytestmark = pytest.mark.feature("G17")

ANNA = new_id("acc")
CARLA = new_id("acc")
SERIAL = "A0000000001"


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def sold() -> FakeEntitlements:
    return FakeEntitlements()


@pytest.fixture
def catalog_fakes(sold: FakeEntitlements) -> dict[Any, Any]:
    return {licensing: sold}


@pytest.fixture
def send(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring, "/api/v1/catalog", ANNA)


@pytest.fixture
def add(send: Ask) -> Ask:
    def ask(*serial_numbers: str, **more: Any) -> Any:
        return send("POST", "/additions", json={"serial_numbers": list(serial_numbers)}, **more)

    return ask


def outcomes(answer: Any) -> dict[str, str]:
    assert answer.status_code == 200, answer.text
    return {line["serial_number"]: line["outcome"] for line in answer.json()["items"]}


def listed(send: Ask, as_: str = ANNA) -> list[str]:
    items = send("GET", "/licenses", params={"sort": "serial_number"}, as_=as_).json()["items"]
    return [item["serial_number"] for item in items]


def stored(database: Database) -> tuple[int, int]:
    """How many licenses and additions there are."""
    with database.reading() as session:
        counts = [session.scalar(select(func.count()).select_from(each)) for each in (License, Addition)]
    return counts[0] or 0, counts[1] or 0


def test_an_added_license_is_in_the_catalog_and_not_registered(
    send: Ask, add: Ask, sold: FakeEntitlements
) -> None:
    entitlement = sold.sell(SERIAL)

    answer = add(SERIAL)

    assert answer.json() == {
        "items": [
            {
                "serial_number": SERIAL,
                "outcome": "added",
                "text": "It is in your catalog now. Register it to get its license key.",
                "license_id": entitlement.entitlement_id,
            }
        ]
    }
    details = send("GET", f"/licenses/{entitlement.entitlement_id}").json()
    assert details["status"] == "not_registered"
    assert details["order"]["order_number"] == "SO-70001"
    assert details["key"]["support_agreement_number"] == "SAN-9"
    assert details["key"]["added_at"] is not None
    assert details["options"] == ["register", "remove_from_catalog"]
    assert (listed(send), listed(send, as_=CARLA)) == ([SERIAL], [])


def test_each_line_says_what_became_of_it(
    send: Ask, add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    for number in range(1, 7):
        sold.sell(f"A000000000{number}")
    sold.sell("A0000000007", state="registered", registered_by=CARLA)
    sold.sell("A0000000008", state="reserved", registered_by=ANNA)
    add("A0000000002")
    with database.transaction() as session:
        (mine,) = licenses_of(session, ANNA, {"serial_number": "A0000000003"})
        licenses_of(session, CARLA, {"serial_number": "A0000000004"})

    answer = add(
        "A0000000001", "A0000000002", "A0000000003", "A0000000004", "A0000000007", "A0000000008",
        "a0000000005", "nonsense", " A0000000001 ",
    )  # fmt: skip

    assert outcomes(answer) == {
        "A0000000001": "added",
        "A0000000002": "already_added",
        "A0000000003": "already_yours",
        "A0000000004": "registered_by_another",
        "A0000000007": "registered_by_another",
        "A0000000008": "already_yours",
        "a0000000005": "unknown",
        "nonsense": "unknown",
    }
    ids = {line["serial_number"]: line["license_id"] for line in answer.json()["items"]}
    assert ids["A0000000003"] == mine.license_id
    assert ids["A0000000002"] is not None
    assert [ids[serial] for serial in ("A0000000004", "A0000000007", "A0000000008", "nonsense")] == [None] * 4
    assert listed(send) == ["A0000000001", "A0000000002", "A0000000003"]


def test_the_outcome_is_told_in_the_readers_language(add: Ask) -> None:
    [line] = add(SERIAL, headers={"Accept-Language": "de"}).json()["items"]
    assert line["outcome"] == "unknown"
    assert line["text"]


def test_a_license_that_another_shares_is_not_added_but_can_be_opened(
    add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL, state="registered", registered_by=CARLA)
    with database.transaction() as session:
        (fact,) = licenses_of(session, CARLA, {"serial_number": SERIAL})
        a_share_between(session, CARLA, ANNA, customer_numbers=["C-1001"], created_at=datetime.now(UTC))
    [line] = add(SERIAL).json()["items"]
    assert (line["outcome"], line["license_id"]) == ("registered_by_another", fact.license_id)
    assert stored(database) == (1, 0)


def test_what_changed_hands_belongs_to_its_new_owner(
    add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL, state="registered", registered_by=ANNA)
    with database.transaction() as session:
        licenses_of(session, CARLA, {"serial_number": SERIAL})
    assert outcomes(add(SERIAL)) == {SERIAL: "registered_by_another"}
    assert outcomes(add(SERIAL, as_=CARLA)) == {SERIAL: "already_yours"}


def test_a_whole_order_is_added_by_its_customer_number(
    send: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell("A0000000001")
    sold.sell("A0000000002", state="registered", registered_by=CARLA)
    sold.sell("A0000000003", state="registered", registered_by=ANNA)
    sold.sell("B0000000001", order_number="SO-2")
    answer = send("POST", "/additions", json=PAIR)
    assert outcomes(answer) == {
        "A0000000001": "added",
        "A0000000002": "registered_by_another",
        "A0000000003": "already_yours",
    }
    assert stored(database) == (1, 1)


def test_a_wrong_pair_adds_nothing_and_counts_with_those_of_customer_numbers(
    send: Ask, catalog_client: TestClient, ring: KeyRing, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL)
    headers = ring.headers(a_caller(ANNA), "catalog")
    for _ in range(5):
        assert send("POST", "/additions", json=WRONG).json()["code"] == "customer_number_mismatch"
        assert catalog_client.post("/api/v1/customer-numbers", json=WRONG, headers=headers).status_code == 422
    refused = send("POST", "/additions", json=PAIR)
    assert refused.status_code == 429
    assert int(refused.headers["retry-after"]) > 3500
    assert stored(database) == (0, 0)


def test_an_order_beyond_five_hundred_is_not_added_in_part(
    send: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL)
    sold.more = True
    assert send("POST", "/additions", json=PAIR).json()["code"] == "order_too_large"
    assert stored(database) == (0, 0)


def test_adding_again_changes_nothing(add: Ask, sold: FakeEntitlements, database: Database) -> None:
    sold.sell(SERIAL)
    assert [outcomes(add(SERIAL))[SERIAL] for _ in range(2)] == ["added", "already_added"]
    assert stored(database) == (1, 1)


def test_a_request_that_is_sent_again_is_answered_as_before(add: Ask, sold: FakeEntitlements) -> None:
    sold.sell(SERIAL)
    answers = [outcomes(add(SERIAL, headers={"Idempotency-Key": "once"})) for _ in range(2)]
    assert answers == [{SERIAL: "added"}] * 2


def test_nothing_is_added_while_licensing_is_away(
    send: Ask, add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL)
    sold.away = True
    assert add(SERIAL).status_code == 503
    assert send("POST", "/additions", json=PAIR).status_code == 503
    assert stored(database) == (0, 0)


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/serial_numbers"),
        ({"serial_numbers": []}, "/serial_numbers"),
        ({"serial_numbers": ["A"] * 501}, "/serial_numbers"),
        ({"serial_numbers": "A0000000001"}, "/serial_numbers"),
        ({"serial_numbers": [" "]}, "/serial_numbers/0"),
        ({"serial_numbers": ["A", "A\x00"]}, "/serial_numbers/1"),
        ({"serial_numbers": ["A" * 65]}, "/serial_numbers/0"),
        ({"serial_numbers": [SERIAL], **PAIR}, "/serial_numbers"),
        ({"customer_number": "C-1001"}, "/order_number"),
        ({"order_number": "SO-70001"}, "/customer_number"),
        ({**PAIR, "customer_number": ""}, "/customer_number"),
        ({**PAIR, "order_number": "\x00"}, "/order_number"),
        ({**PAIR, "comment": "x"}, "/comment"),
    ],
)
def test_senseless_input_is_refused_with_its_place(send: Ask, body: dict[str, Any], pointer: str) -> None:
    answer = send("POST", "/additions", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_removed_license_stays_with_those_who_added_it_too(
    send: Ask, add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    license_id = sold.sell(SERIAL).entitlement_id
    add(SERIAL)
    add(SERIAL, as_=CARLA)
    assert send("DELETE", f"/additions/{license_id}").status_code == 204
    assert (listed(send), listed(send, as_=CARLA)) == ([], [SERIAL])
    assert send("DELETE", f"/additions/{license_id}").status_code == 404
    assert send("DELETE", f"/additions/{license_id}", as_=CARLA).status_code == 204
    assert stored(database) == (0, 0)
    assert outcomes(add(SERIAL)) == {SERIAL: "added"}


def test_only_what_one_added_oneself_can_be_removed(
    send: Ask, add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    license_id = sold.sell(SERIAL).entitlement_id
    add(SERIAL)
    with database.transaction() as session:
        (fact,) = licenses_of(session, CARLA, {"serial_number": "B0000000001"})
    for path in (license_id, new_id("ent"), fact.license_id):
        assert send("DELETE", f"/additions/{path}", as_=CARLA).status_code == 404
    assert send("DELETE", "/additions/nonsense").status_code == 422
    assert stored(database) == (2, 1)


def test_people_who_add_the_same_at_once_all_have_it(
    add: Ask, send: Ask, sold: FakeEntitlements, database: Database
) -> None:
    serials = [sold.sell(f"A000000000{number}").serial_number for number in range(9)]
    people = [new_id("acc") for _ in range(6)]
    orders = [serials, serials[::-1]] * 3
    with ThreadPoolExecutor(6) as threads:
        answers = list(threads.map(lambda each: add(*each[1], as_=each[0]), zip(people, orders, strict=True)))
    assert all(set(outcomes(answer).values()) == {"added"} for answer in answers)
    assert stored(database) == (9, 54)
    assert listed(send, as_=people[0]) == serials


def test_a_license_registered_after_licensing_answered_is_not_added(
    add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL)

    def register() -> None:
        with database.transaction() as session:
            licenses_of(session, CARLA, {"serial_number": SERIAL})

    sold.meanwhile = register
    assert outcomes(add(SERIAL)) == {SERIAL: "registered_by_another"}
    assert stored(database) == (1, 0)


def test_a_registration_being_taken_in_is_waited_for(
    add: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL)
    with ThreadPoolExecutor(1) as threads:
        with database.transaction() as session:
            licenses_of(session, CARLA, {"serial_number": SERIAL})
            adding: Future[Any] = threads.submit(add, SERIAL)
            until(lambda: _somebody_waits(database))
        answer = adding.result(10)
    assert outcomes(answer) == {SERIAL: "registered_by_another"}
    assert stored(database) == (1, 0)


def test_an_addition_under_way_is_ended_by_the_registration(
    sold: FakeEntitlements, database: Database
) -> None:
    sold.sell(SERIAL)

    def register() -> None:
        with database.transaction() as session:
            licenses_of(session, CARLA, {"serial_number": SERIAL})

    registering = threading.Thread(target=register)
    with database.transaction() as session:
        service.add(
            session,
            database,
            sold,
            ANNA,
            AdditionsWanted(serial_numbers=[SERIAL]),
            language="en",
            now=datetime.now(UTC),
        )
        registering.start()
        until(lambda: _somebody_waits(database))
    registering.join(10)
    assert stored(database) == (1, 0)


def _somebody_waits(database: Database) -> bool:
    waiting = text(
        "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
    )
    with database.reading() as session:
        return bool(session.scalar(waiting))


@pytest.mark.parametrize(("caller", "code"), not_ready(ANNA))
def test_writing_takes_a_verified_account_that_agreed_and_the_scope(
    send: Ask, add: Ask, caller: Any, code: str
) -> None:
    assert add(SERIAL, caller=caller).json()["code"] == code
    assert send("DELETE", f"/additions/{new_id('ent')}", caller=caller).json()["code"] == code
