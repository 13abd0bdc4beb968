"""The support desk's queue over the catalog's real door: narrowed, searched, sorted, counted."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from tests import support_desk
from tests.catalog_door import Ask
from tests.databases import TestDatabases
from tests.factories.requests import NOW
from tests.identities import KeyRing
from tests.support_desk import CARLA, UMA, a_question, asking, transfer

pytestmark = pytest.mark.feature("C4")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with support_desk.opened(databases) as database:
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring)


def ids(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json()["items"]]


def test_the_queue_is_narrowed_by_status_kind_and_assignment(ask: Ask, database: Database) -> None:
    question, moved = a_question(database), transfer(database)
    ask("POST", f"/{question}/take")
    assert ids(ask("GET", params={"kind": "ownership_transfer"})) == [moved]
    assert ids(ask("GET", params={"assigned": "me"})) == [question]
    assert ids(ask("GET", params={"assigned": "any"}, as_=UMA)) == [question]
    assert ids(ask("GET", params={"assigned": "me"}, as_=UMA)) == []
    assert ids(ask("GET", params={"assigned": "none"})) == [moved]
    ask("POST", f"/{moved}/reject", json={"reason": "No"})
    assert ids(ask("GET", params={"status": "rejected"})) == [moved]
    for wrong in ({"kind": "gift"}, {"status": "x"}, {"assigned": "you"}, {"sort": "x"}, {"overdue": "x"}):
        assert ask("GET", params=wrong).status_code == 422


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("gothenburg", True),
        ("ANNA", True),
        ("lindqvist instruments", True),
        ("a0000000001", True),
        ("A000000000", False),
        ("100%", False),
        ("gothenburg nobody", False),
    ],
)
def test_the_queue_is_searched(query: str, found: bool, ask: Ask, database: Database) -> None:  # noqa: FBT001
    request_id = transfer(database)
    a_question(database, CARLA)
    assert ids(ask("GET", params={"query": query})) == ([request_id] if found else [])


@pytest.mark.parametrize("sort", ["deadline", "age", "-age"])
def test_pages_show_each_request_once_in_their_order(sort: str, ask: Ask, database: Database) -> None:
    made_in_order = [a_question(database, title=f"Question {number}") for number in range(5)]
    with database.transaction() as session:
        for days, request_id in enumerate(made_in_order):
            session.execute(
                text("UPDATE requests SET created_at = :at, due_at = :at WHERE id = :id"),
                {"at": NOW + timedelta(days=days // 2), "id": request_id},
            )
    found: list[str] = []
    cursor = None
    while True:
        answer = ask("GET", params={"sort": sort, "limit": 2} | ({"cursor": cursor} if cursor else {}))
        found += ids(answer)
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    assert found == (made_in_order[::-1] if sort == "-age" else made_in_order)


def test_a_cursor_of_another_order_is_refused(ask: Ask, database: Database) -> None:
    for _ in range(2):
        a_question(database)
    cursor = ask("GET", params={"limit": 1, "sort": "age"}).json()["next_cursor"]
    for wrong in (cursor, "WyJkZWFkbGluZSIsICJ4IiwgInkiXQ", "forged"):
        assert ask("GET", params={"cursor": wrong}).status_code == 422


def test_what_is_overdue_is_told_and_comes_first(ask: Ask, database: Database) -> None:
    fresh, late = a_question(database), a_question(database)
    with database.transaction() as session:
        for request_id, due in ((fresh, timedelta(days=1)), (late, timedelta(days=-1))):
            session.execute(
                text("UPDATE requests SET due_at = :due WHERE id = :id"),
                {"due": datetime.now(UTC) + due, "id": request_id},
            )
    items = ask("GET").json()["items"]
    assert [(item["id"], item["overdue"]) for item in items] == [(late, True), (fresh, False)]
    assert ids(ask("GET", params={"overdue": "true"})) == [late]
    ask("POST", f"/{late}/reject", json={"reason": "No"})
    assert ids(ask("GET", params={"overdue": "true"})) == []


def test_the_summary_counts_what_waits(ask: Ask, database: Database) -> None:
    empty = ask("GET", "/summary").json()
    assert (empty["waiting"], empty["time_to_decide"]["p50_seconds"]) == (0, None)
    ages = (timedelta(hours=1), timedelta(hours=5), timedelta(days=3), timedelta(days=4))
    requests = [transfer(database), *(a_question(database) for _ in range(3))]
    with database.transaction() as session:
        for age, request_id in zip(ages, requests, strict=True):
            session.execute(
                text("UPDATE requests SET created_at = :at, due_at = :due WHERE id = :id"),
                {
                    "at": datetime.now(UTC) - age,
                    "due": datetime.now(UTC) - age + timedelta(days=2),
                    "id": request_id,
                },
            )
    ask("POST", f"/{requests[3]}/approve", json={})
    summary = ask("GET", "/summary").json()
    assert (summary["waiting"], summary["overdue"]) == (3, 1)
    assert ask("GET", "/waiting").json() == {"waiting": 3, "overdue": 1}
    assert [bucket["count"] for bucket in summary["by_age"]] == [1, 1, 0, 1]
    assert summary["by_kind"] == [
        {"kind": "general", "count": 2},
        {"kind": "ownership_transfer", "count": 1},
    ]
    assert summary["time_to_decide"]["decided"] == 1
    assert summary["time_to_decide"]["p50_seconds"] == pytest.approx(4 * 86_400, abs=60)


def test_support_sees_what_else_the_requester_asked_for(ask: Ask, database: Database) -> None:
    first, second = a_question(database), a_question(database)
    a_question(database, CARLA)
    ask("POST", f"/{first}/reject", json={"reason": "No"})
    assert ask("GET", f"/{second}").json()["other_requests"] == {"open": 0, "total": 1}
