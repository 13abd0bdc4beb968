"""Sharing over the catalog's real door: with whom, what, how far; and what the other side sees of it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, select, update
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.licenses.service import licensing, take_in_people
from keydesk.services.catalog.models import License, Share
from tests.catalog_door import Ask, access, asking
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed, licenses_of
from tests.identities import KeyRing, a_caller

ANNA, BRUNO, CARLA = new_id("acc"), new_id("acc"), new_id("acc")
LOGIN_ID = "Bruno@Fjord.example"


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            take_in_people(
                session,
                [
                    an_account_changed(ANNA),
                    an_account_changed(
                        BRUNO, login_id=LOGIN_ID, first_name="Bruno", last_name="Berg", company_name="Fjord"
                    ),
                    an_account_changed(
                        CARLA, login_id="carla", first_name="Carla", last_name="Cole", company_name="Cliff"
                    ),
                ],
            )
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
    with database.transaction() as session:
        facts = licenses_of(
            session,
            ANNA,
            {"serial_number": "A0000000001", "customer_number": "C-1"},
            {"serial_number": "A0000000002", "customer_number": "C-1"},
            {"serial_number": "A0000000003", "customer_number": "C-2", "customer_name": "Harbour"},
        )
    return [fact.license_id for fact in facts]


def a_share(**fields: Any) -> dict[str, Any]:
    return {"login_id": LOGIN_ID, "customer_numbers": ["C-1"], "level": "view", **fields}


def shared(ask: Ask, *, as_: str = ANNA, **fields: Any) -> dict[str, Any]:
    answer = ask("POST", "/shares", as_=as_, json=a_share(**fields))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def facts_told(database: Database) -> list[tuple[str, dict[str, Any]]]:
    with database.reading() as session:
        rows = session.execute(select(outbox).where(outbox.c.kind == "fact")).all()
    return [(row.name, json.loads(row.body)) for row in rows if row.name.startswith("catalog.")]


def seen(ask: Ask, as_: str) -> dict[str, str]:
    answer = ask("GET", "/catalog/licenses", as_=as_)
    return {item["serial_number"]: item["access"] for item in answer.json()["items"]}


def pointers(answer: Any) -> dict[str, str]:
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}


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


# ---- Changing ----


@pytest.mark.feature("G26")
def test_a_change_holds_at_once_and_is_told(ask: Ask, licenses: list[str], database: Database) -> None:
    made = ask("POST", "/shares", json=a_share())
    change = {"level": "full", "customer_numbers": ["C-2"], "license_ids": [licenses[0]]}

    answer = ask(
        "PATCH", f"/shares/{made.json()['id']}", json=change, headers={"If-Match": made.headers["etag"]}
    )

    assert answer.status_code == 200, answer.text
    assert answer.headers["etag"] != made.headers["etag"]
    assert seen(ask, BRUNO) == {"A0000000001": "full", "A0000000003": "full"}
    name, told = facts_told(database)[-1]
    assert (name, told["changed"], told["license_count"]) == ("catalog.licenses.shared.v1", True, 2)


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_a_note_is_the_givers_own_affair(ask: Ask, database: Database) -> None:
    made = shared(ask)

    answer = ask("PATCH", f"/shares/{made['id']}", json={"comment": "Until spring"})

    assert answer.json()["comment"] == "Until spring"
    assert answer.headers["etag"] == '"2"'
    assert len(facts_told(database)) == 1
    assert "comment" not in ask("GET", "/shares/received", as_=BRUNO).json()["items"][0]


@pytest.mark.usefixtures("licenses")
def test_a_change_that_changes_nothing_tells_nobody(ask: Ask, database: Database) -> None:
    made = shared(ask)
    same = {name: made[name] for name in ("level", "comment", "ends_at", "customer_numbers")}

    answer = ask("PATCH", f"/shares/{made['id']}", json=same)

    assert answer.headers["etag"] == '"1"'
    assert len(facts_told(database)) == 1


@pytest.mark.feature("B11")
@pytest.mark.usefixtures("licenses")
def test_of_two_changes_at_once_one_is_told_to_look_again(ask: Ask) -> None:
    made = shared(ask)

    def change(comment: str) -> int:
        answer = ask("PATCH", f"/shares/{made['id']}", json={"comment": comment}, headers={"If-Match": '"1"'})
        return int(answer.status_code)

    with ThreadPoolExecutor(4) as threads:
        statuses = sorted(threads.map(change, ["a", "b", "c", "d"]))

    assert statuses == [200, 412, 412, 412]


@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"customer_numbers": []}, "/customer_numbers"),
        ({"customer_numbers": ["C-1", "C-7"]}, "/customer_numbers/1"),
        ({"license_ids": [new_id("lic")]}, "/license_ids/0"),
        ({"level": None}, "/level"),
        ({"comment": None}, "/comment"),
        ({"ends_at": "2020-01-01T00:00:00Z"}, "/ends_at"),
        ({"login_id": "carla"}, "/login_id"),
    ],
)
@pytest.mark.usefixtures("licenses")
def test_a_wrong_change_is_refused_at_its_place(change: dict[str, Any], pointer: str, ask: Ask) -> None:
    made = shared(ask)

    assert list(pointers(ask("PATCH", f"/shares/{made['id']}", json=change))) == [pointer]
    assert ask("GET", f"/shares/{made['id']}").json() == made


@pytest.mark.feature("G26")
def test_single_licenses_tell_of_being_shared_no_longer(ask: Ask, licenses: list[str]) -> None:
    made = shared(ask, license_ids=[licenses[2]])

    ask("PATCH", f"/shares/{made['id']}", json={"license_ids": []})

    line = ask("GET", f"/catalog/licenses/{licenses[2]}/history").json()["items"][-1]
    assert (line["action"], line["details"]) == ("unshared", {"to": ["Bruno Berg", None]})


# ---- Ending ----


@pytest.mark.feature("G26")
def test_removing_takes_effect_at_once_and_is_told(
    ask: Ask, licenses: list[str], database: Database, catalog_client: TestClient, ring: KeyRing
) -> None:
    made = shared(ask, level="full")

    assert ask("DELETE", f"/shares/{made['id']}").status_code == 204

    assert seen(ask, BRUNO) == {}
    assert ask("GET", f"/catalog/licenses/{licenses[0]}", as_=BRUNO).status_code == 404
    assert access(catalog_client, ring, BRUNO, licenses[0]) == "none"
    assert ask("GET", "/shares").json()["items"] == []
    assert ask("GET", "/shares/received", as_=BRUNO).json()["items"] == []
    assert facts_told(database)[-1] == (
        "catalog.sharing.ended.v1",
        {
            "share_id": made["id"],
            "account_id": BRUNO,
            "from_name": "Anna Lindqvist",
            "from_company": "Lindqvist Instruments",
            "customer_numbers": ["C-1"],
        },
    )


@pytest.mark.feature("B11")
@pytest.mark.usefixtures("licenses")
def test_removing_twice_at_once_tells_once(ask: Ask, database: Database) -> None:
    made = shared(ask)

    with ThreadPoolExecutor(4) as threads:
        answers = threads.map(lambda _: ask("DELETE", f"/shares/{made['id']}").status_code, range(4))

    assert sorted(answers) == [204, 404, 404, 404]
    assert [name for name, _ in facts_told(database)].count("catalog.sharing.ended.v1") == 1


@pytest.mark.feature("G26")
def test_a_share_whose_end_has_come_gives_nothing_and_can_be_made_longer(
    ask: Ask, licenses: list[str], database: Database
) -> None:
    soon = datetime.now(UTC) + timedelta(hours=1)
    made = shared(ask, ends_at=soon.isoformat())
    assert seen(ask, BRUNO)
    with database.transaction() as session:
        session.execute(update(Share).values(ends_at=datetime.now(UTC) - timedelta(seconds=1)))

    assert seen(ask, BRUNO) == {}
    assert ask("GET", f"/catalog/licenses/{licenses[0]}", as_=BRUNO).status_code == 404
    assert ask("GET", "/shares/received", as_=BRUNO).json()["items"] == []
    assert ask("GET", f"/shares/{made['id']}").json()["holds"] is False
    ask("PATCH", f"/shares/{made['id']}", json={"ends_at": None})
    assert seen(ask, BRUNO) == {"A0000000001": "view", "A0000000002": "view"}


# ---- Whose it is ----


@pytest.mark.feature("B11")
@pytest.mark.parametrize("as_", [BRUNO, CARLA], ids=["its recipient", "somebody else"])
@pytest.mark.usefixtures("licenses")
def test_only_its_giver_sees_changes_and_removes_a_share(as_: str, ask: Ask) -> None:
    path = f"/shares/{shared(ask, level='full')['id']}"

    assert ask("GET", path, as_=as_).status_code == 404
    assert ask("PATCH", path, as_=as_, json={"level": "view"}).status_code == 404
    assert ask("DELETE", path, as_=as_).status_code == 404
    assert ask("GET", "/shares", as_=as_).json()["items"] == []


@pytest.mark.feature("B11")
@pytest.mark.usefixtures("licenses")
def test_a_token_that_only_reads_cannot_share(catalog_client: TestClient, ring: KeyRing) -> None:
    headers = ring.headers(a_caller(ANNA, scopes=("licenses:read",)), "catalog")

    answer = catalog_client.post("/api/v1/shares", json=a_share(), headers=headers)

    assert answer.json()["code"] == "scope_missing"


@pytest.mark.feature("G26")
def test_the_list_can_be_asked_for_one_license(ask: Ask, licenses: list[str]) -> None:
    by_number = shared(ask)
    single = shared(ask, login_id="carla", customer_numbers=[], license_ids=[licenses[0]])
    shared(ask, customer_numbers=["C-2"])

    def ids(as_: str, license_id: str) -> list[str]:
        items = ask("GET", "/shares", as_=as_, params={"license_id": license_id}).json()["items"]
        return [item["id"] for item in items]

    assert ids(ANNA, licenses[0]) == [single["id"], by_number["id"]]
    assert ids(ANNA, licenses[1]) == [by_number["id"]]
    assert ids(BRUNO, licenses[0]) == []


# ---- What others share with me ----


@pytest.mark.feature("G27")
def test_the_recipient_sees_who_shares_what_and_how_far(ask: Ask, licenses: list[str]) -> None:
    made = shared(ask, level="full", license_ids=[licenses[2]])

    assert ask("GET", "/shares/received", as_=BRUNO).json()["items"] == [
        {
            "share_id": made["id"],
            "from": {
                "account_id": ANNA,
                "name": "Anna Lindqvist",
                "company_name": "Lindqvist Instruments",
            },
            "level": "full",
            "customer_numbers": ["C-1"],
            "single_license_count": 1,
            "license_count": 3,
            "since": made["created_at"],
            "ends_at": None,
            "hidden": False,
        }
    ]
    assert ask("GET", "/shares/received").json()["items"] == []


@pytest.mark.feature("G27")
@pytest.mark.usefixtures("licenses")
def test_what_is_put_out_of_sight_can_still_be_seen_and_used(ask: Ask) -> None:
    made = shared(ask)
    path = f"/shares/received/{made['id']}/hidden"

    def listed(*, hidden: bool) -> list[str]:
        answer = ask("GET", "/shares/received", as_=BRUNO, params={"hidden": hidden})
        return [item["share_id"] for item in answer.json()["items"]]

    assert ask("PUT", path, as_=BRUNO, json={"hidden": True}).json()["hidden"] is True
    assert (listed(hidden=False), listed(hidden=True)) == ([], [made["id"]])
    assert len(seen(ask, BRUNO)) == 2
    assert ask("GET", f"/shares/{made['id']}").headers["etag"] == '"1"'
    ask("PUT", path, as_=BRUNO, json={"hidden": False})
    assert listed(hidden=False) == [made["id"]]


@pytest.mark.feature("G27")
@pytest.mark.parametrize("as_", [ANNA, CARLA], ids=["its giver", "somebody else"])
@pytest.mark.usefixtures("licenses")
def test_only_its_recipient_puts_a_share_out_of_sight(as_: str, ask: Ask) -> None:
    path = f"/shares/received/{shared(ask)['id']}/hidden"

    assert ask("PUT", path, as_=as_, json={"hidden": True}).status_code == 404
    assert list(pointers(ask("PUT", path, as_=BRUNO, json={"hidden": "maybe"}))) == ["/hidden"]


# ---- Lists ----


@pytest.mark.feature("G26")
@pytest.mark.usefixtures("licenses")
def test_pages_show_each_share_once_newest_first(ask: Ask) -> None:
    made = [shared(ask)["id"] for _ in range(5)]

    for path, as_, key in (("/shares", ANNA, "id"), ("/shares/received", BRUNO, "share_id")):
        found: list[str] = []
        cursor: str | None = None
        while True:
            params = {"limit": 2, **({"cursor": cursor} if cursor else {})}
            page = ask("GET", path, as_=as_, params=params).json()
            found += [item[key] for item in page["items"]]
            cursor = page["next_cursor"]
            if cursor is None:
                break
        assert found == made[::-1]


@pytest.mark.parametrize(
    ("path", "as_"), [("/shares", ANNA), ("/shares/received", BRUNO)], ids=["given", "received"]
)
def test_a_list_takes_as_many_statements_for_many_shares_as_for_one(
    path: str, as_: str, ask: Ask, licenses: list[str], catalog_client: TestClient
) -> None:
    engine = catalog_client.app.state.database.engine  # type: ignore[attr-defined]
    taken: list[str] = []
    event.listen(engine, "before_cursor_execute", lambda *given: taken.append(given[2]))

    def statements() -> int:
        taken.clear()
        assert ask("GET", path, as_=as_).json()["items"]
        return len(taken)

    shared(ask)
    for_one = statements()
    for _ in range(6):
        shared(ask, customer_numbers=["C-1", "C-2"], license_ids=licenses)

    assert statements() == for_one


@pytest.mark.parametrize("path", ["/shares", "/shares/received", "/shares/customer-numbers"])
@pytest.mark.parametrize("params", [{"cursor": "nonsense"}, {"limit": "0"}, {"limit": "501"}])
def test_senseless_parameters_of_a_list_are_refused(path: str, params: dict[str, str], ask: Ask) -> None:
    assert ask("GET", path, params=params).status_code == 422
