"""The License Catalog's filters over their real door: each alone, together, page by page, and for whom."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from tests.catalog_search import ANNA, CARLA, add, describe, share
from tests.databases import TestDatabases
from tests.factories.catalog import licenses_of
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G17")

Get = Callable[..., Any]
Finds = Callable[..., list[str]]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def get(catalog_client: TestClient, ring: KeyRing) -> Get:
    def ask(*, as_: str = ANNA, **params: Any) -> Any:
        headers = ring.headers(a_caller(as_), "catalog")
        return catalog_client.get("/api/v1/catalog/licenses", params=params, headers=headers)

    return ask


@pytest.fixture
def finds(get: Get) -> Finds:
    """The serial numbers that are found, over as many pages as it takes."""

    def find(**params: Any) -> list[str]:
        found: list[str] = []
        cursor = None
        while True:
            answer = get(**params, **({"cursor": cursor} if cursor else {}))
            assert answer.status_code == 200, answer.text
            found += [item["serial_number"] for item in answer.json()["items"]]
            cursor = answer.json()["next_cursor"]
            if cursor is None:
                return found

    return find


WANTED: dict[str, Any] = {
    "serial_number": "A0000000042",
    "sku": "GRID-7",
    "customer_number": "C-10_42",
    "order_number": "SO-70%42",
    "host_id": "host-42",
    "ordered_on": date(2026, 2, 10),
    "issued_at": datetime(2026, 3, 20, 23, 59, 59, tzinfo=UTC),
    "maintenance_end": date(2030, 6, 30),
    "entitled_price_tier": "K",
    "deployed_price_tier": "L",
}
OTHERS: tuple[dict[str, Any], ...] = (
    {"serial_number": "B0000000001", "customer_number": "C-10x42", "order_number": "SO-70x42"},
    {"serial_number": "B0000000002", "customer_number": "X-C-10_42", "host_id": "x-host-42"},
    {"serial_number": "B0000000003", "ordered_on": date(2026, 2, 9), "maintenance_end": date(2030, 7, 1)},
    {"serial_number": "B0000000004", "ordered_on": date(2026, 2, 11), "maintenance_end": date(2030, 6, 29)},
    {"serial_number": "B0000000005", "issued_at": datetime(2026, 3, 21, tzinfo=UTC)},
    {"serial_number": "B0000000006", "issued_at": datetime(2026, 3, 19, 23, 59, 59, tzinfo=UTC)},
)


@pytest.mark.parametrize(
    "params",
    [
        {"product": "GRID-7"},
        {"serial_number": "A00000"},
        {"customer_number": "C-10_"},
        {"order_number": "SO-70%"},
        {"host_id": "host-4"},
        {"registered_from": "2026-03-20", "registered_to": "2026-03-20"},
        {"ends_from": "2030-06-30", "ends_to": "2030-06-30"},
        {"ordered_from": "2026-02-10", "ordered_to": "2026-02-10"},
        {"price_tier": "K"},
        {"price_tier": "L"},
        {"query": "grid-7", "customer_number": "C-1", "ends_to": "2030-12-31", "price_tier": "L"},
    ],
)
def test_each_filter_finds_what_it_says_and_nothing_else(
    params: dict[str, str], finds: Finds, database: Database
) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, WANTED, *OTHERS)

    assert finds(**params) == ["A0000000042"]


@pytest.mark.parametrize("params", [{"serial_number": "a00"}, {"product": "GRID"}, {"price_tier": "%"}])
def test_filters_take_their_text_literally(params: dict[str, str], finds: Finds, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, WANTED)

    assert finds(**params) == []


def test_open_ranges_of_days_reach_to_the_ends_of_the_calendar(finds: Finds, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, WANTED)
        add(session, ANNA, serial_number="B0000000009")

    assert finds(registered_from="0001-01-01", registered_to="9999-12-31") == ["A0000000042"]
    assert finds(ends_to="9999-12-31") == ["A0000000042"]
    assert finds(ends_from="2030-07-01") == []


def test_filters_have_to_fit_together(finds: Finds, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, WANTED, *OTHERS)

    assert finds(product="GRID-7", price_tier="B") == []
    assert finds(product="GRID-7", status="active") == ["A0000000042"]


@pytest.mark.parametrize("sort", ["serial_number", "-registered_at", "product", "-maintenance_end"])
def test_a_filtered_list_pages_without_loss_or_repetition(
    sort: str, finds: Finds, database: Database
) -> None:
    with database.transaction() as session:
        licenses_of(
            session,
            ANNA,
            *(
                {
                    "serial_number": f"A{number:010}",
                    "order_number": f"SO-{number % 3}",
                    "product_name": f"Product {number % 2}",
                    "maintenance_end": None if number % 4 else date(2030, 1, 1),
                }
                for number in range(31)
            ),
        )
        licenses_of(session, CARLA, *({"serial_number": f"B{n:010}", "order_number": "SO-1"} for n in (1, 2)))
        share(session, CARLA, ANNA, "C-1001")
        add(session, ANNA, serial_number="C0000000001", order_number="SO-1")
    wanted = [f"A{number:010}" for number in range(31) if number % 3 == 1]

    found = finds(order_number="SO-1", sort=sort, limit=3)

    assert sorted(found) == [*wanted, "B0000000001", "B0000000002", "C0000000001"]


@pytest.fixture
def mixed(database: Database) -> dict[str, str]:
    """Anna's own license, one of Carla's shared with full access, one to view, one that Anna added; ids."""
    with database.transaction() as session:
        (own,) = licenses_of(session, ANNA, {"serial_number": "A0000000001", "customer_number": "C-1"})
        full, view, _hidden = licenses_of(
            session,
            CARLA,
            {"serial_number": "B0000000001", "customer_number": "C-2", "host_id": "h-1"},
            {"serial_number": "B0000000002", "customer_number": "C-3", "host_id": "h-2"},
            {"serial_number": "B0000000003", "customer_number": "C-4", "host_id": "h-3"},
        )
        share(session, CARLA, ANNA, "C-2", "full")
        share(session, CARLA, ANNA, "C-2", "view")
        share(session, CARLA, ANNA, "C-3", "view")
        added = add(session, ANNA, serial_number="C0000000001", customer_number="C-2")
    return {
        "own": own.license_id,
        "full": full.license_id,
        "view": view.license_id,
        "hidden": _hidden.license_id,
        "added": added,
    }


@pytest.mark.usefixtures("mixed")
@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({"access": "owner"}, ["A0000000001"]),
        ({"access": "full"}, ["B0000000001"]),
        ({"access": "view"}, ["B0000000002"]),
        ({"access": "added"}, ["C0000000001"]),
        ({"owner": ANNA}, ["A0000000001"]),
        ({"owner": CARLA}, ["B0000000001", "B0000000002"]),
        ({"owner": CARLA, "access": "view"}, ["B0000000002"]),
        ({"shared_by": CARLA}, ["B0000000001", "B0000000002"]),
        ({"shared_by": ANNA}, []),
        ({"shared_by": new_id("acc")}, []),
        ({"host_id": "h-"}, ["B0000000001", "B0000000002"]),
        ({"customer_number": "C-2"}, ["B0000000001", "C0000000001"]),
        ({"status": "not_registered"}, ["C0000000001"]),
        ({"status": "active"}, ["A0000000001", "B0000000001", "B0000000002"]),
        ({"serial_number": "B0000000003"}, []),
    ],
)
def test_shared_and_added_licenses_obey_filters(
    params: dict[str, str], expected: list[str], finds: Finds
) -> None:
    assert finds(**params, sort="serial_number") == expected


def test_the_access_that_is_filtered_by_is_the_access_that_is_shown(mixed: dict[str, str], get: Get) -> None:
    for access in ("owner", "full", "view", "added"):
        assert [item["access"] for item in get(access=access).json()["items"]] == [access]
    assert len(get().json()["items"]) == len(mixed) - 1


def test_what_is_ending_comes_in_the_order_of_its_end(finds: Finds, database: Database) -> None:
    today = datetime.now(UTC).date()
    with database.transaction() as session:
        licenses_of(
            session,
            ANNA,
            {"serial_number": "A0000000001", "maintenance_end": today + timedelta(days=80)},
            {"serial_number": "A0000000002", "maintenance_end": today},
            {"serial_number": "A0000000003", "maintenance_end": None},
            {"serial_number": "A0000000004", "maintenance_end": today - timedelta(days=1)},
        )

    assert finds(status="maintenance_ending", sort="maintenance_end") == ["A0000000002", "A0000000001"]


def test_fields_of_ones_own_are_searched_by_how_their_value_starts(finds: Finds, database: Database) -> None:
    with database.transaction() as session:
        first, second = licenses_of(
            session, ANNA, {"serial_number": "A0000000001"}, {"serial_number": "A0000000002"}
        )
        site = describe(session, ANNA, {first.license_id: "Berlin: 50%_", second.license_id: "Lund"})
        shelf = describe(session, ANNA, {first.license_id: "7", second.license_id: "7"}, name="Shelf")

    assert finds(field=f"{site}:berlin: 50%_") == ["A0000000001"]
    assert finds(field=f"{site}:%") == []
    assert finds(field=f"{site}:erlin") == []
    assert sorted(finds(field=f"{shelf}:7")) == ["A0000000001", "A0000000002"]
    assert finds(field=[f"{shelf}:7", f"{site}:Lu"]) == ["A0000000002"]


@pytest.mark.parametrize("shared", [True, False])
def test_an_owners_field_is_searched_only_where_it_is_shared(
    *, shared: bool, mixed: dict[str, str], finds: Finds, get: Get, database: Database
) -> None:
    with database.transaction() as session:
        values = {mixed[name]: "Lund" for name in ("full", "view", "hidden")}
        field = describe(session, CARLA, values, shared=shared)

    found = finds(field=f"{field}:Lund", sort="serial_number")

    assert found == (["B0000000001", "B0000000002"] if shared else [])
    shown = [item["fields"] for item in get(sort="serial_number").json()["items"]]
    assert shown == [{}, *([{field: "Lund"} if shared else {}] * 2), {}]
    assert len(finds(field=f"{field}:Lund", as_=CARLA)) == 3


def test_a_strangers_field_finds_nothing(mixed: dict[str, str], finds: Finds, database: Database) -> None:
    stranger = new_id("acc")
    with database.transaction() as session:
        field = describe(session, stranger, {mixed["own"]: "Lund", mixed["view"]: "Lund"}, shared=True)

    assert finds(field=f"{field}:Lund") == []
    assert finds(field=f"{new_id('fld')}:Lund") == []


def test_the_list_says_what_its_other_columns_show(get: Get, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {"system_type": "VM", "deployed_price_tier": "2"})

    (shown,) = get().json()["items"]
    assert (shown["system_type"], shown["deployed_price_tier"]) == ("VM", "2")
    assert (shown["entitled_price_tier"], shown["fields"]) == ("B", {})


@pytest.mark.parametrize(
    "params",
    [
        {"customer_number": ""},
        {"order_number": "x" * 101},
        {"host_id": "\x00"},
        {"serial_number": "\x00"},
        {"price_tier": "\x00"},
        {"registered_from": "yesterday"},
        {"registered_to": "2026-02-30"},
        {"ends_from": "1700000000"},
        {"ends_to": ""},
        {"ordered_from": "2026-1-1"},
        {"ordered_to": "2026-01-01T00:00:00"},
        {"owner": "anna"},
        {"shared_by": "acc_1"},
        {"access": "none"},
        {"field": "fld_1:x"},
        {"field": f"{new_id('fld')}:"},
        {"field": f"{new_id('fld')}:\x00"},
        {"field": [f"{new_id('fld')}:x"] * 11},
        {"colour": "red"},
    ],
)
def test_senseless_filters_are_refused_with_their_place(params: dict[str, Any], get: Get) -> None:
    answer = get(**params)

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["pointer"].split("/")[1] == next(iter(params))
