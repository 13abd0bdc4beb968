"""User-defined fields over their real door: defined by an account, filled in for its licenses."""

import json
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.fields.repository import listed_fields, listed_values
from keydesk.services.catalog.licenses.service import take_in_people
from keydesk.services.catalog.models import Addition, Field, FieldValue, License, Share, ShareScope
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed, an_unregistered_license, licenses_of
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G10")

ANNA = new_id("acc")
CARLA = new_id("acc")
BORIS = new_id("acc")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


Ask = Callable[..., Any]


@pytest.fixture
def client(database: Database, settings_of: SettingsOf, client_of: ClientOf) -> TestClient:  # noqa: ARG001 - found by the settings
    return client_of(settings_of("catalog"))


@pytest.fixture
def ask(client: TestClient, ring: KeyRing) -> Ask:
    def send(
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: str = ANNA,
        if_match: str | None = None,
        key: str = "",
    ) -> Any:
        headers = ring.headers(a_caller(as_), "catalog")
        headers |= {"If-Match": if_match} if if_match is not None else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        content = None if body is None else json.dumps(body)  # escaped, so that it can carry any character
        return client.request(method, f"/api/v1{path}", content=content, headers=headers)

    return send


@pytest.fixture
def license_id(database: Database) -> str:
    """A license of Anna's."""
    with database.transaction() as session:
        take_in_people(session, [an_account_changed(ANNA)])
        (fact,) = licenses_of(session, ANNA, {})
    return fact.license_id


