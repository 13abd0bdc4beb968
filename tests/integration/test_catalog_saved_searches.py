"""Saved searches and chosen columns over their real door: each account has its own."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.contract import COLUMNS
from keydesk.services.catalog.searches.columns import USUAL
from tests.catalog_search import ANNA, CARLA, describe, share
from tests.databases import TestDatabases
from tests.factories.catalog import licenses_of
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G17")

SEARCHES = "/saved-searches"

Call = Callable[..., Any]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def call(catalog_client: TestClient, ring: KeyRing) -> Call:
    def ask(method: str, path: str, body: Any = None, *, as_: str = ANNA, **caller: Any) -> Any:
        key = caller.pop("key", None)
        headers = ring.headers(a_caller(as_, **caller), "catalog") | ({"idempotency-key": key} if key else {})
        return catalog_client.request(method, f"/api/v1/catalog{path}", json=body, headers=headers)

    return ask


def a_search(name: str = "Ending in Berlin", **criteria: Any) -> dict[str, Any]:
    return {"name": name, "criteria": criteria or {"status": "maintenance_ending"}}


def names(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


def test_a_search_is_kept_with_what_it_asks_for(call: Call) -> None:
    criteria = {
        "query": "tidal",
        "ends_to": "2030-06-30",
        "field": [f"{new_id('fld')}:Lund"],
        "sort": "maintenance_end",
    }

    made = call("POST", SEARCHES, a_search("  Tidal  ", **criteria))

    assert made.status_code == 201
    assert made.json()["criteria"] == criteria
    (kept,) = call("GET", SEARCHES).json()["items"]
    assert kept == made.json()
    assert kept["name"] == "Tidal"


def test_searches_come_by_name_and_nobody_sees_anothers(call: Call) -> None:
    for name in ("beta", "Alpha"):
        call("POST", SEARCHES, a_search(name))
    call("POST", SEARCHES, a_search("Carla's"), as_=CARLA)

    assert names(call("GET", SEARCHES)) == ["Alpha", "beta"]
    assert names(call("GET", SEARCHES, as_=CARLA)) == ["Carla's"]


def test_a_search_is_removed_by_its_owner_alone(call: Call) -> None:
    id = call("POST", SEARCHES, a_search()).json()["id"]

    assert call("DELETE", f"{SEARCHES}/{id}", as_=CARLA).status_code == 404
    assert len(names(call("GET", SEARCHES))) == 1
    assert call("DELETE", f"{SEARCHES}/{id}").status_code == 204
    assert call("DELETE", f"{SEARCHES}/{id}").status_code == 404
    assert call("DELETE", f"{SEARCHES}/sea_1").status_code == 422


def test_a_name_is_given_once_an_account_whatever_its_case(call: Call) -> None:
    call("POST", SEARCHES, a_search("Berlin"))

    again = call("POST", SEARCHES, a_search("BERLIN"))

    assert (again.status_code, again.json()["code"]) == (409, "search_name_taken")
    assert call("POST", SEARCHES, a_search("Berlin"), as_=CARLA).status_code == 201


def test_a_search_that_is_sent_again_is_kept_once(call: Call) -> None:
    first = call("POST", SEARCHES, a_search(), key="one")
    again = call("POST", SEARCHES, a_search(), key="one")

    assert first.json() == again.json()
    assert len(names(call("GET", SEARCHES))) == 1


def test_an_account_keeps_fifty_searches_and_no_more_even_at_once(call: Call) -> None:
    for number in range(48):
        assert call("POST", SEARCHES, a_search(f"Search {number}")).status_code == 201

    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: call("POST", SEARCHES, a_search(f"More {n}")), range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    assert {a.json()["code"] for a in answers if a.status_code == 409} == {"too_many_searches"}


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"criteria": {}}, "/name"),
        ({"name": " ", "criteria": {}}, "/name"),
        ({"name": "a\nb", "criteria": {}}, "/name"),
        ({"name": "x" * 101, "criteria": {}}, "/name"),
        ({"name": "x"}, "/criteria"),
        ({"name": "x", "criteria": {"colour": "red"}}, "/criteria/colour"),
        ({"name": "x", "criteria": {"status": "lost"}}, "/criteria/status"),
        ({"name": "x", "criteria": {"ends_to": 0}}, "/criteria/ends_to"),
        ({"name": "x", "criteria": {"query": "\x00"}}, "/criteria/query"),
        ({"name": "x", "criteria": {"field": ["fld_1:x"]}}, "/criteria/field/0"),
        ({"name": "x", "criteria": {"cursor": "x"}}, "/criteria/cursor"),
        ({"name": "x", "criteria": {}, "shared": True}, "/shared"),
    ],
)
def test_a_senseless_search_is_refused_with_its_place(body: Any, pointer: str, call: Call) -> None:
    answer = call("POST", SEARCHES, body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_who_never_chose_sees_the_usual_columns_and_their_own_fields(call: Call, database: Database) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, ANNA, {})
        field = describe(session, ANNA, {fact.license_id: "Lund"})

    shown = call("GET", "/columns").json()
    assert (shown["columns"], shown["chosen"]) == ([*USUAL, field], False)
    (only,) = shown["fields"]
    assert only == {"id": field, "name": "Site", "kind": "text", "choices": [], "own": True}
    assert call("GET", "/columns", as_=CARLA).json()["fields"] == []
    assert call("GET", "/columns", as_=CARLA).json()["columns"] == list(USUAL)


def test_fields_that_an_owner_shares_can_be_columns_too(call: Call, database: Database) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, CARLA, {"customer_number": "C-1"})
        share(session, CARLA, ANNA, "C-1")
        field = describe(session, CARLA, {fact.license_id: "Lund"}, shared=True)
        describe(session, CARLA, {fact.license_id: "Lund"}, name="Not shared")

    shown = call("GET", "/columns").json()

    assert [(each["id"], each["own"]) for each in shown["fields"]] == [(field, False)]
    assert shown["columns"] == list(USUAL)


def test_chosen_columns_are_kept_in_their_order_for_the_account_alone(call: Call) -> None:
    field = new_id("fld")
    call("PUT", "/columns", {"columns": ["status", "product"]})

    put = call("PUT", "/columns", {"columns": ["product", field, "serial_number", "product"]})

    chosen = {"columns": ["product", field, "serial_number"], "chosen": True, "fields": []}
    assert (put.status_code, put.json()) == (200, chosen)
    assert call("GET", "/columns").json() == chosen
    assert call("GET", "/columns", as_=CARLA).json()["chosen"] is False


def test_every_known_column_can_be_chosen(call: Call) -> None:
    assert call("PUT", "/columns", {"columns": list(COLUMNS)}).json()["columns"] == list(COLUMNS)


@pytest.mark.parametrize(
    "columns", [[], ["colour"], ["fld_1"], ["serial_number\n"], [1], "status", ["status"] * 41]
)
def test_unknown_columns_are_refused(columns: Any, call: Call) -> None:
    answer = call("PUT", "/columns", {"columns": columns})

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"].startswith("/columns")


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", SEARCHES, a_search()),
        ("DELETE", f"{SEARCHES}/sea_01h455vb4pex5vsknk084sn02q", None),
        ("PUT", "/columns", {"columns": ["status"]}),
    ],
)
def test_what_is_kept_needs_the_right_to_write(method: str, path: str, body: Any, call: Call) -> None:
    answer = call(method, path, body, scopes=("licenses:read",))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")
