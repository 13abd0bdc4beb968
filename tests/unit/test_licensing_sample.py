"""The sample: what its generator writes, and what people are promised about it."""

import csv
import functools
import gzip
import io

import pytest

from keydesk.services.licensing.imports import order_lines, product_lines
from keydesk.services.licensing.imports.csv_file import CsvFile
from keydesk.services.licensing.imports.order_lines import OrderLine
from keydesk.services.licensing.imports.product_lines import ProductLine
from keydesk.services.licensing.sample import generate
from keydesk.services.licensing.sample.tour import TOUR

pytestmark = pytest.mark.feature("C5")

PRODUCTS = generate.PRODUCTS.read_bytes()
ORDERS = gzip.decompress(generate.ORDERS.read_bytes())


@functools.cache
def products() -> list[ProductLine]:
    lines = list(product_lines.check(CsvFile(PRODUCTS, product_lines.COLUMNS)))
    return [line for line in lines if isinstance(line, ProductLine)]


@functools.cache
def orders() -> list[OrderLine]:
    lines = list(order_lines.check(CsvFile(ORDERS, order_lines.COLUMNS)))
    return [line for line in lines if isinstance(line, OrderLine)]


def test_the_files_are_what_the_generator_writes() -> None:
    assert generate.as_csv(generate.product_rows()) == PRODUCTS
    assert generate.as_csv(generate.order_rows()) == ORDERS


def test_no_line_of_the_sample_is_refused() -> None:
    assert len(products()) == PRODUCTS.count(b"\n") - 1
    assert len(orders()) == ORDERS.count(b"\n") - 1
    assert {line.sku for line in orders()} <= {line.sku for line in products()}


def test_the_sample_is_as_large_as_it_says() -> None:
    assert len(products()) >= 40
    assert len({line.fields for line in products()}) >= 10
    assert len({line.customer_number for line in orders()}) == 500
    assert len(orders()) >= 20_000
    assert len({line.country for line in orders()}) >= 40


def test_the_demo_people_s_companies_are_among_the_customers() -> None:
    assert {"Lindqvist Instruments", "Marisol Textiles"} <= {line.customer_name for line in orders()}


def test_every_stop_of_the_tour_is_there_as_it_is_told() -> None:
    sold = {row["serial_number"]: row for row in csv.DictReader(io.StringIO(ORDERS.decode()))}
    product = {line.sku: line for line in products()}
    for stop in TOUR:
        row = sold[stop.serial_number]
        assert (row["sku"], row["customer_name"]) == (stop.sku, stop.customer)
        assert ("alone" in stop.to_see) == product[stop.sku].registered_alone
        assert ("no file" not in stop.to_see) or not product[stop.sku].has_file
        assert ("nothing to fill in" in stop.to_see) == (product[stop.sku].fields == "[]")
