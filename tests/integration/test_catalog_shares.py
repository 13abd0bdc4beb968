"""Sharing over the catalog's real door: with whom, what, how far, and never more than one owns."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.licenses.service import licensing, take_in_people
from keydesk.services.catalog.models import License
from tests.catalog_door import Ask, access, asking
from tests.catalog_shares import (
    ANNA,
    BRUNO,
    CARLA,
    LOGIN_ID,
    a_share,
    facts_told,
    opened,
    pointers,
    seen,
    shared,
    three_licenses,
)
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed, licenses_of
from tests.identities import KeyRing, a_caller


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with opened(databases) as database:
        yield database


@pytest.fixture
def catalog_fakes() -> dict[Any, Any]:
    return {licensing: object()}  # asked for keys of what is seen only


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    return asking(catalog_client, ring, "/api/v1", ANNA)


@pytest.fixture
def licenses(database: Database) -> list[str]:
    """Anna's: two with C-1, one with C-2."""
    return three_licenses(database)


# ---- With whom ----


@pytest.mark.feature("G26")
@pytest.mark.parametrize("login_id", [LOGIN_ID, LOGIN_ID.upper(), f"  {LOGIN_ID.lower()} "])
def test_a_recipient_is_found_by_login_id_whatever_its_case(login_id: str, ask: Ask) -> None:
    answer = ask("GET", "/shares/recipients", params={"login_id": login_id})

    assert answer.json() == {"login_id": LOGIN_ID, "name": "Bruno Berg", "company_name": "Fjord"}


@pytest.mark.feature("G26")
@pytest.mark.parametrize("kind", ["unknown", "own", "locked", "unverified"])
def test_whom_one_cannot_share_with_is_told_in_the_same_words(
    kind: str, ask: Ask, database: Database
) -> None:
    changes: dict[str, dict[str, Any]] = {"locked": {"status": "locked"}, "unverified": {"verified": False}}
    if kind in changes:
        with database.transaction() as session:
            take_in_people(
                session, [an_account_changed(BRUNO, revision=2, login_id=LOGIN_ID, **changes[kind])]
            )
    login_id = {"unknown": "nobody", "own": "anna"}.get(kind, LOGIN_ID)

    answer = ask("GET", "/shares/recipients", params={"login_id": login_id})

    assert answer.status_code == 404
    assert answer.json()["code"] == "recipient_unknown"
    assert answer.json()["detail"] == (
        "There is no account with this login ID to share with. Ask the person how they log in."
    )


def test_an_unverified_account_learns_no_names(catalog_client: TestClient, ring: KeyRing) -> None:
    headers = ring.headers(a_caller(ANNA, verified=False), "catalog")

    answer = catalog_client.get("/api/v1/shares/recipients", params={"login_id": LOGIN_ID}, headers=headers)

    assert answer.json()["code"] == "email_not_verified"


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_customer_numbers_to_choose_from_are_those_of_owned_licenses(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, BRUNO, {"serial_number": "B0000000001", "customer_number": "C-9"})
    shared(ask, as_=BRUNO, login_id="anna", customer_numbers=["C-9"], level="full")

    first = ask("GET", "/shares/customer-numbers", params={"limit": 1}).json()
    second = ask(
        "GET", "/shares/customer-numbers", params={"limit": 1, "cursor": first["next_cursor"]}
    ).json()

    assert first["items"] + second["items"] == [
        {"customer_number": "C-1", "customer_name": "Lindqvist Instruments", "license_count": 2},
        {"customer_number": "C-2", "customer_name": "Harbour", "license_count": 1},
    ]
    assert second["next_cursor"] is None


# ---- Sharing ----


@pytest.mark.feature("G26")
@pytest.mark.parametrize("level", ["view", "full"])
def test_shared_licenses_are_seen_at_once_and_only_those(
    level: str, ask: Ask, licenses: list[str], catalog_client: TestClient, ring: KeyRing
) -> None:
    shared(ask, level=level)

    assert seen(ask, BRUNO) == {"A0000000001": level, "A0000000002": level}
    assert access(catalog_client, ring, BRUNO, licenses[0]) == level
    assert access(catalog_client, ring, BRUNO, licenses[2]) == "none"
    assert seen(ask, CARLA) == {}


@pytest.mark.feature("G26")
def test_the_giver_sees_what_was_shared_with_whom(ask: Ask, licenses: list[str]) -> None:
    made = shared(ask, license_ids=[licenses[0], licenses[2]], comment="For the audit")

    assert made == {
        "id": made["id"],
        "recipient": {"login_id": LOGIN_ID, "name": "Bruno Berg", "company_name": "Fjord"},
        "customer_numbers": ["C-1"],
        "licenses": [
            {"id": licenses[0], "serial_number": "A0000000001"},
            {"id": licenses[2], "serial_number": "A0000000003"},
        ],
        "level": "view",
        "comment": "For the audit",
        "ends_at": None,
        "created_at": made["created_at"],
        "holds": True,
        "license_count": 3,
    }
    assert ask("GET", f"/shares/{made['id']}").json() == made
    assert ask("GET", "/shares").json()["items"] == [made]


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_the_recipient_is_told(ask: Ask, database: Database) -> None:
    made = shared(ask, customer_numbers=["C-1", "C-2", "C-1"], level="full", comment="Mine alone")

    assert facts_told(database) == [
        (
            "catalog.licenses.shared.v1",
            {
                "share_id": made["id"],
                "account_id": BRUNO,
                "from_account_id": ANNA,
                "from_name": "Anna Lindqvist",
                "from_company": "Lindqvist Instruments",
                "level": "full",
                "customer_numbers": ["C-1", "C-2"],
                "license_count": 3,
                "ends_at": None,
                "changed": False,
            },
        )
    ]


