"""Products and orders for those who look: lists, search, pages."""

from collections.abc import Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.http.pages import encode_cursor
from keydesk.chassis.ids import new_id
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories import imports as files
from tests.identities import KeyRing, a_caller


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        names = {"KD-100": "Harbor Cluster", "KD-200": "Quill Forms 100%", "KD-300": "Tide Monitor"}
        products = files.products(*({"sku": sku, "name": name} for sku, name in names.items()))
        files.load(database, products, "products")
        yield database


@pytest.fixture
def api(database: Database, settings_of: SettingsOf, client_of: ClientOf) -> TestClient:
    del database
    return client_of(settings_of("licensing"))


@pytest.fixture
def customer(ring: KeyRing) -> dict[str, str]:
    return ring.headers(a_caller(new_id("acc")), "licensing")


@pytest.fixture
def support(ring: KeyRing) -> dict[str, str]:
    return ring.headers(a_caller(new_id("acc"), roles=("support",)), "licensing")


def found(api: TestClient, path: str, headers: dict[str, str], key: str, **params: Any) -> list[str]:
    """The ``key`` of every item, page by page."""
    keys: list[str] = []
    cursor: str | None = None
    while True:
        answer = api.get(path, headers=headers, params={**params, **({"cursor": cursor} if cursor else {})})
        assert answer.status_code == 200, answer.text
        keys += [item[key] for item in answer.json()["items"]]
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return keys


@pytest.mark.feature("G11")
@pytest.mark.parametrize(
    ("query", "skus"),
    [
        ("", ["KD-100", "KD-200", "KD-300"]),
        ("harbor", ["KD-100", "KD-200", "KD-300"]),
        ("tide monitor", ["KD-300"]),
        ("kd-2", ["KD-200"]),
        ("100%", ["KD-200"]),
        ("_", []),
        ("nothing", []),
    ],
)
def test_products_are_found_by_each_word_of_sku_name_and_family(
    api: TestClient, customer: dict[str, str], query: str, skus: list[str]
) -> None:
    assert found(api, "/api/v1/products", customer, "sku", query=query, limit=2) == skus


@pytest.mark.feature("G11")
def test_a_product_tells_what_it_asks_for(api: TestClient, customer: dict[str, str]) -> None:
    product = api.get("/api/v1/products/KD-100", headers=customer).json()
    assert (product["name"], product["platform"], product["has_file"]) == ("Harbor Cluster", "Linux", True)
    assert product["fields"][1] == {
        "name": "deployed_price_tier",
        "required": False,
        "per_line": False,
        "choices": ["1", "2", "3"],
        "pattern": None,
        "example": "1",
    }


@pytest.mark.parametrize(("sku", "status"), [("KD-999", 404), ("kd-100", 404), ("%00", 422)])
def test_an_unknown_product_is_not_found(
    api: TestClient, customer: dict[str, str], sku: str, status: int
) -> None:
    assert api.get(f"/api/v1/products/{sku}", headers=customer).status_code == status


@pytest.fixture
def orders(database: Database) -> None:
    """Three orders of two customers; one of the serial numbers is registered."""
    marisol = {"customer_number": "C-2", "customer_name": "Marisol Textiles", "country": "ES"}
    files.load(
        database,
        files.orders(
            {"serial_number": "A0000000001"},
            {"serial_number": "A0000000002"},
            {"serial_number": "B0000000001", "order_number": "SO-2", "ordered_on": "2026-02-01", **marisol},
            {"serial_number": "B0000000002", "order_number": "SO-3", "ordered_on": "2026-02-01", **marisol},
        ),
    )
    files.register(database, "A0000000002")


@pytest.mark.feature("C4")
@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize(
    ("query", "numbers"),
    [
        ("", ["SO-3", "SO-2", "SO-1"]),
        ("marisol", ["SO-3", "SO-2"]),
        ("c-1", ["SO-1"]),
        ("so-2 textiles", ["SO-2"]),
        ("B0000000002", ["SO-3"]),
        ("b0000000002", []),
    ],
)
def test_staff_find_orders_the_latest_first(
    api: TestClient, support: dict[str, str], query: str, numbers: list[str]
) -> None:
    assert found(api, "/api/v1/orders", support, "order_number", query=query, limit=1) == numbers


@pytest.mark.feature("C4")
@pytest.mark.usefixtures("orders")
def test_an_order_tells_how_much_of_it_is_registered(api: TestClient, support: dict[str, str]) -> None:
    (order,) = api.get("/api/v1/orders?query=SO-1", headers=support).json()["items"]
    assert order == {
        "order_number": "SO-1",
        "customer_number": "C-1",
        "customer_name": "Lindqvist Instruments",
        "ordered_on": "2026-01-15",
        "lines": 2,
        "registered": 1,
    }


@pytest.mark.usefixtures("orders")
@pytest.mark.parametrize("day", [0, -5, 2**62])
def test_a_forged_day_in_a_cursor_does_no_harm(api: TestClient, support: dict[str, str], day: int) -> None:
    answer = api.get("/api/v1/orders", params={"cursor": encode_cursor(day, "SO-1")}, headers=support)
    assert answer.status_code == 200


@pytest.mark.feature("C4")
def test_customers_do_not_see_orders(api: TestClient, customer: dict[str, str]) -> None:
    assert api.get("/api/v1/orders", headers=customer).status_code == 403
