"""Products and sold serial numbers, brought into a running stack through the public API."""

from collections.abc import Sequence

from httpx2 import Client

from tests.e2e.house import done
from tests.factories.imports import orders, products
from tests.waiting import until


def sell(operator: Client, sku: str, serial_numbers: Sequence[str], **product: str) -> None:
    """Sell serial numbers of a product that comes with a file and asks for nothing, unless told otherwise."""
    _bring_in(operator, "products", products({"sku": sku, "fields": "", "has_file": "yes"} | product))
    lines = [
        {"sku": sku, "order_number": f"{sku}-{number // 100}", "serial_number": serial_number}
        for number, serial_number in enumerate(serial_numbers)
    ]
    _bring_in(operator, "orders", orders(*lines))


def _bring_in(operator: Client, kind: str, content: bytes) -> None:
    sent = operator.post(
        "/api/v1/imports", params={"kind": kind}, content=content, headers={"Content-Type": "text/csv"}
    )
    address = f"/api/v1/imports/{done(sent)['id']}"
    until(lambda: done(operator.get(address))["status"] == "completed", seconds=60)
    assert done(operator.get(address))["counts"]["failed"] == 0