@pytest.mark.feature("G26")
def test_a_single_license_has_it_in_its_history_and_those_of_a_number_do_not(
    ask: Ask, licenses: list[str]
) -> None:
    shared(ask, license_ids=[licenses[2]])

    def lines(license_id: str) -> list[Any]:
        history = ask("GET", f"/catalog/licenses/{license_id}/history").json()["items"]
        return [(line["action"], line["details"], line["account_id"]) for line in history[1:]]

    assert lines(licenses[2]) == [("shared", {"to": [None, "Bruno Berg"]}, ANNA)]
    assert lines(licenses[0]) == []


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_what_is_registered_later_is_covered_by_its_number(ask: Ask, database: Database) -> None:
    made = shared(ask)
    with database.transaction() as session:
        licenses_of(session, ANNA, {"serial_number": "A0000000009", "customer_number": "C-1"})

    assert "A0000000009" in seen(ask, BRUNO)
    assert ask("GET", f"/shares/{made['id']}").json()["license_count"] == 3


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_the_same_request_twice_shares_once(ask: Ask, database: Database) -> None:
    key = {"Idempotency-Key": "one"}

    answers = [ask("POST", "/shares", json=a_share(), headers=key) for _ in range(2)]

    assert answers[0].json() == answers[1].json()
    assert len(ask("GET", "/shares").json()["items"]) == 1
    assert len(facts_told(database)) == 1


@pytest.mark.parametrize(
    ("fields", "pointer"),
    [
        ({"login_id": "nobody"}, "/login_id"),
        ({"login_id": "anna"}, "/login_id"),
        ({"login_id": " "}, "/login_id"),
        ({"login_id": "a\x00"}, "/login_id"),
        ({"customer_numbers": []}, "/customer_numbers"),
        ({"customer_numbers": ["C-1", "C-7"]}, "/customer_numbers/1"),
        ({"customer_numbers": ["\x00"]}, "/customer_numbers/0"),
        ({"customer_numbers": [f"C-{number}" for number in range(501)]}, "/customer_numbers"),
        ({"license_ids": [new_id("lic")]}, "/license_ids/0"),
        ({"license_ids": ["lic_x"]}, "/license_ids/0"),
        ({"license_ids": [new_id("lic") for _ in range(501)]}, "/license_ids"),
        ({"level": "owner"}, "/level"),
        ({"comment": "x" * 501}, "/comment"),
        ({"comment": "\x00"}, "/comment"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"ends_at": "9999-12-31T23:59:59-10:00"}, "/ends_at"),
        ({"ends_at": "2099-01-01T00:00:00"}, "/ends_at"),
        ({"from": "me"}, "/from"),
    ],
)
@pytest.mark.usefixtures("licenses")
def test_what_is_wrong_is_told_at_its_place_and_nothing_is_shared(
    fields: dict[str, Any], pointer: str, ask: Ask, database: Database
) -> None:
    answer = ask("POST", "/shares", json=a_share(**fields))

    assert list(pointers(answer)) == [pointer]
    assert ask("GET", "/shares").json()["items"] == []
    assert facts_told(database) == []


# ---- Never more than one owns ----


@pytest.mark.feature("G26")
def test_what_was_shared_with_full_access_cannot_be_given_on(ask: Ask, licenses: list[str]) -> None:
    shared(ask, level="full", license_ids=[licenses[2]])
    given_on = {"login_id": "carla", "license_ids": licenses}

    answer = ask("POST", "/shares", as_=BRUNO, json=a_share(**given_on))

    assert pointers(answer) == {
        "/customer_numbers/0": "not_yours",
        **{f"/license_ids/{place}": "not_yours" for place in range(3)},
    }
    assert seen(ask, CARLA) == {}


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_a_common_customer_number_gives_only_the_givers_own_licenses(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, BRUNO, {"serial_number": "B0000000001", "customer_number": "C-1"})
    shared(ask, level="full")

    made = shared(ask, as_=BRUNO, login_id="carla")

    assert made["license_count"] == 1
    assert seen(ask, CARLA) == {"B0000000001": "view"}


@pytest.mark.feature("G26")
def test_a_license_that_changes_hands_is_no_longer_shared_by_its_former_owner(
    ask: Ask, licenses: list[str], database: Database
) -> None:
    made = shared(ask, customer_numbers=["C-2"], license_ids=[licenses[0], licenses[2]])
    with database.transaction() as session:
        session.execute(update(License).where(License.id == licenses[2]).values(owner_account_id=CARLA))

    assert seen(ask, BRUNO) == {"A0000000001": "view"}
    shown = ask("GET", f"/shares/{made['id']}").json()
    assert (shown["license_count"], [each["id"] for each in shown["licenses"]]) == (1, [licenses[0]])
