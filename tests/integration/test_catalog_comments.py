"""Comments on licenses over their real door."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.http.pages import encode_cursor
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.models import Addition, License
from tests.databases import TestDatabases
from tests.factories.catalog import a_license_of, a_share_between, an_unregistered_license, licenses_of
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G22")

ANNA = new_id("acc")
BORIS = new_id("acc")
CARLA = new_id("acc")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)

Get = Callable[..., Any]
Add = Callable[..., Any]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def license_id(database: Database) -> str:
    """A license of Anna's."""
    return a_license_of(database, ANNA)


@pytest.fixture
def get(catalog_client: TestClient, ring: KeyRing) -> Get:
    def ask(license_id: str, what: str = "comments", *, as_: str = ANNA, **params: Any) -> Any:
        headers = ring.headers(a_caller(as_), "catalog")
        return catalog_client.get(
            f"/api/v1/catalog/licenses/{license_id}/{what}", params=params, headers=headers
        )

    return ask


@pytest.fixture
def add(catalog_client: TestClient, ring: KeyRing) -> Add:
    def send(license_id: str, body: Any, *, as_: str = ANNA, key: str | None = None) -> Any:
        headers = ring.headers(a_caller(as_), "catalog") | {"Content-Type": "application/json"}
        headers |= {"Idempotency-Key": key} if key else {}
        content = json.dumps({"content": body} if isinstance(body, str) else body)
        return catalog_client.post(
            f"/api/v1/catalog/licenses/{license_id}/comments", content=content, headers=headers
        )

    return send


def contents(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["content"] for item in answer.json()["items"]]


def test_a_comment_is_kept_with_its_author_and_time_and_a_line_of_history(
    get: Get, add: Add, license_id: str
) -> None:
    answer = add(license_id, "  Moved to the new cluster.\r\nSee ticket 7 — <b>Ola</b> ")

    assert answer.status_code == 201
    (listed,) = get(license_id).json()["items"]
    assert listed == answer.json()
    assert listed["content"] == "Moved to the new cluster.\nSee ticket 7 — <b>Ola</b>"
    assert (listed["account_id"], listed["name"]) == (ANNA, "Anna Lindqvist")
    line = get(license_id, "history").json()["items"][-1]
    assert (line["action"], line["at"], line["account_id"]) == ("commented", listed["at"], ANNA)


def test_comments_come_oldest_first_or_latest_first_page_by_page(get: Get, add: Add, license_id: str) -> None:
    written = [f"Number {number}" for number in range(5)]
    for content in written:
        add(license_id, content)

    for sort, expected in (("at", written), ("-at", written[::-1])):
        found: list[str] = []
        cursor: str | None = ""
        while cursor is not None:
            page = get(license_id, sort=sort, limit=2, **({"cursor": cursor} if cursor else {}))
            found += contents(page)
            cursor = page.json()["next_cursor"]
        assert found == expected


def test_a_comment_sent_twice_with_one_key_is_there_once(get: Get, add: Add, license_id: str) -> None:
    answers = [add(license_id, "Once.", key="one") for _ in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert contents(get(license_id)) == ["Once."]


@pytest.mark.parametrize("content", ["x" * 4000, "x" + "\r\n" * 3998 + "x", "\tTabs\tand\nlines"])
def test_a_long_comment_with_line_breaks_is_taken(content: str, get: Get, add: Add, license_id: str) -> None:
    assert add(license_id, content).status_code == 201
    assert contents(get(license_id)) == [content.replace("\r\n", "\n").strip()]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/content"),
        ("", "/content"),
        (" \r\n ", "/content"),
        ("x" * 4001, "/content"),
        ("nul \x00", "/content"),
        ("half \ud800", "/content"),
        ({"content": 7}, "/content"),
        ({"content": "x", "more": 1}, "/more"),
    ],
)
def test_a_wrong_comment_is_refused_with_its_place(
    body: Any, pointer: str, get: Get, add: Add, license_id: str
) -> None:
    answer = add(license_id, body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]
    assert contents(get(license_id)) == []


def test_a_cursor_of_another_list_is_refused(get: Get, add: Add, license_id: str, database: Database) -> None:
    with database.transaction() as session:
        (other,) = licenses_of(session, ANNA, {"serial_number": "A0000000002"})
    for _ in range(2):
        add(other.license_id, "There.")
    cursor = get(other.license_id, limit=1).json()["next_cursor"]

    for wrong in (cursor, encode_cursor("at", "cmt_\x00"), encode_cursor("at", "x"), "nonsense"):
        answer = get(license_id, cursor=wrong)
        assert [error["code"] for error in answer.json()["errors"]] == ["cursor_unknown"]
    answer = get(other.license_id, cursor=cursor, sort="-at")
    assert [error["code"] for error in answer.json()["errors"]] == ["cursor_unknown"]


def test_all_who_see_a_license_read_its_comments_and_those_with_full_access_write(
    get: Get, add: Add, license_id: str, database: Database
) -> None:
    with database.transaction() as session:
        a_share_between(session, ANNA, BORIS, license_ids=[license_id], level="full")
        a_share_between(session, ANNA, CARLA, license_ids=[license_id])
    add(license_id, "From the owner.")

    assert add(license_id, "From Boris.", as_=BORIS).status_code == 201
    refused = add(license_id, "From Carla.", as_=CARLA)
    assert (refused.status_code, refused.json()["code"]) == (403, "license_view_only")
    for reader in (ANNA, BORIS, CARLA):
        assert contents(get(license_id, as_=reader)) == ["From the owner.", "From Boris."]
    assert get(license_id).json()["items"][1]["name"] == ""


def test_a_license_of_somebody_else_has_no_comments_to_read_or_write(
    get: Get, add: Add, license_id: str
) -> None:
    assert get(license_id, as_=CARLA).status_code == 404
    assert add(license_id, "Mine.", as_=CARLA).status_code == 404


def test_a_license_that_nobody_registered_takes_no_comment(get: Get, add: Add, database: Database) -> None:
    with database.transaction() as session:
        row = an_unregistered_license()
        session.add(License(**row))
        session.flush()
        session.add(Addition(account_id=ANNA, license_id=row["id"], added_at=NOW))

    assert contents(get(row["id"])) == []
    assert add(row["id"], "Soon.").status_code == 403


@pytest.mark.parametrize(("verified", "agreed"), [(False, True), (True, False)])
def test_an_account_that_is_not_ready_does_not_comment(
    *, verified: bool, agreed: bool, catalog_client: TestClient, ring: KeyRing, license_id: str
) -> None:
    headers = ring.headers(a_caller(ANNA, verified=verified, agreed=agreed), "catalog")
    path = f"/api/v1/catalog/licenses/{license_id}/comments"

    assert catalog_client.post(path, json={"content": "x"}, headers=headers).status_code == 403
