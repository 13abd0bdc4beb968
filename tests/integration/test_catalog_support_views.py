"""Views of the queue over the catalog's real door: kept by name, each person's own."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.services.catalog.support_views.service import MOST_VIEWS
from tests.catalog_door import Ask
from tests.databases import TestDatabases
from tests.identities import KeyRing
from tests.support_desk import UMA, asking

pytestmark = pytest.mark.feature("C4")

NARROWING = {
    "query": "gothenburg",
    "status": "pending_approval",
    "kind": "ownership_transfer",
    "assigned": "me",
    "overdue": True,
    "sort": "-age",
}


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring, "/views")


def keep(ask: Ask, name: str = "Mine, late", **sent: Any) -> Any:
    return ask("POST", json={"name": name, "narrowing": {"kind": "general"}}, **sent)


def names(ask: Ask, **sent: Any) -> list[str]:
    answer = ask("GET", **sent)
    assert answer.status_code == 200, answer.text
    return [item["name"] for item in answer.json()["items"]]


@pytest.mark.parametrize("role", ["customer", "operator"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", ""), ("POST", ""), ("DELETE", "/view_01h455vb4pex5vsknk084sn02q")]
)
def test_views_are_for_support_alone(method: str, path: str, role: str, ask: Ask) -> None:
    answer = ask(method, path, role=role, json={"name": "X", "narrowing": {}})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


def test_a_view_is_kept_as_it_was_given(ask: Ask) -> None:
    answer = ask("POST", json={"name": " Late transfers ", "narrowing": NARROWING})
    assert answer.status_code == 201, answer.text
    [kept] = ask("GET").json()["items"]
    assert kept == answer.json()
    assert (kept["name"], kept["narrowing"]) == ("Late transfers", NARROWING)


def test_views_come_by_name_and_only_ones_own(ask: Ask) -> None:
    for name in ("b", "A", "c"):
        keep(ask, name)
    keep(ask, "Another's", as_=UMA)
    assert names(ask) == ["A", "b", "c"]
    assert names(ask, as_=UMA) == ["Another's"]


def test_a_view_is_removed_by_whose_it_is(ask: Ask) -> None:
    view_id = keep(ask).json()["id"]
    assert ask("DELETE", f"/{view_id}", as_=UMA).status_code == 404
    assert ask("DELETE", f"/{view_id}").status_code == 204
    assert ask("DELETE", f"/{view_id}").status_code == 404
    assert names(ask) == []


def test_a_name_is_there_once_whatever_its_case(ask: Ask) -> None:
    keep(ask, "Late")
    answer = keep(ask, "LATE")
    assert (answer.status_code, answer.json()["code"]) == (409, "view_name_taken")
    assert keep(ask, "Late", as_=UMA).status_code == 201


def test_no_more_are_kept_than_can_be_listed(ask: Ask) -> None:
    for number in range(MOST_VIEWS - 1):
        assert keep(ask, f"View {number}").status_code == 201
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda number: keep(ask, f"Last {number}"), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409, 409]
    assert {answer.json()["code"] for answer in answers if answer.status_code == 409} == {"too_many_views"}
    assert len(names(ask)) == MOST_VIEWS


def test_sent_twice_with_a_key_a_view_is_kept_once(ask: Ask) -> None:
    answers = [keep(ask, key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(names(ask)) == 1


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"name": " "}, "/name"),
        ({"name": "x" * 61}, "/name"),
        ({"name": "a\nb"}, "/name"),
        ({"narrowing": None}, "/narrowing"),
        ({"narrowing": {"status": "x"}}, "/narrowing/status"),
        ({"narrowing": {"kind": "gift"}}, "/narrowing/kind"),
        ({"narrowing": {"assigned": "you"}}, "/narrowing/assigned"),
        ({"narrowing": {"overdue": "perhaps"}}, "/narrowing/overdue"),
        ({"narrowing": {"sort": "x"}}, "/narrowing/sort"),
        ({"narrowing": {"query": "x" * 201}}, "/narrowing/query"),
        ({"narrowing": {"cursor": "x"}}, "/narrowing/cursor"),
        ({"shared": True}, "/shared"),
    ],
)
def test_what_is_wrong_is_told_of_each_field(wrong: dict[str, Any], pointer: str, ask: Ask) -> None:
    answer = ask("POST", json={"name": "Late", "narrowing": {}, **wrong})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
