"""Imports through licensing's HTTP door."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.imports.work import READ_IMPORT, ReadImport
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories import imports as files
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("C5")

CSV = {"content-type": "text/csv"}
IMPORTS = "/api/v1/imports"
Send = Callable[..., Any]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


@pytest.fixture
def operator(ring: KeyRing, database: Database, settings_of: SettingsOf, client_of: ClientOf) -> TestClient:
    """An operator's client of the real application."""
    del database
    client = client_of(settings_of("licensing"))
    client.headers.update(
        ring.headers(a_caller(new_id("acc"), roles=("operator",), language=None), "licensing")
    )
    return client


def work_off(database: Database) -> None:
    """Do what the queue would do."""
    with database.reading() as session:
        bodies = session.scalars(select(outbox.c.body).where(outbox.c.name == READ_IMPORT.name)).all()
    for body in bodies:
        import_id = ReadImport.model_validate_json(body).import_id
        service.read_import(database, import_id, now=lambda: files.NOW)


def send(client: TestClient, content: bytes, *, kind: str = "products", **headers: str) -> Any:
    return client.post(f"{IMPORTS}?kind={kind}", content=content, headers=CSV | headers)


def test_a_file_is_queued_and_can_be_followed_to_its_end(operator: TestClient, database: Database) -> None:
    answer = send(
        operator,
        files.products({}, {"sku": "no sku!"}),
        **{"content-disposition": 'attachment; filename="p 1.csv"'},
    )
    assert answer.status_code == 202
    queued = answer.json()
    assert (queued["status"], queued["file_name"], queued["progress"]) == (
        "queued",
        "p 1.csv",
        {"done": 0, "total": 2},
    )
    work_off(database)
    finished = operator.get(f"{IMPORTS}/{queued['id']}").json()
    assert finished["status"] == "completed"
    assert finished["counts"] == {"created": 1, "updated": 0, "unchanged": 0, "failed": 1}
    assert [each["id"] for each in operator.get(IMPORTS).json()["items"]] == [queued["id"]]


def test_the_report_says_what_is_wrong_in_the_reader_s_words(
    operator: TestClient, database: Database
) -> None:
    sent = send(operator, files.products({"has_file": "maybe", "sku": ""})).json()
    work_off(database)
    page = operator.get(f"{IMPORTS}/{sent['id']}/lines?state=failed").json()
    (line,) = page["items"]
    assert (line["line"], line["state"], line["code"], line["detail"]) == (
        2,
        "failed",
        "missing",
        "This is needed.",
    )
    assert [(each["field"], each["code"]) for each in line["problems"]] == [
        ("sku", "missing"),
        ("has_file", "not_yes_or_no"),
    ]
    assert "maybe" in line["problems"][1]["detail"]


def test_the_report_is_read_page_by_page(operator: TestClient, database: Database) -> None:
    sent = send(operator, files.products(*({"sku": f"KD-{number}"} for number in range(7)))).json()
    work_off(database)
    lines: list[int] = []
    params: dict[str, Any] = {"limit": 3}
    while True:
        page = operator.get(f"{IMPORTS}/{sent['id']}/lines", params=params).json()
        lines += [line["line"] for line in page["items"]]
        if page["next_cursor"] is None:
            break
        params["cursor"] = page["next_cursor"]
    assert lines == list(range(2, 9))


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (b"", ["empty"]),
        (b"PK\x03\x04rest", ["spreadsheet"]),
        (b"\x00\x01\x02", ["binary"]),
        (b"sku,name\nK,x\n", ["column_missing"] * 6),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_at_once(
    operator: TestClient, content: bytes, codes: list[str]
) -> None:
    answer = send(operator, content)
    assert (answer.status_code, answer.json()["code"]) == (422, "file_unreadable")
    assert [error["code"] for error in answer.json()["errors"]] == codes
    assert operator.get(IMPORTS).json()["items"] == []


def test_a_body_of_another_kind_is_refused(operator: TestClient) -> None:
    answer = operator.post(f"{IMPORTS}?kind=products", json={"sku": "K"})
    assert answer.status_code == 415


def test_a_file_larger_than_the_limit_is_refused(operator: TestClient) -> None:
    assert send(operator, b"x" * (32 * 1024 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ('attachment; filename="C:\\fakepath\\orders.csv"', "orders.csv"),
        ("attachment; filename*=UTF-8''auftr%C3%A4ge.csv", "aufträge.csv"),
        ("attachment; filename*=UTF-8''a%00b%0A.csv", "ab.csv"),
        ("attachment; filename=../../etc/passwd", "passwd"),
        ("nonsense; ;;=", "products.csv"),
    ],
)
def test_the_name_of_a_file_is_taken_without_its_folders(
    operator: TestClient, header: str, name: str
) -> None:
    answer = send(operator, files.products(), **{"content-disposition": header})
    assert (answer.status_code, answer.json().get("file_name")) == (202, name)


def test_a_file_that_is_sent_twice_under_one_key_is_taken_once(operator: TestClient) -> None:
    first, second = (send(operator, files.products(), **{"idempotency-key": "k-1"}) for _ in range(2))
    assert first.json() == second.json()
    assert len(operator.get(IMPORTS).json()["items"]) == 1


@pytest.mark.parametrize("path", ["", "/lines"])
def test_an_unknown_import_is_not_found(operator: TestClient, path: str) -> None:
    assert operator.get(f"{IMPORTS}/{new_id('imp')}{path}").status_code == 404


@pytest.mark.parametrize(
    ("roles", "scopes", "status"),
    [
        (("customer",), ("*",), 403),
        (("support",), ("*",), 403),
        (("operator",), ("imports:read",), 403),
        (("operator",), ("imports:write",), 202),
    ],
)
def test_only_an_operator_with_the_scope_may_import(
    operator: TestClient, ring: KeyRing, roles: tuple[str, ...], scopes: tuple[str, ...], status: int
) -> None:
    caller = a_caller(new_id("acc"), roles=roles, scopes=scopes)
    answer = send(operator, files.products(), **ring.headers(caller, "licensing"))
    assert answer.status_code == status
