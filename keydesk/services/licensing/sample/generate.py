"""Writes the sample's files beside itself: ``python -m keydesk.services.licensing.sample.generate``.

The same files every time: chance is seeded, and nothing depends on the day. What the tour needs stands
first, under numbers of its own, so that nothing else in the sample uses them up.
"""

import csv
import gzip
import io
import random
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import NamedTuple

from keydesk.services.licensing.sample import catalogue
from keydesk.services.licensing.sample.companies import some_companies
from keydesk.services.licensing.sample.tour import LINDQVIST, MARISOL, TOUR

FOLDER = Path(__file__).parent
PRODUCTS = FOLDER / "products.csv"
ORDERS = FOLDER / "orders.csv.gz"

SEED = 20260301
CUSTOMERS = 500
SERIAL_NUMBERS = 20_400
FIRST_DAY, LAST_DAY = date(2023, 1, 9), date(2026, 10, 30)
TOUR_DAY = date(2026, 10, 12)
Row = dict[str, str]


class Customer(NamedTuple):
    """Who buys."""

    number: str
    name: str
    country: str


NAMED = {
    LINDQVIST: Customer("C-100001", LINDQVIST, "SE"),
    MARISOL: Customer("C-100002", MARISOL, "ES"),
}
"""The companies of the demo people."""


def product_rows() -> list[Row]:
    """products.csv, line by line."""
    return catalogue.rows()


def order_rows() -> list[Row]:
    """orders.csv, line by line: the tour's orders, then a few years of business."""
    chance = random.Random(SEED)  # noqa: S311 - a sample, not a secret
    customers = _customers(chance)
    products = catalogue.sold_by_sku()
    rows = list(_tour_rows(products))
    fresh = _serial_numbers(chance, taken={row["serial_number"] for row in rows})
    order = 20_000
    while len(rows) < SERIAL_NUMBERS:
        order += 1
        customer, ordered_on = chance.choice(customers), _order_day(chance)
        for _ in range(min(1 + int(chance.expovariate(0.2)), 40)):
            sku = chance.choice(list(products))
            line = _terms(chance, customer, ordered_on, products[sku])
            rows.append(_head(f"SO-{order}", customer, ordered_on, next(fresh)) | {"sku": sku} | line)
    return rows


def as_csv(rows: Sequence[Row]) -> bytes:
    """The file with these rows, as it is imported."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _customers(chance: random.Random) -> list[Customer]:
    companies = some_companies(chance, CUSTOMERS - len(NAMED))
    numbers = sorted(chance.sample(range(100_010, 999_999), len(companies)))
    return [
        *NAMED.values(),
        *(Customer(f"C-{number}", *company) for number, company in zip(numbers, companies, strict=True)),
    ]


def _order_day(chance: random.Random) -> date:
    """Business grows: later days are likelier."""
    return FIRST_DAY + timedelta(days=round((LAST_DAY - FIRST_DAY).days * chance.random() ** 0.7))


def _serial_numbers(chance: random.Random, taken: set[str]) -> Iterator[str]:
    while True:
        serial_number = f"{chance.choice('BCDEFGHJKNPRSTVWXYZ')}{chance.randrange(10**9, 10**10)}"
        if serial_number not in taken:
            taken.add(serial_number)
            yield serial_number


def _tour_rows(products: Mapping[str, catalogue.Sold]) -> Iterator[Row]:
    for stop in TOUR:
        customer = NAMED[stop.customer]
        chance = random.Random(stop.serial_number)  # noqa: S311 - as above
        head = _head(f"SO-{customer.number[2:]}", customer, TOUR_DAY, stop.serial_number)
        yield head | {"sku": stop.sku} | _terms(chance, customer, TOUR_DAY, products[stop.sku])


def _head(order_number: str, customer: Customer, ordered_on: date, serial_number: str) -> Row:
    return {
        "order_number": order_number,
        "customer_number": customer.number,
        "customer_name": customer.name,
        "country": customer.country,
        "ordered_on": ordered_on.isoformat(),
        "serial_number": serial_number,
    }


def _terms(chance: random.Random, customer: Customer, ordered_on: date, sold: catalogue.Sold) -> Row:
    """How many, in which tier, and maintained for how long, if at all."""
    maintained = chance.random() < 0.85
    years = chance.choice((1, 1, 1, 3))
    ends = ordered_on.replace(year=ordered_on.year + years, day=min(ordered_on.day, 28)) - timedelta(days=1)
    return {
        "quantity": str(chance.choice((1, 1, 1, 2, 4, 5, 10, 25, 50, 100, 250))),
        "price_tier": chance.choice(_tiers(sold)),
        "maintenance_start": ordered_on.isoformat() if maintained else "",
        "maintenance_end": ends.isoformat() if maintained else "",
        "support_agreement_number": f"SA-{customer.number[2:]}-{ordered_on.year}" if maintained else "",
    }


def _tiers(sold: catalogue.Sold) -> list[str]:
    """The price tiers in which a product is sold: those in which it can be deployed, or none."""
    for field in sold.fields.split("; "):
        name, _, choices = field.rstrip("*").partition("=")
        if name == "deployed_price_tier":
            return choices.split("|")
    return [""]


if __name__ == "__main__":
    PRODUCTS.write_bytes(as_csv(product_rows()))
    ORDERS.write_bytes(gzip.compress(as_csv(order_rows()), mtime=0))
