"""Many requests approved at once over the catalog's real door: seen before, decided each for itself."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.requests.schemas import NewRequest
from keydesk.services.catalog.requests.work import EXECUTE_REQUEST
from tests import support_desk
from tests.catalog_door import Ask
from tests.databases import TestDatabases
from tests.factories.requests import an_assignment, made, owned
from tests.identities import KeyRing, a_caller
from tests.support_desk import ANNA, CARLA, SAM, UMA, a_question, decisions, transfer, waiting

pytestmark = pytest.mark.feature("C4")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with support_desk.opened(databases) as database:
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    def send(path: str, body: Any, *, as_: str = SAM, role: str = "support", **headers: str) -> Any:
        own = ring.headers(a_caller(as_, roles=(role,)), "catalog")
        return catalog_client.post(f"/api/v1/support/requests{path}", headers={**own, **headers}, json=body)

    return send


@pytest.fixture
def approve(ask: Ask) -> Ask:
    def send(request_ids: list[str], *, as_: str = SAM, **told: Any) -> dict[str, str]:
        answer = ask("/bulk-approvals", {"request_ids": request_ids, **told}, as_=as_)
        assert answer.status_code == 200, answer.text
        return {item["request_id"]: item["outcome"] for item in answer.json()["items"]}

    return send


def written(database: Database) -> tuple[int, int]:
    """How many executions are queued, and how many facts were told."""
    with database.reading() as session:
        execution = func.count().filter(outbox.c.name == EXECUTE_REQUEST.name)
        executions, others = session.execute(
            select(execution, func.count() - execution).select_from(outbox)
        ).one()
        return executions, others


@pytest.fixture
def one_of_each(ask: Ask, database: Database) -> dict[str, str]:
    """A request for each outcome, by what is to come of it for Sam."""
    requests = {
        "approved": transfer(database),
        "first_of_two": transfer(database, 101),
        "you_approved_first": transfer(database, 101),
        "not_yours_to_decide": a_question(database, SAM),
        "taken_by_another": a_question(database),
        "not_pending": made(
            database, ANNA, NewRequest(kind="general", title="Still checked", description="Which?")
        ),
        "not_found": new_id("req"),
    }
    assert ask(f"/{requests['you_approved_first']}/approve", {}).status_code == 200
    assert ask(f"/{requests['taken_by_another']}/take", None, as_=UMA).status_code == 200
    return requests


@pytest.mark.parametrize("role", ["customer", "operator"])
@pytest.mark.parametrize("dry_run", [True, False])
def test_only_support_approves_many(
    role: str,
    dry_run: bool,  # noqa: FBT001
    ask: Ask,
    database: Database,
) -> None:
    body = {"request_ids": [a_question(database)], "dry_run": dry_run}
    answer = ask("/bulk-approvals", body, as_=ANNA, role=role)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/request_ids"),
        ({"request_ids": []}, "/request_ids"),
        ({"request_ids": [new_id("req") for _ in range(101)]}, "/request_ids"),
        ({"request_ids": ["req_x"]}, "/request_ids/0"),
        ({"request_ids": [new_id("req")], "note": "x" * 2001}, "/note"),
        ({"request_ids": [new_id("req")], "note": "a\x00"}, "/note"),
        ({"request_ids": [new_id("req")], "dry_run": "perhaps"}, "/dry_run"),
        ({"request_ids": [new_id("req")], "reject": True}, "/reject"),
    ],
)
def test_what_is_wrong_is_told_of_each_field(body: dict[str, Any], pointer: str, ask: Ask) -> None:
    answer = ask("/bulk-approvals", body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_each_is_decided_for_itself(approve: Ask, one_of_each: dict[str, str], database: Database) -> None:
    before = decisions(database)
    outcomes = approve(list(one_of_each.values()), note="Checked.")
    assert outcomes == {request_id: outcome for outcome, request_id in one_of_each.items()}
    assert sorted(decisions(database)[len(before) :]) == sorted(
        [
            (SAM, "request.approved", one_of_each["approved"]),
            (SAM, "request.approved_first", one_of_each["first_of_two"]),
        ]
    )
    assert written(database)[0] == 1


def test_a_dry_run_tells_the_same_and_changes_nothing(
    approve: Ask, one_of_each: dict[str, str], database: Database
) -> None:
    before = decisions(database), written(database)
    seen = approve(list(one_of_each.values()), dry_run=True)
    assert (decisions(database), written(database)) == before
    would = {"approved": "would_be_approved", "first_of_two": "would_be_first_of_two"}
    assert seen == {request_id: would.get(outcome, outcome) for outcome, request_id in one_of_each.items()}
    done = approve(list(one_of_each.values()))
    assert {would.get(outcome, outcome) for outcome in done.values()} == set(seen.values())


def test_the_answer_says_in_the_readers_language_what_speaks_against_it(ask: Ask, database: Database) -> None:
    request_id = transfer(database)
    with database.transaction() as session:
        owned(session, CARLA, 1, first=7, customer_number="another")
    doubtful = waiting(database, ANNA, an_assignment(["A0000000007"], title="Ours"))
    body = {"request_ids": [doubtful, request_id, doubtful], "dry_run": True}
    answer = ask("/bulk-approvals", body).json()
    assert (answer["dry_run"], answer["count"]) == (True, 2)
    assert [item["request_id"] for item in answer["items"]] == [doubtful, request_id]
    assert answer["items"][0]["warnings"] == [
        "Neither the owner's company nor the customer number connects them to the requester"
    ]
    assert answer["items"][0]["text"] == "Will be approved."
    assert (answer["items"][0]["title"], answer["items"][0]["requester_name"]) == ("Ours", "Anna Berg")


def test_who_takes_care_of_it_is_named(ask: Ask, one_of_each: dict[str, str]) -> None:
    body = {"request_ids": [one_of_each["taken_by_another"]]}
    [item] = ask("/bulk-approvals", body).json()["items"]
    assert item["text"] == "Uma Berg takes care of it. It is left alone."


def test_what_one_took_oneself_is_approved(ask: Ask, approve: Ask, database: Database) -> None:
    request_id = a_question(database)
    ask(f"/{request_id}/take", None)
    assert approve([request_id]) == {request_id: "approved"}


def test_the_note_is_kept_with_each(
    ask: Ask, catalog_client: TestClient, ring: KeyRing, database: Database
) -> None:
    requests = [a_question(database), a_question(database)]
    ask("/bulk-approvals", {"request_ids": requests, "note": " All of one office. "})
    headers = ring.headers(a_caller(SAM, roles=("support",)), "catalog")
    for request_id in requests:
        shown = catalog_client.get(f"/api/v1/support/requests/{request_id}", headers=headers).json()
        assert (shown["status"], shown["events"][-1]["note"]) == ("approved", "All of one office.")


def test_sent_twice_with_a_key_it_answers_the_same_and_decides_once(ask: Ask, database: Database) -> None:
    body = {"request_ids": [a_question(database), transfer(database)]}
    answers = [ask("/bulk-approvals", body, **{"Idempotency-Key": "once"}) for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(decisions(database)) == 2


def test_sent_twice_without_a_key_it_decides_once(approve: Ask, database: Database) -> None:
    request_id = a_question(database)
    assert [approve([request_id]), approve([request_id])] == [
        {request_id: "approved"},
        {request_id: "not_pending"},
    ]
    assert len(decisions(database)) == 1


@pytest.mark.parametrize("_time", range(3))
def test_the_same_ones_in_any_order_at_once_are_each_approved_once(
    _time: int, ask: Ask, approve: Ask, database: Database
) -> None:
    requests = [a_question(database) for _ in range(8)]

    def decide(turn: int) -> list[str]:
        if turn % 2:
            ordered = requests[turn:] + requests[:turn]
            return [id for id, outcome in approve(ordered, as_=UMA).items() if outcome == "approved"]
        answer = ask(f"/{requests[turn]}/approve", {})
        return [requests[turn]] if answer.status_code == 200 else []

    with ThreadPoolExecutor(6) as pool:
        approved = [id for found in pool.map(decide, range(6)) for id in found]
    assert sorted(approved) == sorted(requests)
    assert written(database)[0] == len(requests)