def defined(ask: Ask, name: str, **fields: Any) -> dict[str, Any]:
    answer = ask("POST", "/fields", {"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def names(ask: Ask) -> list[tuple[int, str]]:
    return [(item["position"], item["name"]) for item in ask("GET", "/fields").json()["items"]]


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def fill(ask: Ask, license_id: str, values: dict[str, Any], *, as_: str = ANNA, if_match: str = "*") -> Any:
    path = f"/catalog/licenses/{license_id}/fields"
    return ask("PUT", path, {"values": values}, as_=as_, if_match=if_match)


def said(ask: Ask, license_id: str, *, as_: str = ANNA) -> dict[str, str | None]:
    answer = ask("GET", f"/catalog/licenses/{license_id}/fields", as_=as_)
    assert answer.status_code == 200, answer.text
    return {field["name"]: field["value"] for field in answer.json()["fields"]}


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls answer when all are made together."""
    answers: list[Any] = []
    gate = threading.Barrier(len(calls))

    def make(call: Callable[[], Any]) -> None:
        gate.wait()
        answers.append(call())

    threads = [threading.Thread(target=make, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def a_field(session: Session, account_id: str, name: str, **fields: Any) -> str:
    made: dict[str, Any] = {"kind": "text", "choices": [], "position": 1, "in_list": True, "shared": False}
    row = Field(id=new_id("fld"), account_id=account_id, name=name, created_at=NOW, **{**made, **fields})
    session.add(row)
    session.flush()
    return row.id


def a_value(session: Session, field_id: str, license_id: str, value: str) -> None:
    session.add(
        FieldValue(field_id=field_id, license_id=license_id, value=value, changed_at=NOW, changed_by=ANNA)
    )
    session.flush()


def a_share(session: Session, license_id: str, to: str, level: str, *, of: str = ANNA) -> None:
    share = Share(
        id=new_id("shr"), from_account_id=of, to_account_id=to, level=level, comment="", created_at=NOW
    )
    session.add(share)
    session.flush()
    session.add(ShareScope(share_id=share.id, license_id=license_id))
    session.flush()


def test_the_list_shows_own_fields_and_those_that_others_share(database: Database) -> None:
    with database.transaction() as session:
        (own,) = licenses_of(session, ANNA, {"serial_number": "A0000000001"})
        (given,) = licenses_of(session, CARLA, {"serial_number": "B0000000002"})
        a_share(session, given.license_id, ANNA, "view", of=CARLA)
        second = a_field(session, ANNA, "Room", position=2)
        first = a_field(session, ANNA, "Cost centre", position=1)
        hidden = a_field(session, ANNA, "Not listed", position=3, in_list=False)
        open_ = a_field(session, CARLA, "Site", shared=True)
        secret = a_field(session, CARLA, "Price", position=2)
        for field_id in (first, second, hidden):
            a_value(session, field_id, own.license_id, f"of {field_id}")
        for field_id in (open_, secret):
            a_value(session, field_id, given.license_id, f"of {field_id}")

        assert [field.id for field in listed_fields(session, ANNA, NOW)] == [first, second, open_]
        assert listed_values(session, ANNA, [own.license_id, given.license_id]) == {
            own.license_id: {first: f"of {first}", second: f"of {second}"},
            given.license_id: {open_: f"of {open_}"},
        }
        assert [field.id for field in listed_fields(session, BORIS, NOW)] == []
        assert listed_values(session, ANNA, []) == {}


def test_a_field_is_defined_and_listed_in_order(ask: Ask) -> None:
    made = defined(ask, "  Cost centre ", kind="choice", choices=["North", "South"], in_list=True)
    defined(ask, "Room", shared=True)

    assert made == {
        "id": made["id"],
        "name": "Cost centre",
        "kind": "choice",
        "choices": ["North", "South"],
        "position": 1,
        "in_list": True,
        "shared": False,
        "revision": 1,
        "values": 0,
    }
    assert names(ask) == [(1, "Cost centre"), (2, "Room")]
    assert ask("GET", "/fields", as_=CARLA).json() == {"items": []}


def test_a_definition_sent_twice_with_one_key_makes_one_field(ask: Ask) -> None:
    answers = [ask("POST", "/fields", {"name": "Room"}, key="once") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json() == answers[1].json()
    assert names(ask) == [(1, "Room")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/name"),
        ({"name": "   "}, "/name"),
        ({"name": "x" * 61}, "/name"),
        ({"name": "two\nlines"}, "/name"),
        ({"name": "half \ud800"}, "/name"),
        ({"name": "A", "kind": "colour"}, "/kind"),
        ({"name": "A", "kind": "choice"}, "/choices"),
        ({"name": "A", "kind": "choice", "choices": ["a", "a"]}, "/choices"),
        ({"name": "A", "kind": "choice", "choices": [str(number) for number in range(51)]}, "/choices"),
        ({"name": "A", "kind": "choice", "choices": [""]}, "/choices/0"),
        ({"name": "A", "kind": "text", "choices": ["a"]}, "/choices"),
        ({"name": "A", "in_list": "perhaps"}, "/in_list"),
        ({"name": "A", "shared": None}, "/shared"),
        ({"name": "A", "colour": "red"}, "/colour"),
    ],
)
def test_a_wrong_definition_is_refused_with_its_place(body: dict[str, Any], pointer: str, ask: Ask) -> None:
    assert [place for place, _ in errors(ask("POST", "/fields", body))] == [pointer]
    assert names(ask) == []


def test_names_differ_by_more_than_capital_letters(ask: Ask) -> None:
    defined(ask, "Größe")
    room = defined(ask, "Room")

    assert errors(ask("POST", "/fields", {"name": "GRÖßE"})) == [("/name", "name_taken")]
    renamed = ask("PATCH", f"/fields/{room['id']}", {"name": "grÖSSe".replace("SS", "ß")})
    assert errors(renamed) == [("/name", "name_taken")]
    assert ask("PATCH", f"/fields/{room['id']}", {"name": "ROOM"}).json()["name"] == "ROOM"
    assert ask("POST", "/fields", {"name": "Room"}, as_=CARLA).status_code == 201


def test_two_definitions_of_one_name_at_once_make_one_field(ask: Ask) -> None:
    answers = at_once(*(lambda: ask("POST", "/fields", {"name": "Room"}) for _ in range(4)))

    assert sorted(answer.status_code for answer in answers) == [201, 422, 422, 422]
    assert names(ask) == [(1, "Room")]


def test_an_account_has_thirty_fields_and_no_more_even_when_two_come_at_once(ask: Ask) -> None:
    for number in range(29):
        defined(ask, f"Field {number}")

    answers = at_once(
        *(lambda name=name: ask("POST", "/fields", {"name": name}) for name in ("One", "Other"))
    )

    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert len(names(ask)) == 30
    assert ask("POST", "/fields", {"name": "More"}).json()["code"] == "too_many_fields"


def test_a_field_is_changed_by_who_saw_its_latest_state(ask: Ask) -> None:
    field = defined(ask, "Room")
    path = f"/fields/{field['id']}"

    changed = ask("PATCH", path, {"name": "Hall", "shared": True, "in_list": True}, if_match='"1"')
    assert changed.status_code == 200
    assert changed.headers["etag"] == '"2"'
    assert (changed.json()["name"], changed.json()["shared"], changed.json()["in_list"]) == (
        "Hall",
        True,
        True,
    )
    late = ask("PATCH", path, {"name": "Attic"}, if_match='"1"')
    assert (late.status_code, late.json()["code"]) == (412, "field_changed_meanwhile")
    assert ask("DELETE", path, if_match='"1"').status_code == 412
    assert ask("PATCH", path, {"name": "Hall"}, if_match='"2"').headers["etag"] == '"2"'
    assert names(ask) == [(1, "Hall")]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"kind": "date"}, "/kind"),
        ({"name": ""}, "/name"),
        ({"position": 0}, "/position"),
        ({"choices": []}, "/choices"),
        ({"choices": ["a", "a"]}, "/choices"),
        ({"in_list": 7}, "/in_list"),
        ({"shared": "perhaps"}, "/shared"),
    ],
)
def test_a_wrong_change_is_refused_with_its_place(body: dict[str, Any], pointer: str, ask: Ask) -> None:
    field = defined(ask, "Hall", kind="choice", choices=["North"])

    assert [place for place, _ in errors(ask("PATCH", f"/fields/{field['id']}", body))] == [pointer]


@pytest.mark.parametrize(
    ("moved", "to", "order"),
    [("C", 1, "CABD"), ("A", 3, "BCAD"), ("B", 1000, "ACDB"), ("B", 2, "ABCD")],
)
def test_a_moved_field_lets_the_others_make_room(moved: str, to: int, order: str, ask: Ask) -> None:
    fields = {name: defined(ask, name)["id"] for name in "ABCD"}

    assert ask("PATCH", f"/fields/{fields[moved]}", {"position": to}).status_code == 200

    assert names(ask) == list(enumerate(order, start=1))


def test_a_choice_that_licenses_use_stays(ask: Ask, license_id: str) -> None:
    field = defined(ask, "Hall", kind="choice", choices=["North", "South", "East"])
    fill(ask, license_id, {field["id"]: "North"})
    path = f"/fields/{field['id']}"

    refused = ask("PATCH", path, {"choices": ["South"]})
    assert errors(refused) == [("/choices", "choice_in_use")]
    assert "1" in refused.json()["errors"][0]["detail"]
    assert ask("PATCH", path, {"choices": ["West", "North"]}).json()["choices"] == ["West", "North"]


def test_deleting_says_first_what_will_be_lost_and_then_takes_it_away(
    ask: Ask, license_id: str, database: Database
) -> None:
    first = defined(ask, "Room")["id"]
    defined(ask, "Hall")
    with database.transaction() as session:
        facts = licenses_of(session, ANNA, *({"serial_number": f"B{number:010}"} for number in range(11)))
        for fact in facts:
            a_value(session, first, fact.license_id, "Attic")
    fill(ask, license_id, {first: "Cellar"})

    told = ask("GET", f"/fields/{first}/deletion").json()
    assert told["values"] == 12
    assert len(told["examples"]) == 10
    assert told["examples"][0] == {"id": license_id, "serial_number": "A0000000001", "value": "Cellar"}
    assert ask("DELETE", f"/fields/{first}", if_match='"1"').status_code == 204
    assert names(ask) == [(1, "Hall")]
    assert said(ask, license_id) == {"Hall": None}
    assert ask("GET", f"/fields/{first}/deletion").status_code == 404


def test_fields_of_somebody_else_look_like_none(ask: Ask) -> None:
    path = f"/fields/{defined(ask, 'Room')['id']}"

    assert ask("PATCH", path, {"name": "Mine"}, as_=CARLA).status_code == 404
    assert ask("GET", f"{path}/deletion", as_=CARLA).status_code == 404
    assert ask("DELETE", path, as_=CARLA).status_code == 404
    assert ask("DELETE", "/fields/fld_nonsense").status_code == 422


def test_the_owner_fills_in_fields_and_the_history_tells_of_shared_ones(ask: Ask, license_id: str) -> None:
    room = defined(ask, "Room", shared=True)["id"]
    price = defined(ask, "Price", kind="number")["id"]

    answer = fill(ask, license_id, {room: " Attic ", price: "007.50"})

    assert answer.status_code == 200
    fields = answer.json()["fields"]
    assert [(field["name"], field["value"]) for field in fields] == [("Room", "Attic"), ("Price", "7.5")]
    assert fields[0]["changed_by_name"] == "Anna Lindqvist"
    assert fields[0]["changed_at"] is not None
    shown = ask("GET", f"/catalog/licenses/{license_id}/fields")
    assert (shown.json(), shown.headers["etag"]) == (answer.json(), answer.headers["etag"])
    fill(ask, license_id, {room: None, price: "8"})
    lines = ask("GET", f"/catalog/licenses/{license_id}/history").json()["items"]
    assert [line["details"] for line in lines if line["action"] == "fields_changed"] == [
        {"Room": [None, "Attic"]},
        {"Room": ["Attic", None]},
    ]


def test_what_is_not_shared_leaves_a_line_without_details(ask: Ask, license_id: str) -> None:
    fill(ask, license_id, {defined(ask, "Price")["id"]: "7"})

    line = ask("GET", f"/catalog/licenses/{license_id}/history").json()["items"][-1]
    assert (line["action"], line["details"], line["name"]) == ("fields_changed", {}, "Anna Lindqvist")


def test_the_same_values_again_change_nothing(ask: Ask, license_id: str) -> None:
    room = defined(ask, "Room")["id"]
    tag = fill(ask, license_id, {room: "Attic"}).headers["etag"]

    again = fill(ask, license_id, {room: "Attic "}, if_match=tag)

    assert (again.status_code, again.headers["etag"]) == (200, tag)
    assert len(ask("GET", f"/catalog/licenses/{license_id}/history").json()["items"]) == 2


def test_wrong_values_are_told_all_at_once_and_nothing_is_kept(ask: Ask, license_id: str) -> None:
    room = defined(ask, "Room")["id"]
    wrong = {
        defined(ask, "Price", kind="number")["id"]: ("much", "not_a_number"),
        defined(ask, "Bought", kind="date")["id"]: ("2026-02-30", "not_a_date"),
        defined(ask, "Hall", kind="choice", choices=["North"])["id"]: ("South", "not_a_choice"),
        defined(ask, "Note")["id"]: ("x" * 501, "too_long"),
        new_id("fld"): ("x", "field_unknown"),
        "~a/b": ("x", "field_unknown"),
    }

    answer = fill(ask, license_id, {room: "Attic", **{id: value for id, (value, _) in wrong.items()}})

    assert errors(answer) == [
        (f"/values/{id.replace('~', '~0').replace('/', '~1')}", code) for id, (_, code) in wrong.items()
    ]
    assert set(said(ask, license_id).values()) == {None}


@pytest.mark.parametrize("body", [{}, {"values": []}, {"values": {"fld_1": 7}}, {"values": {}, "more": 1}])
def test_values_of_the_wrong_shape_are_refused(body: Any, ask: Ask, license_id: str) -> None:
    assert len(errors(ask("PUT", f"/catalog/licenses/{license_id}/fields", body, if_match="*"))) == 1


def test_writing_needs_to_say_what_was_seen(ask: Ask, license_id: str) -> None:
    room = defined(ask, "Room")["id"]
    path = f"/catalog/licenses/{license_id}/fields"
    tag = ask("GET", path).headers["etag"]

    unsaid = ask("PUT", path, {"values": {room: "Attic"}})
    assert (unsaid.status_code, unsaid.json()["code"]) == (428, "if_match_needed")
    assert fill(ask, license_id, {room: "Attic"}, if_match=tag).status_code == 200
    late = fill(ask, license_id, {room: "Cellar"}, if_match=tag)
    assert (late.status_code, late.json()["code"]) == (412, "values_changed_meanwhile")
    assert said(ask, license_id) == {"Room": "Attic"}


def test_of_two_editors_at_once_the_second_is_told(ask: Ask, license_id: str) -> None:
    room = defined(ask, "Room")["id"]
    tag = ask("GET", f"/catalog/licenses/{license_id}/fields").headers["etag"]

    answers = at_once(
        *(lambda word=word: fill(ask, license_id, {room: word}, if_match=tag) for word in ("Attic", "Cellar"))
    )

    assert sorted(answer.status_code for answer in answers) == [200, 412]
    (kept,) = [answer for answer in answers if answer.status_code == 200]
    assert said(ask, license_id) == {"Room": kept.json()["fields"][0]["value"]}


def test_a_choice_is_not_removed_while_somebody_chooses_it(ask: Ask, license_id: str) -> None:
    hall = defined(ask, "Hall", kind="choice", choices=["North", "South"])["id"]

    chosen, removed = sorted(
        at_once(
            lambda: ("chosen", fill(ask, license_id, {hall: "North"})),
            lambda: ("removed", ask("PATCH", f"/fields/{hall}", {"choices": ["South"]})),
        )
    )

    assert sorted([chosen[1].status_code, removed[1].status_code]) == [200, 422]


def test_those_with_a_share_see_and_edit_shared_fields_only(
    ask: Ask, license_id: str, database: Database
) -> None:
    room = defined(ask, "Room", shared=True)["id"]
    price = defined(ask, "Price")["id"]
    fill(ask, license_id, {room: "Attic", price: "7"})
    with database.transaction() as session:
        a_share(session, license_id, BORIS, "full")
        a_share(session, license_id, CARLA, "view")

    assert said(ask, license_id, as_=BORIS) == said(ask, license_id, as_=CARLA) == {"Room": "Attic"}
    assert fill(ask, license_id, {room: "Cellar"}, as_=BORIS).status_code == 200
    assert errors(fill(ask, license_id, {price: "8"}, as_=BORIS)) == [(f"/values/{price}", "field_unknown")]
    refused = fill(ask, license_id, {room: "Roof"}, as_=CARLA)
    assert (refused.status_code, refused.json()["code"]) == (403, "license_view_only")
    assert said(ask, license_id) == {"Room": "Cellar", "Price": "7"}


def test_fields_of_a_license_of_somebody_else_are_not_there(ask: Ask, license_id: str) -> None:
    for stranger in (BORIS, CARLA):
        assert ask("GET", f"/catalog/licenses/{license_id}/fields", as_=stranger).status_code == 404
        assert fill(ask, license_id, {}, as_=stranger).status_code == 404


def test_a_license_that_somebody_only_added_has_no_fields(ask: Ask, database: Database) -> None:
    room = defined(ask, "Room", shared=True)["id"]
    with database.transaction() as session:
        row = an_unregistered_license()
        session.add(License(**row))
        session.flush()
        session.add(Addition(account_id=ANNA, license_id=row["id"], added_at=NOW))

    assert said(ask, row["id"]) == {}
    assert fill(ask, row["id"], {room: "Attic"}).status_code == 403


def test_values_of_a_former_owner_are_out_of_sight(ask: Ask, license_id: str, database: Database) -> None:
    room = defined(ask, "Room", in_list=True, shared=True)["id"]
    fill(ask, license_id, {room: "Attic"})
    with database.transaction() as session:
        handed_over = session.get_one(License, license_id)
        handed_over.owner_account_id = CARLA

    assert said(ask, license_id, as_=CARLA) == {}
    assert ask("GET", "/fields").json()["items"][0]["values"] == 0
    with database.transaction() as session:
        assert listed_values(session, CARLA, [license_id]) == {}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/fields"),
        ("POST", "/fields"),
        ("GET", "/catalog/licenses/{}/fields"),
        ("PUT", "/catalog/licenses/{}/fields"),
    ],
)
def test_a_token_without_the_scope_is_refused(
    method: str, path: str, client: TestClient, ring: KeyRing, license_id: str
) -> None:
    headers = ring.headers(a_caller(ANNA, scopes=("account:read",)), "catalog")

    answer = client.request(method, f"/api/v1{path.format(license_id)}", headers=headers, json={"values": {}})

    assert answer.json()["code"] == "scope_missing"
