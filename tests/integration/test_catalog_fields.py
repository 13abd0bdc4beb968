"""User-defined fields over their real door: an account defines, moves and deletes them."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.services.catalog.fields.repository import listed_fields, listed_values
from tests.catalog_fields import (
    ANNA,
    BORIS,
    CARLA,
    NOW,
    Ask,
    a_field,
    a_share,
    a_value,
    at_once,
    defined,
    errors,
    fill,
    names,
    said,
)
from tests.databases import TestDatabases
from tests.factories.catalog import a_license_of, licenses_of
from tests.identities import KeyRing

pytestmark = pytest.mark.feature("G10")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return Ask(catalog_client, ring)


@pytest.fixture
def license_id(database: Database) -> str:
    """A license of Anna's."""
    return a_license_of(database, ANNA)


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
