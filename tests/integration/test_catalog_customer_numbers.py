"""Customer numbers over the catalog's real door: proven by an order, limited in tries, mine and shared."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.licenses.service import licensing, take_in_people
from keydesk.services.catalog.models import CustomerNumber, CustomerNumberTry, License
from tests.catalog_door import Ask, asking, not_ready
from tests.databases import TestDatabases
from tests.factories.catalog import a_share_between, an_account_changed, licenses_of
from tests.factories.entitlements import PAIR, WRONG, FakeEntitlements
from tests.identities import KeyRing

pytestmark = pytest.mark.feature("G9")

ANNA = new_id("acc")
CARLA = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def sold() -> FakeEntitlements:
    made = FakeEntitlements()
    made.sell("A0000000001")
    made.sell("B0000000001", customer_number="C-2002", order_number="SO-80001", customer_name="Nordic Tools")
    return made


@pytest.fixture
def catalog_fakes(sold: FakeEntitlements) -> dict[Any, Any]:
    return {licensing: sold}


@pytest.fixture
def send(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring, "/api/v1/customer-numbers", ANNA)


def mine(send: Ask, **who: Any) -> list[dict[str, Any]]:
    answer = send("GET", **who)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


def test_a_customer_number_with_a_matching_order_is_added(send: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(
            session,
            ANNA,
            {"serial_number": "A0000000001"},
            {"serial_number": "A0000000002"},
            {"serial_number": "A0000000003", "customer_number": "C-2002"},
        )
        licenses_of(session, CARLA, {"serial_number": "A0000000004"})

    answer = send("POST", json={**PAIR, "comment": "  Our head office  "})

    assert answer.status_code == 201, answer.text
    shown = answer.json()
    added_at = shown.pop("added_at")
    assert datetime.fromisoformat(added_at).tzinfo is not None
    assert shown == {
        **PAIR,
        "customer_name": "Lindqvist Instruments",
        "comment": "Our head office",
        "license_count": 2,
    }
    assert mine(send) == [{**shown, "added_at": added_at}]
    assert mine(send, as_=CARLA) == []


def test_adding_it_again_renews_the_comment_and_adds_no_second(send: Ask) -> None:
    first = send("POST", json=PAIR).json()
    again = send("POST", json={**PAIR, "comment": "Warehouse"})
    assert again.status_code == 201
    assert mine(send) == [{**first, "comment": "Warehouse"}]


def test_a_request_that_is_sent_again_is_answered_as_before(send: Ask) -> None:
    headers = {"Idempotency-Key": "once"}
    first = send("POST", json=PAIR, headers=headers)
    again = send("POST", json=PAIR, headers=headers)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"


@pytest.mark.parametrize(
    "pair",
    [
        WRONG,
        {"customer_number": "C-2002", "order_number": "SO-70001"},
        {"customer_number": "C-9999", "order_number": "SO-70001"},
        {"customer_number": "c-1001", "order_number": "SO-70001"},
    ],
)
def test_a_wrong_pair_and_an_unknown_number_are_refused_alike(send: Ask, pair: dict[str, str]) -> None:
    answer = send("POST", json=pair)
    assert answer.status_code == 422
    problem = answer.json()
    assert problem["code"] == "customer_number_mismatch"
    assert [error["pointer"] for error in problem["errors"]] == ["/order_number"]
    same = send("POST", json={"customer_number": "C-0", "order_number": "SO-0"}).json()
    assert {**problem, "instance": ""} == {**same, "instance": ""}
    assert mine(send) == []


def test_the_eleventh_wrong_try_of_an_hour_has_to_wait(send: Ask, database: Database) -> None:
    for _ in range(10):
        assert send("POST", json=WRONG).status_code == 422
    refused = send("POST", json=PAIR)
    assert refused.status_code == 429
    assert 3500 < int(refused.headers["retry-after"]) <= 3600
    assert send("POST", json=PAIR, as_=CARLA).status_code == 201

    with database.transaction() as session:
        session.execute(
            update(CustomerNumberTry)
            .where(CustomerNumberTry.account_id == ANNA)
            .values(at=datetime.now(UTC) - timedelta(hours=1, seconds=1))
        )
    assert send("POST", json=PAIR).status_code == 201


def test_tries_that_succeed_do_not_count(send: Ask, database: Database) -> None:
    for _ in range(12):
        assert send("POST", json=PAIR).status_code == 201
    with database.reading() as session:
        assert session.scalars(select(CustomerNumberTry.position)).all() == []


def test_wrong_tries_at_once_get_no_further_than_one_after_another(send: Ask) -> None:
    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(lambda _: send("POST", json=WRONG).status_code, range(24)))
    assert sorted(answers) == [422] * 10 + [429] * 14


def test_the_same_number_added_twice_at_once_is_there_once(send: Ask) -> None:
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: send("POST", json=PAIR).status_code, range(4)))
    assert answers == [201] * 4
    assert len(mine(send)) == 1


def test_nothing_is_added_and_no_try_counted_while_licensing_is_away(
    send: Ask, sold: FakeEntitlements, database: Database
) -> None:
    sold.away = True
    for _ in range(11):
        assert send("POST", json=PAIR).status_code == 503
    with database.reading() as session:
        assert session.scalars(select(CustomerNumber.customer_number)).all() == []
        assert session.scalars(select(CustomerNumberTry.position)).all() == []


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/customer_number"),
        ({**PAIR, "customer_number": "  "}, "/customer_number"),
        ({**PAIR, "customer_number": "C" * 65}, "/customer_number"),
        ({**PAIR, "customer_number": "C\x00"}, "/customer_number"),
        ({**PAIR, "customer_number": 7}, "/customer_number"),
        ({**PAIR, "order_number": ""}, "/order_number"),
        ({**PAIR, "order_number": "S\n1"}, "/order_number"),
        ({**PAIR, "order_number": "S" * 65}, "/order_number"),
        ({**PAIR, "comment": "x" * 501}, "/comment"),
        ({**PAIR, "comment": "\x00"}, "/comment"),
        ({**PAIR, "note": "x"}, "/note"),
    ],
)
def test_senseless_input_is_refused_with_its_place_and_counts_no_try(
    send: Ask, database: Database, body: dict[str, Any], pointer: str
) -> None:
    answer = send("POST", json=body)
    assert answer.status_code == 422
    assert pointer in [error["pointer"] for error in answer.json()["errors"]]
    with database.reading() as session:
        assert session.scalars(select(CustomerNumberTry.position)).all() == []


def test_a_removed_number_is_gone_from_the_account_and_its_licenses_stay(
    send: Ask, database: Database
) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {})
    send("POST", json=PAIR)
    assert send("DELETE", "/C-1001").status_code == 204
    assert mine(send) == []
    assert send("DELETE", "/C-1001").status_code == 404
    with database.reading() as session:
        assert len(session.scalars(select(License.id)).all()) == 1


def test_nobody_removes_somebody_elses_number(send: Ask) -> None:
    send("POST", json=PAIR)
    assert send("DELETE", "/C-1001", as_=CARLA).status_code == 404
    assert len(mine(send)) == 1


def test_numbers_are_listed_page_by_page(send: Ask, sold: FakeEntitlements) -> None:
    for number in range(5):
        pair = {"customer_number": f"C-{number}", "order_number": f"SO-{number}"}
        sold.sell(f"C000000000{number}", **pair)
        assert send("POST", json=pair).status_code == 201
    found, cursor = [], None
    while True:
        page = send("GET", params={"limit": 2, **({"cursor": cursor} if cursor else {})}).json()
        found += [item["customer_number"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == [f"C-{number}" for number in range(5)]


def test_a_forged_cursor_is_refused(send: Ask) -> None:
    for path in ("", "/shared"):
        answer = send("GET", path, params={"cursor": "nonsense"})
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (422, "cursor_unknown")


def share(database: Database, *numbers: str, level: str = "view", **fields: Any) -> None:
    with database.transaction() as session:
        given = {"created_at": datetime.now(UTC), "level": level, **fields}
        a_share_between(session, CARLA, ANNA, customer_numbers=numbers, **given)


@pytest.mark.feature("G26")
def test_shared_numbers_name_who_shares_them_and_how_far(send: Ask, database: Database) -> None:
    with database.transaction() as session:
        take_in_people(session, [an_account_changed(CARLA, first_name="Carla", company_name="Nordic")])
        licenses_of(session, CARLA, {"customer_number": "C-2002", "customer_name": "Nordic Tools"})
    share(database, "C-2002", "C-3003")
    share(database, "C-2002", level="full")

    answer = send("GET", "/shared")

    assert answer.json() == {
        "items": [
            {
                "customer_number": "C-2002",
                "customer_name": "Nordic Tools",
                "from_name": "Carla Lindqvist",
                "from_company": "Nordic",
                "level": "full",
            },
            {
                "customer_number": "C-3003",
                "customer_name": "",
                "from_name": "Carla Lindqvist",
                "from_company": "Nordic",
                "level": "view",
            },
        ],
        "next_cursor": None,
    }
    first = send("GET", "/shared", params={"limit": 1}).json()
    second = send("GET", "/shared", params={"limit": 1, "cursor": first["next_cursor"]}).json()
    assert [first["items"][0]["customer_number"], second["items"][0]["customer_number"]] == [
        "C-2002",
        "C-3003",
    ]
    assert send("GET", "/shared", as_=CARLA).json()["items"] == []


@pytest.mark.feature("G26")
@pytest.mark.parametrize("moment", ["ends_at", "removed_at"])
def test_a_share_that_ended_shares_no_number(send: Ask, database: Database, moment: str) -> None:
    ended: dict[str, Any] = {moment: datetime.now(UTC) - timedelta(minutes=1)}
    share(database, "C-2002", **ended)
    assert send("GET", "/shared").json()["items"] == []


def test_licenses_shared_with_me_count_as_mine(send: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, CARLA, {"customer_number": "C-1001"})
    share(database, "C-1001")
    assert send("POST", json=PAIR).json()["license_count"] == 1


@pytest.mark.parametrize(("caller", "code"), not_ready(ANNA))
def test_writing_takes_a_verified_account_that_agreed_and_the_scope(
    send: Ask, caller: Any, code: str
) -> None:
    assert send("POST", json=PAIR, caller=caller).json()["code"] == code
    assert send("DELETE", "/C-1001", caller=caller).json()["code"] == code
