"""What user-defined fields say of a license, over their real door: who fills them in and who sees them."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.fields.repository import listed_values
from keydesk.services.catalog.models import Addition, License
from tests.catalog_fields import (
    ANNA,
    BORIS,
    CARLA,
    NOW,
    Ask,
    a_share,
    at_once,
    defined,
    errors,
    fill,
    said,
)
from tests.databases import TestDatabases
from tests.factories.catalog import a_license_of, an_unregistered_license
from tests.identities import KeyRing, a_caller

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
    method: str, path: str, catalog_client: TestClient, ring: KeyRing, license_id: str
) -> None:
    headers = ring.headers(a_caller(ANNA, scopes=("account:read",)), "catalog")

    answer = catalog_client.request(
        method, f"/api/v1{path.format(license_id)}", headers=headers, json={"values": {}}
    )

    assert answer.json()["code"] == "scope_missing"
