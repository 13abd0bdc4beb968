"""The support desk's queue over the catalog's real door: found, taken, decided, counted."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.contract import RequestChanged
from keydesk.services.catalog.requests import execution
from keydesk.services.catalog.requests.schemas import NewRequest
from keydesk.services.catalog.requests.work import EXECUTE_REQUEST
from tests import support_desk
from tests.catalog_door import Ask
from tests.databases import TestDatabases
from tests.factories.requests import an_assignment, later, made, owned, owners
from tests.identities import KeyRing, a_caller
from tests.support_desk import ANNA, CARLA, SAM, UMA, a_question, asking, decisions, transfer, waiting

pytestmark = pytest.mark.feature("C4")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with support_desk.opened(databases) as database:
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring)


def executions(database: Database) -> int:
    with database.reading() as session:
        return len(session.scalars(select(outbox.c.id).where(outbox.c.name == EXECUTE_REQUEST.name)).all())


PATHS = [
    ("GET", ""),
    ("GET", "/summary"),
    ("GET", "/waiting"),
    ("GET", "/{id}"),
    ("POST", "/{id}/take"),
    ("POST", "/{id}/return"),
    ("POST", "/{id}/hand-over"),
    ("POST", "/{id}/approve"),
    ("POST", "/{id}/reject"),
    ("POST", "/{id}/messages"),
]


@pytest.mark.parametrize("role", ["customer", "operator"])
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_the_queue_is_for_support_alone(
    method: str, path: str, role: str, ask: Ask, database: Database
) -> None:
    answer = ask(method, path.format(id=a_question(database)), as_=ANNA, role=role, json={})
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize(("method", "path"), PATHS[3:])
def test_a_request_that_is_not_there_is_not_found(method: str, path: str, ask: Ask) -> None:
    body = {"hand-over": {"login_id": "uma"}, "reject": {"reason": "No"}, "messages": {"content": "Hello"}}
    answer = ask(method, path.format(id=new_id("req")), json=body.get(path.rpartition("/")[2], {}))
    assert answer.status_code == 404


def test_an_approved_request_is_executed(ask: Ask, database: Database) -> None:
    request_id = transfer(database)
    shown = ask("GET", f"/{request_id}").json()
    assert shown["findings"][0] == {
        "code": "owner_confirmed",
        "weight": "good",
        "text": "Still owned by the account that hands them over",
        "licenses": 1,
    }
    assert set(shown["may"]) == {"take", "hand_over", "approve", "reject"}
    answer = ask("POST", f"/{request_id}/approve", json={"note": "Checked by phone."})
    assert answer.status_code == 200, answer.text
    assert (answer.json()["status"], answer.json()["due_at"]) == ("approved", None)
    assert answer.json()["events"][-1]["by_name"] == "Sam Berg"
    assert decisions(database) == [(SAM, "request.approved", request_id)]
    assert executions(database) == 1
    execution.execute(database, request_id, later())
    assert ask("GET", f"/{request_id}").json()["outcome"]["moved"] == 1
    assert set(owners(database).values()) == {CARLA}


def test_a_rejected_request_says_why_to_everybody_it_concerns(ask: Ask, database: Database) -> None:
    request_id = transfer(database)
    answer = ask("POST", f"/{request_id}/reject", json={"reason": " The order is not paid. "})
    assert (answer.status_code, answer.json()["status"], answer.json()["may"]) == (200, "rejected", [])
    with database.reading() as session:
        bodies = session.scalars(select(outbox.c.body).where(outbox.c.name == RequestChanged.TYPE))
        facts = [RequestChanged.model_validate_json(body) for body in bodies]
    told = {(fact.account_id, fact.message) for fact in facts if fact.status == "rejected"}
    assert told == {(ANNA, "The order is not paid."), (CARLA, "The order is not paid.")}
    assert decisions(database) == [(SAM, "request.rejected", request_id)]
    assert executions(database) == 0


@pytest.mark.parametrize("body", [{}, {"reason": " "}, {"reason": "x" * 2001}, {"reason": "a\x00"}])
def test_a_rejection_needs_a_reason(body: dict[str, str], ask: Ask, database: Database) -> None:
    answer = ask("POST", f"/{a_question(database)}/reject", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/reason"]


@pytest.mark.parametrize("decision", ["approve", "reject", "take", "hand-over", "return", "messages"])
@pytest.mark.parametrize("side", ["requester", "receiver"])
def test_nobody_decides_what_concerns_themselves(
    side: str, decision: str, ask: Ask, database: Database
) -> None:
    if side == "requester":
        request_id = transfer(database, account_id=SAM)
    else:
        request_id = transfer(database, to_login_id="sam")
    body = {
        "approve": {},
        "reject": {"reason": "No"},
        "hand-over": {"login_id": "uma"},
        "messages": {"content": "x"},
    }
    answer = ask("POST", f"/{request_id}/{decision}", json=body.get(decision))
    assert (answer.status_code, answer.json()["code"]) == (403, "own_request")
    shown = ask("GET", f"/{request_id}").json()
    assert (shown["status"], shown["own"], shown["may"]) == ("pending_approval", True, [])


def test_the_present_owner_does_not_decide_about_an_assignment(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        owned(session, SAM, 1)
    request_id = waiting(database, ANNA, an_assignment(["A0000000001"]))
    assert ask("POST", f"/{request_id}/approve", json={}).json()["code"] == "own_request"


def test_many_licenses_take_two_different_people(ask: Ask, database: Database) -> None:
    request_id = transfer(database, 101)
    first = ask("POST", f"/{request_id}/approve", json={"note": "Fine."}).json()
    assert (first["status"], first["two_needed"]) == ("pending_approval", True)
    assert first["first_approval"]["by_name"] == "Sam Berg"
    assert "approve" not in first["may"]
    again = ask("POST", f"/{request_id}/approve", json={})
    assert (again.status_code, again.json()["code"]) == (409, "another_person_needed")
    assert executions(database) == 0
    second = ask("POST", f"/{request_id}/approve", as_=UMA, json={})
    assert second.json()["status"] == "approved"
    assert [(actor, action) for actor, action, _ in decisions(database)] == [
        (SAM, "request.approved_first"),
        (UMA, "request.approved"),
    ]
    assert executions(database) == 1


@pytest.mark.parametrize("_time", range(5))
def test_of_decisions_at_once_one_wins(_time: int, ask: Ask, database: Database) -> None:
    request_id = a_question(database)

    def decide(attempt: tuple[str, str]) -> Any:
        account_id, decision = attempt
        body = {"reason": "No"} if decision == "reject" else {}
        return ask("POST", f"/{request_id}/{decision}", as_=account_id, json=body)

    attempts = [(who, decision) for who in (SAM, UMA) for decision in ("approve", "reject")]
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(decide, attempts))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert len(decisions(database)) == 1


def test_one_person_who_approves_twice_at_once_counts_once(ask: Ask, database: Database) -> None:
    request_id = transfer(database, 101)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: ask("POST", f"/{request_id}/approve", json={}), range(4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert ask("GET", f"/{request_id}").json()["status"] == "pending_approval"


def test_an_approval_and_a_withdrawal_at_once_leave_one_of_both(
    ask: Ask, catalog_client: TestClient, ring: KeyRing, database: Database
) -> None:
    request_id = a_question(database)

    def withdraw() -> Any:
        headers = ring.headers(a_caller(ANNA), "catalog")
        return catalog_client.post(f"/api/v1/requests/{request_id}/withdraw", headers=headers)

    with ThreadPoolExecutor(2) as pool:
        one, other = (
            pool.submit(withdraw),
            pool.submit(ask, "POST", f"/{request_id}/approve", json={}),
        )
        codes = (one.result().status_code, other.result().status_code)
    assert codes in ((204, 409), (409, 200))


def test_what_is_not_waiting_cannot_be_decided(ask: Ask, database: Database) -> None:
    request_id = made(database, ANNA, NewRequest(kind="general", title="A question", description="Which?"))
    for decision in ("approve", "reject"):
        answer = ask(
            "POST", f"/{request_id}/{decision}", json={"reason": "No"} if decision == "reject" else {}
        )
        assert (answer.status_code, answer.json()["code"]) == (409, "request_not_in_this_state")


def test_a_request_is_taken_returned_and_handed_over(ask: Ask, database: Database) -> None:
    request_id = a_question(database)
    taken = ask("POST", f"/{request_id}/take").json()
    assert (taken["assigned_to_name"], taken["mine"]) == ("Sam Berg", True)
    assert ask("POST", f"/{request_id}/take").status_code == 200
    refused = ask("POST", f"/{request_id}/take", as_=UMA)
    assert (refused.status_code, refused.json()["code"]) == (409, "request_taken")
    assert "Sam Berg" in refused.json()["detail"]
    assert ask("POST", f"/{request_id}/return", as_=UMA).json()["code"] == "request_not_taken"
    handed = ask("POST", f"/{request_id}/hand-over", json={"login_id": "UMA"}).json()
    assert (handed["assigned_to_name"], handed["mine"]) == ("Uma Berg", False)
    returned = ask("POST", f"/{request_id}/return", as_=UMA).json()
    assert returned["assigned_to_name"] is None
    actions = [event["action"] for event in returned["events"]]
    assert actions[-3:] == ["taken", "handed_over", "returned"]


@pytest.mark.parametrize(("login_id", "code"), [("zoe", "colleague_unknown"), ("carla", "colleague_unknown")])
def test_a_request_is_handed_to_colleagues_only(
    login_id: str, code: str, ask: Ask, database: Database
) -> None:
    answer = ask("POST", f"/{a_question(database)}/hand-over", json={"login_id": login_id})
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [("/login_id", code)]


def test_a_request_is_not_handed_to_whom_it_concerns(ask: Ask, database: Database) -> None:
    answer = ask("POST", f"/{a_question(database, UMA)}/hand-over", json={"login_id": "uma"})
    assert [error["code"] for error in answer.json()["errors"]] == ["concerned"]


def test_customers_do_not_see_who_took_care(
    ask: Ask, catalog_client: TestClient, ring: KeyRing, database: Database
) -> None:
    request_id = a_question(database)
    ask("POST", f"/{request_id}/take")
    shown = catalog_client.get(
        f"/api/v1/requests/{request_id}", headers=ring.headers(a_caller(ANNA), "catalog")
    )
    assert [event["to_status"] for event in shown.json()["events"]] == [
        "submitted",
        "verifying",
        "pending_approval",
    ]


def test_support_writes_to_everybody_it_concerns(ask: Ask, database: Database) -> None:
    request_id = transfer(database)
    answer = ask("POST", f"/{request_id}/messages", json={"content": "Which office?"})
    assert answer.status_code == 201
    [message] = ask("GET", f"/{request_id}").json()["messages"]
    assert (message["by_name"], message["from_support"], message["mine"]) == ("Sam Berg", True, True)


def test_a_decision_sent_twice_with_a_key_is_taken_once(ask: Ask, database: Database) -> None:
    request_id = a_question(database)
    answers = [ask("POST", f"/{request_id}/approve", json={}, key="once") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert len(decisions(database)) == 1
