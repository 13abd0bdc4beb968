"""Whose a share is, and the lists of both sides: what I share, and what others share with me."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.services.catalog.licenses.service import licensing
from tests.catalog_door import Ask, asking
from tests.catalog_shares import ANNA, BRUNO, CARLA, a_share, opened, pointers, seen, shared, three_licenses
from tests.databases import TestDatabases
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
