"""What was shared is shared otherwise, or no longer: at once, and the other side is told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import update
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.licenses.service import licensing
from keydesk.services.catalog.models import Share
from tests.catalog_door import Ask, access, asking
from tests.catalog_shares import (
    ANNA,
    BRUNO,
    a_share,
    facts_told,
    opened,
    pointers,
    seen,
    shared,
    three_licenses,
)
from tests.databases import TestDatabases
from tests.identities import KeyRing


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
