"""Requests over the catalog's door, for those whom they concern: made, seen, written about, withdrawn."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Fact
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.contract import RequestChanged
from keydesk.services.catalog.models.requests import STATUSES, RequestItem
from keydesk.services.catalog.requests.rules import FOLLOWS
from keydesk.services.catalog.requests.work import VERIFY_REQUEST
from tests.catalog_door import Ask, asking
from tests.databases import TestDatabases
from tests.factories.requests import a_transfer, made, owned, somebody
from tests.identities import KeyRing

ANNA = new_id("acc")
CARLA = new_id("acc")
DORA = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla", company_name="Nordic Tools")
            somebody(session, DORA, "dora")
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring, "/api/v1/requests", ANNA)


def general(**fields: Any) -> dict[str, Any]:
    return {"kind": "general", "title": "A question", "description": "Which file do I need?", **fields}


def told(database: Database, fact: type[Fact] = RequestChanged) -> list[tuple[str, str, str]]:
    """Account, status and message of each fact."""
    with database.reading() as session:
        bodies = session.scalars(
            select(outbox.c.body).where(outbox.c.name == fact.TYPE).order_by(outbox.c.position)
        )
        facts = [RequestChanged.model_validate_json(body) for body in bodies]
    return [(each.account_id, each.status, each.message) for each in facts]


@pytest.mark.feature("G24")
def test_a_question_is_made_and_its_verification_queued(ask: Ask, database: Database) -> None:
    answer = ask("POST", json=general())
    assert answer.status_code == 201, answer.text
    shown = ask("GET", f"/{answer.json()['id']}").json()
    assert shown == answer.json()
    assert (shown["status"], shown["concerns"], shown["may_withdraw"]) == ("submitted", "requester", True)
    assert [(event["from_status"], event["to_status"]) for event in shown["events"]] == [(None, "submitted")]
    assert shown["events"][0]["by_name"] == "Anna Berg"
    assert shown["due_at"] > shown["created_at"]
    assert told(database) == [(ANNA, "submitted", "")]
    with database.reading() as session:
        assert session.scalars(select(outbox.c.name).where(outbox.c.kind == "job")).all() == [
            VERIFY_REQUEST.name
        ]


@pytest.mark.feature("G25")
def test_a_transfer_concerns_both_sides(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses = owned(session, ANNA, 2)
    body = a_transfer(licenses, to_login_id="CARLA").model_dump(exclude_none=True)
    answer = ask("POST", json=body)
    assert answer.status_code == 201, answer.text
    path = f"/{answer.json()['id']}"
    theirs = ask("GET", path, as_=CARLA).json()
    assert (theirs["concerns"], theirs["may_withdraw"], theirs["license_count"]) == ("other_side", False, 2)
    assert [party["name"] for party in theirs["parties"]] == ["Anna Berg", "Carla Berg"]
    assert [license["license_id"] for license in theirs["licenses"]] == licenses
    assert [item["id"] for item in ask("GET", as_=CARLA).json()["items"]] == [answer.json()["id"]]
    assert ask("GET", path, as_=DORA).status_code == 404
    assert ask("GET", as_=DORA).json()["items"] == []
    assert sorted(told(database)) == sorted([(ANNA, "submitted", ""), (CARLA, "submitted", "")])


@pytest.mark.feature("G25")
def test_a_transfer_takes_every_license_with_a_customer_number(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        mine = owned(session, ANNA, 3, customer_number="C-7")
        owned(session, ANNA, 1, first=10)
        owned(session, CARLA, 1, first=20, customer_number="C-7")
    body = {"kind": "ownership_transfer", "title": "All", "to_login_id": "carla", "customer_number": "C-7"}
    answer = ask("POST", json=body)
    assert answer.json()["license_count"] == 3
    with database.reading() as session:
        assert sorted(filter(None, session.scalars(select(RequestItem.license_id)))) == sorted(mine)


@pytest.mark.feature("G25")
def test_an_assignment_tells_nothing_about_the_licenses_it_names(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        owned(session, CARLA, 1)
    body = {
        "kind": "license_assignment",
        "title": "Mine now",
        "serial_numbers": [" A0000000001 ", "B0000000002", "A0000000001"],
    }
    shown = ask("POST", json=body).json()
    assert [license["serial_number"] for license in shown["licenses"]] == ["A0000000001", "B0000000002"]
    assert {license["product_name"] for license in shown["licenses"]} == {""}
    assert told(database) == [(ANNA, "submitted", "")]


TRANSFER = {"kind": "ownership_transfer", "title": "T", "to_login_id": "carla", "customer_number": "C-1001"}
ASSIGNMENT = {"kind": "license_assignment", "title": "T", "serial_numbers": ["A0000000001"]}


@pytest.mark.feature("G24")
@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        (general(kind="gift"), "/kind", "literal_error"),
        (general(kind="address_creation"), "/kind", "literal_error"),
        (general(title=" "), "/title", "string_too_short"),
        (general(title="x" * 201), "/title", "string_too_long"),
        (general(title="a\nb"), "/title", "string_pattern_mismatch"),
        (general(description=""), "/description", "missing"),
        (general(description="x" * 4001), "/description", "string_too_long"),
        (general(description="\x00"), "/description", "string_pattern_mismatch"),
        (general(to_login_id="carla"), "/to_login_id", "not_of_this_kind"),
        (general(serial_numbers=["A1"]), "/serial_numbers", "not_of_this_kind"),
        (general(urgent=True), "/urgent", "extra_forbidden"),
        ({**TRANSFER, "to_login_id": None}, "/to_login_id", "missing"),
        ({**TRANSFER, "to_login_id": "zoe"}, "/to_login_id", "account_unknown"),
        ({**TRANSFER, "to_login_id": "locked"}, "/to_login_id", "account_unknown"),
        ({**TRANSFER, "to_login_id": "Anna"}, "/to_login_id", "own_account"),
        ({**TRANSFER, "customer_number": None}, "/serial_numbers", "missing"),
        ({**TRANSFER, "customer_number": "C-none"}, "/customer_number", "none_with_it"),
        ({**TRANSFER, "license_ids": [new_id("lic")]}, "/customer_number", "one_of_them"),
        ({**TRANSFER, "license_ids": []}, "/license_ids", "too_short"),
        ({**TRANSFER, "license_ids": ["lic_1"]}, "/license_ids/0", "string_pattern_mismatch"),
        ({**TRANSFER, "serial_numbers": ["A1"]}, "/customer_number", "one_of_them"),
        ({**ASSIGNMENT, "serial_numbers": None}, "/serial_numbers", "missing"),
        ({**ASSIGNMENT, "serial_numbers": []}, "/serial_numbers", "too_short"),
        ({**ASSIGNMENT, "serial_numbers": [" "]}, "/serial_numbers/0", "string_too_short"),
        ({**ASSIGNMENT, "serial_numbers": ["A1"] * 501}, "/serial_numbers", "too_long"),
        ({**ASSIGNMENT, "customer_number": "C-1001"}, "/customer_number", "not_of_this_kind"),
    ],
)
def test_what_is_wrong_with_a_request_is_told_where_it_is(
    body: dict[str, Any], pointer: str, code: str, ask: Ask, database: Database
) -> None:
    with database.transaction() as session:
        somebody(session, new_id("acc"), "locked", status="locked")
        owned(session, ANNA, 1)
    answer = ask("POST", json=body)
    assert answer.status_code == 422, answer.text
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert ask("GET").json()["items"] == []


@pytest.mark.feature("G25")
def test_nobody_hands_over_what_they_do_not_own(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        mine, theirs = owned(session, ANNA, 1), owned(session, CARLA, 1, first=2)
    body = a_transfer([*mine, *theirs, new_id("lic")], to_login_id="dora").model_dump(exclude_none=True)
    answer = ask("POST", json=body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/license_ids/1", "/license_ids/2"]
    assert len({error["detail"] for error in answer.json()["errors"]}) == 1


@pytest.mark.feature("G25")
def test_a_transfer_names_licenses_by_serial_number(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        mine = owned(session, ANNA, 2)
        owned(session, CARLA, 1, first=3)
    body = {**TRANSFER, "customer_number": None, "serial_numbers": ["A0000000001", "A0000000002"]}
    shown = ask("POST", json=body).json()
    assert [license["license_id"] for license in shown["licenses"]] == mine
    refused = ask("POST", json={**body, "serial_numbers": ["A0000000001", "A0000000003", "Z1"]})
    pointers = [error["pointer"] for error in refused.json()["errors"]]
    assert pointers == ["/serial_numbers/1", "/serial_numbers/2"]


@pytest.mark.feature("G24")
def test_a_request_sent_twice_is_made_once(ask: Ask) -> None:
    answers = [ask("POST", json=general(), key="once") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    assert len(ask("GET").json()["items"]) == 1


@pytest.mark.feature("G24")
def test_pages_show_each_request_once_and_by_status(ask: Ask) -> None:
    ids = [ask("POST", json=general(title=f"Question {n}")).json()["id"] for n in range(5)]
    assert ask("POST", f"/{ids[2]}/withdraw").status_code == 204
    found: list[str] = []
    cursor = None
    while True:
        page = ask("GET", params={"limit": 2} | ({"cursor": cursor} if cursor else {})).json()
        found += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert found == ids[::-1]
    assert [item["id"] for item in ask("GET", params={"status": "withdrawn"}).json()["items"]] == [ids[2]]
    assert ask("GET", params={"status": "lost"}).status_code == 422
    assert ask("GET", params={"cursor": "forged"}).status_code == 422


@pytest.mark.feature("G24")
def test_a_withdrawn_request_stays_withdrawn(ask: Ask, database: Database) -> None:
    path = f"/{ask('POST', json=general()).json()['id']}"
    assert ask("POST", f"{path}/withdraw").status_code == 204
    shown = ask("GET", path).json()
    assert (shown["status"], shown["due_at"], shown["may_withdraw"]) == ("withdrawn", None, False)
    answer = ask("POST", f"{path}/withdraw")
    assert (answer.status_code, answer.json()["code"]) == (409, "request_not_in_this_state")
    assert [status for _, status, _ in told(database)] == ["submitted", "withdrawn"]


@pytest.mark.feature("G25")
def test_only_the_requester_withdraws(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses = owned(session, ANNA, 1)
    request_id = made(database, ANNA, a_transfer(licenses))
    answer = ask("POST", f"/{request_id}/withdraw", as_=CARLA)
    assert (answer.status_code, answer.json()["code"]) == (403, "only_the_requester")
    assert ask("POST", f"/{request_id}/withdraw", as_=DORA).status_code == 404


@pytest.mark.feature("G25")
def test_both_sides_write_and_the_other_is_told(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses = owned(session, ANNA, 1)
    path = f"/{made(database, ANNA, a_transfer(licenses))}"
    answer = ask("POST", f"{path}/messages", json={"content": " Fine with me. "}, as_=CARLA)
    assert answer.status_code == 201, answer.text
    assert told(database)[2:] == [(ANNA, "submitted", "Fine with me.")]
    [message] = ask("GET", f"{path}/messages").json()["items"]
    assert (message["by_name"], message["mine"], message["from_support"]) == ("Carla Berg", False, False)
    assert ask("GET", path, as_=CARLA).json()["messages"] == [{**message, "mine": True}]
    for method in ("GET", "POST"):
        refused = ask(method, f"{path}/messages", as_=DORA, json={"content": "Hello"})
        assert refused.status_code == 404


@pytest.mark.feature("G24")
def test_messages_come_in_pages_in_their_order(ask: Ask) -> None:
    path = f"/{ask('POST', json=general()).json()['id']}"
    for number in range(3):
        ask("POST", f"{path}/messages", json={"content": str(number)})
    first = ask("GET", f"{path}/messages", params={"limit": 2}).json()
    rest = ask("GET", f"{path}/messages", params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [message["content"] for message in first["items"] + rest["items"]] == ["0", "1", "2"]
    assert rest["next_cursor"] is None


@pytest.mark.feature("G24")
@pytest.mark.parametrize("content", ["", " ", "x" * 4001, "\x00", None])
def test_a_message_has_something_to_say(content: str | None, ask: Ask) -> None:
    path = f"/{ask('POST', json=general()).json()['id']}"
    assert ask("POST", f"{path}/messages", json={"content": content}).status_code == 422


@pytest.mark.feature("G24")
@pytest.mark.parametrize("came_from", STATUSES)
def test_the_database_knows_which_state_follows(came_from: str, ask: Ask, database: Database) -> None:
    request_id = ask("POST", json=general()).json()["id"]

    def put(status: str) -> None:
        with database.transaction() as session:
            session.execute(
                text("UPDATE requests SET status = :status WHERE id = :id"),
                {"status": status, "id": request_id},
            )

    with database.transaction() as session:
        session.execute(text("ALTER TABLE requests DISABLE TRIGGER known_transition"))
    put(came_from)
    with database.transaction() as session:
        session.execute(text("ALTER TABLE requests ENABLE TRIGGER known_transition"))
    for wanted in set(STATUSES) - set(FOLLOWS[came_from]) - {came_from}:  # type: ignore[index]
        with pytest.raises(DBAPIError, match="a request does not go"):
            put(wanted)


@pytest.mark.feature("G24")
def test_what_happened_to_a_request_is_only_added_to(ask: Ask, database: Database) -> None:
    ask("POST", json=general())
    for statement in ("UPDATE request_events SET note = 'x'", "DELETE FROM request_events"):
        with pytest.raises(DBAPIError, match="only ever added to"), database.transaction() as session:
            session.execute(text(statement))
