"""Exports: asked for over their real door, made by their job, and kept for a day."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, update
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import WorkContext
from keydesk.services.catalog.exports import making, service
from keydesk.services.catalog.exports.jobs import make_export, tidy_exports
from keydesk.services.catalog.exports.work import MakeExport
from keydesk.services.catalog.fields.repository import listed_fields
from keydesk.services.catalog.models import Export, Share
from keydesk.services.catalog.searches.columns import USUAL
from tests.catalog_search import ANNA, CARLA, NOW, add, describe, share
from tests.conftest import SettingsOf, work_context
from tests.databases import TestDatabases
from tests.factories.catalog import licenses_of
from tests.identities import KeyRing, a_caller
from tests.spreadsheets import rows_of, sheet_of

pytestmark = pytest.mark.feature("G17")

EXPORTS = "/exports"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Call = Callable[..., Any]
Made = Callable[..., Any]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def work(database: Database, settings_of: SettingsOf) -> WorkContext:
    return work_context(settings_of("catalog"), database)


@pytest.fixture
def call(catalog_client: TestClient, ring: KeyRing) -> Call:
    def ask(method: str, path: str, body: Any = None, *, as_: str = ANNA, **more: Any) -> Any:
        headers = ring.headers(a_caller(as_, **more.pop("caller", {})), "catalog") | more.pop("headers", {})
        return catalog_client.request(method, f"/api/v1/catalog{path}", json=body, headers=headers, **more)

    return ask


@pytest.fixture
def made(call: Call, work: WorkContext) -> Made:
    """The file of an export, after its job."""

    def make(format: str = "csv", *, as_: str = ANNA, headers: Any = None, **body: Any) -> Any:
        asked = call("POST", EXPORTS, {"format": format, **body}, as_=as_, headers=headers or {})
        assert asked.status_code == 202, asked.text
        make_export(work, MakeExport(export_id=asked.json()["id"]))
        answer = call("GET", f"{EXPORTS}/{asked.json()['id']}/file", as_=as_)
        assert answer.status_code == 200, answer.text
        return answer

    return make


def queued(database: Database, export_id: str) -> int:
    with database.reading() as session:
        jobs = select(func.count()).where(outbox.c.kind == "job", outbox.c.subject == export_id)
        return session.scalars(jobs).one()


def test_an_export_is_asked_for_made_and_downloaded(
    call: Call, work: WorkContext, database: Database
) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {"serial_number": "A0000000001"}, {"serial_number": "A0000000002"})

    asked = call("POST", EXPORTS, {"format": "csv", "columns": ["serial_number"]})

    assert asked.status_code == 202
    id = asked.json()["id"]
    assert (asked.json()["status"], asked.json()["progress"]) == ("queued", {"done": 0, "total": 2})
    assert queued(database, id) == 1
    assert call("GET", f"{EXPORTS}/{id}/file").json()["code"] == "export_not_ready"

    make_export(work, MakeExport(export_id=id))

    shown = call("GET", f"{EXPORTS}/{id}").json()
    assert (shown["status"], shown["progress"]) == ("completed", {"done": 2, "total": 2})
    assert [each["id"] for each in call("GET", EXPORTS).json()["items"]] == [id]
    file = call("GET", f"{EXPORTS}/{id}/file")
    assert file.headers["content-type"] == "text/csv; charset=utf-8"
    assert file.headers["content-disposition"] == f'attachment; filename="{shown["file_name"]}"'
    assert shown["file_name"].endswith(".csv")


@pytest.mark.parametrize(
    "criteria",
    [
        {},
        {"sort": "serial_number"},
        {"order_number": "SO-1", "sort": "-product"},
        {"access": "view"},
        {"status": "not_registered"},
    ],
)
def test_a_file_holds_exactly_what_the_list_shows(
    criteria: dict[str, Any],
    call: Call,
    made: Made,
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(making, "PAGE", 3)
    with database.transaction() as session:
        for owner, letter in ((ANNA, "A"), (CARLA, "B")):
            licenses_of(
                session,
                owner,
                *(
                    {
                        "serial_number": f"{letter}{number:010}",
                        "order_number": f"SO-{number % 3}",
                        "customer_number": f"C-{number % 2}",
                        "product_name": f"Product {number % 4}",
                    }
                    for number in range(10)
                ),
            )
        share(session, CARLA, ANNA, "C-1")
        add(session, ANNA, serial_number="C0000000001")
    listed = call("GET", "/licenses", params={**criteria, "limit": 500}).json()["items"]

    rows = rows_of(made(criteria=criteria, columns=["serial_number"]))

    assert [row[0] for row in rows[1:]] == [item["serial_number"] for item in listed]
    assert listed


def test_a_row_says_what_the_columns_are_about(made: Made, database: Database) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(
            session,
            ANNA,
            {"host_id": "host-1", "maintenance_end": date(2040, 1, 31), "deployed_price_tier": "L"},
        )
        site = describe(session, ANNA, {fact.license_id: "Lund"})
    columns = ["serial_number", "product", "quantity", "registered_at", "maintenance_end", "status"]
    columns += ["access", "price_tier", "system_type", site]

    header, row = rows_of(made(columns=columns))

    assert header == [
        "Serial number", "Product", "Quantity", "Registered", "End of maintenance", "Status", "Your access",
        "Price tier", "System type", "Site",
    ]  # fmt: skip
    assert row == [
        "A0000000001", "Harbour Ledger", "5", "2026-05-04 09:30:00Z", "2040-01-31", "Active",
        "You own this license", "L", "", "Lund",
    ]  # fmt: skip
    sheet = sheet_of(made("xlsx", columns=columns))
    assert sheet[0] == header
    assert sheet[1][:3] == row[:3]
    assert float(sheet[1][4]) == (date(2040, 1, 31) - date(1899, 12, 30)).days


def test_without_columns_a_file_has_those_of_the_list(call: Call, made: Made) -> None:
    assert len(rows_of(made())[0]) == len(USUAL)
    call("PUT", "/columns", {"columns": ["status", "product"]})
    assert rows_of(made()) == [["Status", "Product"]]


def test_the_header_is_in_the_readers_language(made: Made) -> None:
    (header,) = rows_of(made(columns=["serial_number"], headers={"accept-language": "de"}))

    assert header == ["Seriennummer"]


def test_a_field_that_the_reader_does_not_see_is_no_column(made: Made, database: Database) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, CARLA, {"customer_number": "C-1"})
        share(session, CARLA, ANNA, "C-1")
        seen = describe(session, CARLA, {fact.license_id: "Lund"}, shared=True)
        secret = describe(session, CARLA, {fact.license_id: "Secret"}, name="Secret")

    assert rows_of(made(columns=["status", secret, seen, new_id("fld")])) == [
        ["Status", "Site"],
        ["Active", "Lund"],
    ]


FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "=cmd|' /C calc'!A0"]


@pytest.mark.parametrize("formula", FORMULAS)
def test_no_cell_of_a_file_is_a_formula(formula: str, made: Made, database: Database) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, ANNA, {"customer_name": formula})
        field = describe(session, ANNA, {fact.license_id: formula}, name=formula)
    columns = ["customer_name", field]

    header, row = rows_of(made(columns=columns))

    assert (header[1], row) == (f"'{formula}", [f"'{formula}"] * 2)
    assert sheet_of(made("xlsx", columns=columns))[1] == [formula] * 2


def test_a_workbook_is_what_it_says(made: Made, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, *({"serial_number": f"A{number:010}"} for number in range(5)))

    file = made("xlsx", columns=["serial_number"], criteria={"sort": "serial_number"})

    assert file.headers["content-type"] == XLSX
    assert file.headers["content-disposition"].endswith('.xlsx"')
    assert sheet_of(file) == [["Serial number"], *([f"A{number:010}"] for number in range(5))]


def test_a_file_holds_what_its_owner_sees_when_it_is_made(
    call: Call, work: WorkContext, database: Database
) -> None:
    with database.transaction() as session:
        licenses_of(session, CARLA, {"customer_number": "C-1"})
        share(session, CARLA, ANNA, "C-1")
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]
    with database.transaction() as session:
        session.execute(update(Share).values(removed_at=NOW))

    make_export(work, MakeExport(export_id=id))

    assert call("GET", f"{EXPORTS}/{id}").json()["progress"] == {"done": 0, "total": 0}
    assert len(rows_of(call("GET", f"{EXPORTS}/{id}/file"))) == 1


def test_anothers_export_looks_like_none(call: Call, work: WorkContext) -> None:
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]
    make_export(work, MakeExport(export_id=id))

    for path in (f"{EXPORTS}/{id}", f"{EXPORTS}/{id}/file", f"{EXPORTS}/{new_id('exp')}"):
        assert call("GET", path, as_=CARLA).status_code == 404
    assert call("GET", EXPORTS, as_=CARLA).json() == {"items": []}
    assert call("GET", f"{EXPORTS}/exp_1").status_code == 422


def test_an_export_that_is_asked_for_again_is_made_once(call: Call, database: Database) -> None:
    key = {"idempotency-key": "one"}
    first = call("POST", EXPORTS, {"format": "csv"}, headers=key)
    again = call("POST", EXPORTS, {"format": "csv"}, headers=key)

    assert first.json() == again.json()
    assert queued(database, first.json()["id"]) == 1


def test_a_job_that_runs_twice_changes_nothing(call: Call, work: WorkContext, database: Database) -> None:
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]
    make_export(work, MakeExport(export_id=id))
    before = call("GET", f"{EXPORTS}/{id}/file").content
    with database.transaction() as session:
        licenses_of(session, ANNA, {})

    make_export(work, MakeExport(export_id=id))
    make_export(work, MakeExport(export_id=new_id("exp")))

    assert call("GET", f"{EXPORTS}/{id}/file").content == before


def test_an_export_that_goes_away_while_it_is_made_stops_its_job(
    call: Call, work: WorkContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]

    def removed_meanwhile(*given: Any) -> Any:
        with database.transaction() as session:
            session.delete(session.get_one(Export, id))
        return listed_fields(*given)

    monkeypatch.setattr(making, "listed_fields", removed_meanwhile)

    make_export(work, MakeExport(export_id=id))

    assert call("GET", f"{EXPORTS}/{id}").status_code == 404


def later(work: WorkContext, **by: float) -> WorkContext:
    return replace(work, now=lambda: datetime.now(UTC) + timedelta(**by))


def test_an_export_whose_job_was_lost_is_queued_again(
    call: Call, work: WorkContext, database: Database
) -> None:
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]

    tidy_exports(work)
    assert queued(database, id) == 1
    tidy_exports(later(work, minutes=3))
    assert queued(database, id) == 2
    tidy_exports(later(work, minutes=4))
    assert queued(database, id) == 2

    make_export(work, MakeExport(export_id=id))
    tidy_exports(later(work, minutes=30))
    assert queued(database, id) == 2


def test_an_export_that_never_succeeds_is_given_up(call: Call, work: WorkContext) -> None:
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]

    tidy_exports(later(work, minutes=61))

    assert call("GET", f"{EXPORTS}/{id}").json()["status"] == "failed"
    assert call("GET", f"{EXPORTS}/{id}/file").json()["code"] == "export_not_ready"


def test_an_export_is_gone_after_a_day(call: Call, work: WorkContext, database: Database) -> None:
    id = call("POST", EXPORTS, {"format": "csv"}).json()["id"]
    make_export(work, MakeExport(export_id=id))
    tidy_exports(later(work, hours=23))
    assert call("GET", f"{EXPORTS}/{id}").status_code == 200

    with database.transaction() as session:
        session.execute(update(Export).values(expires_at=datetime.now(UTC)))
    assert call("GET", f"{EXPORTS}/{id}").status_code == 404
    assert call("GET", f"{EXPORTS}/{id}/file").status_code == 404

    tidy_exports(work)
    with database.reading() as session:
        assert session.scalar(select(Export.id)) is None


def test_a_file_has_no_more_rows_than_are_possible(
    call: Call, work: WorkContext, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_ROWS", 2)
    monkeypatch.setattr(making, "MOST_ROWS", 2)
    with database.transaction() as session:
        licenses_of(session, ANNA, *({"serial_number": f"A{number:010}"} for number in range(2)))
    fits = call("POST", EXPORTS, {"format": "csv"}).json()["id"]
    with database.transaction() as session:
        licenses_of(session, ANNA, {"serial_number": "B0000000001"})

    refused = call("POST", EXPORTS, {"format": "csv"})
    assert (refused.status_code, refused.json()["code"]) == (422, "export_too_large")
    make_export(work, MakeExport(export_id=fits))
    assert call("GET", f"{EXPORTS}/{fits}").json()["status"] == "failed"


def test_an_account_has_so_many_exports_and_no_more(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "MOST_KEPT", 1)
    call("POST", EXPORTS, {"format": "csv"})

    refused = call("POST", EXPORTS, {"format": "xlsx"})

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_exports")
    assert call("POST", EXPORTS, {"format": "csv"}, as_=CARLA).status_code == 202


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/format"),
        ({"format": "pdf"}, "/format"),
        ({"format": "csv", "criteria": {"status": "lost"}}, "/criteria/status"),
        ({"format": "csv", "criteria": {"limit": 5}}, "/criteria/limit"),
        ({"format": "csv", "columns": []}, "/columns"),
        ({"format": "csv", "columns": ["colour"]}, "/columns/0"),
        ({"format": "csv", "language": "de"}, "/language"),
    ],
)
def test_a_senseless_export_is_refused_with_its_place(body: Any, pointer: str, call: Call) -> None:
    answer = call("POST", EXPORTS, body)

    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == [pointer]


def test_a_token_that_may_read_licenses_may_export_them(call: Call) -> None:
    reader, other = {"scopes": ("licenses:read",)}, {"scopes": ("licenses:write",)}

    assert call("POST", EXPORTS, {"format": "csv"}, caller=reader).status_code == 202
    assert call("POST", EXPORTS, {"format": "csv"}, caller=other).json()["code"] == "scope_missing"
