"""What a line of products.csv or orders.csv may say."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.chassis.i18n import Text
from keydesk.services.licensing.imports import field_syntax, order_lines, product_lines, values
from keydesk.services.licensing.imports.csv_file import CsvFile
from keydesk.services.licensing.imports.field_syntax import fields_of
from keydesk.services.licensing.imports.lines import RefusedLine
from keydesk.services.licensing.imports.order_lines import OrderLine
from keydesk.services.licensing.imports.texts import LINE_TEXTS
from keydesk.services.licensing.imports.values import ValueRefused
from tests.factories import imports as files

pytestmark = pytest.mark.feature("C5")


def product_problems(**change: str) -> list[str]:
    return _problems(*product_lines.check(CsvFile(files.products(change), product_lines.COLUMNS)))


def order_problems(*changes: dict[str, str]) -> list[str]:
    return _problems(*order_lines.check(CsvFile(files.orders(*changes), order_lines.COLUMNS)))


def _problems(*lines: object) -> list[str]:
    found = [line for line in lines if isinstance(line, RefusedLine)]
    for line in found:
        for problem in line.problems:
            assert Text(LINE_TEXTS[problem.code], problem.params).to("en")
    return [f"{problem.field}:{problem.code}" for line in found for problem in line.problems]


def refusal(rule: Callable[[str], object], cell: str) -> str | None:
    """Why ``rule`` refuses a cell, as a person reads it; none where it does not."""
    try:
        rule(cell)
    except ValueRefused as refused:
        return Text(LINE_TEXTS[refused.code], refused.params).to("en")
    return None


def test_an_order_line_is_read_with_its_types() -> None:
    (line,) = order_lines.check(CsvFile(files.orders(), order_lines.COLUMNS))
    assert isinstance(line, OrderLine)
    assert (line.line, line.serial_number, line.quantity) == (2, "A0000000001", 5)
    assert (line.ordered_on, line.maintenance_end) == (date(2026, 1, 15), date(2027, 1, 14))


@pytest.mark.parametrize(
    ("column", "cell", "why"),
    [
        ("serial_number", "a0000000001", "not_a_serial_number"),
        ("serial_number", "A000000001", "not_a_serial_number"),
        ("serial_number", "A０000000001", "not_a_serial_number"),
        ("serial_number", "", "missing"),
        ("order_number", "SO/1", "not_a_code"),
        ("order_number", "x" * 41, "not_a_code"),
        ("sku", "../../etc", "not_a_code"),
        ("customer_name", "x" * 201, "too_long"),
        ("customer_name", "two\nlines", "not_one_line"),
        ("country", "Sweden", "not_a_country"),
        ("country", "ZZ", "not_a_country"),
        ("ordered_on", "15.01.2026", "not_a_day"),
        ("ordered_on", "20260115", "not_a_day"),
        ("ordered_on", "2026-02-30", "not_a_day"),
        ("quantity", "0", "not_a_quantity"),
        ("quantity", "-5", "not_a_quantity"),
        ("quantity", "5.0", "not_a_quantity"),
        ("quantity", "1000001", "not_a_quantity"),
        ("quantity", "９", "not_a_quantity"),
        ("maintenance_end", "2025-12-31", "ends_before_start"),
    ],
)
def test_a_wrong_cell_of_an_order_is_named_with_its_column(column: str, cell: str, why: str) -> None:
    assert order_problems({column: cell}) == [f"{column}:{why}"]


def test_every_wrong_cell_of_a_line_is_told_at_once() -> None:
    wrong = {"country": "Sweden", "quantity": "many", "ordered_on": "yesterday"}
    assert order_problems(wrong) == [
        "country:not_a_country",
        "ordered_on:not_a_day",
        "quantity:not_a_quantity",
    ]


def test_a_line_with_too_few_cells_is_refused_as_a_whole() -> None:
    content = files.orders().rstrip() + b"\r\nSO-2,C-2\r\n"
    assert _problems(*order_lines.check(CsvFile(content, order_lines.COLUMNS))) == [":wrong_width"]


def test_maintenance_and_tier_may_be_left_out() -> None:
    row = {name: value for name, value in files.ORDER.items() if name not in order_lines.COLUMNS.optional}
    (line,) = order_lines.check(CsvFile(files.a_file(row), order_lines.COLUMNS))
    assert isinstance(line, OrderLine)
    assert (line.price_tier, line.maintenance_end) == ("", None)


@pytest.mark.parametrize(
    ("second", "why"),
    [
        ({}, "serial_number:serial_number_twice"),
        ({"serial_number": "A0000000002", "customer_number": "C-2"}, "order_number:order_told_differently"),
        ({"serial_number": "A0000000002", "ordered_on": "2026-01-16"}, "order_number:order_told_differently"),
        ({"serial_number": "A0000000002", "country": "NO"}, "customer_number:customer_told_differently"),
    ],
)
def test_a_line_that_contradicts_an_earlier_one_is_refused(second: dict[str, str], why: str) -> None:
    assert order_problems({}, second) == [why]


def test_a_refused_line_does_not_take_its_serial_number_from_a_sound_one() -> None:
    assert order_problems({"quantity": "none"}, {}) == ["quantity:not_a_quantity"]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"registered_alone": "perhaps"}, "registered_alone:not_yes_or_no"),
        ({"name": " "}, "name:missing"),
        ({"fields": "colour*"}, "fields:unknown_field"),
        ({"fields": "host_id**"}, "fields:not_a_field"),
        ({"fields": "host_id; host_id*"}, "fields:field_twice"),
        ({"fields": "install_at=a|b"}, "fields:not_choices"),
        ({"fields": "system_type=a||b"}, "fields:not_choices"),
        ({"fields": "system_type=a|a"}, "fields:not_choices"),
        ({"fields": "", "host_id_pattern": "[0-9]{8}"}, "fields:pattern_without_host_id"),
        ({"host_id_pattern": "[0-9]{8}", "host_id_example": "x"}, "host_id_example:example_does_not_match"),
        ({"host_id_pattern": "(a+)+"}, "host_id_pattern:not_a_pattern"),
        ({"host_id_pattern": "[0-9]*"}, "host_id_pattern:not_a_pattern"),
        ({"host_id_pattern": "[0-9]{1,9}" * 5}, "host_id_pattern:not_a_pattern"),
        ({"host_id_pattern": "[9-0]"}, "host_id_pattern:not_a_pattern"),
        ({"host_id_pattern": "a{5,2}"}, "host_id_pattern:not_a_pattern"),
    ],
)
def test_a_wrong_cell_of_a_product_is_named_with_its_column(change: dict[str, str], why: str) -> None:
    assert why in product_problems(**{"host_id_pattern": "", "host_id_example": "", **change})


def test_what_a_product_asks_for_is_read_from_one_cell() -> None:
    host, kind, tier, contact = fields_of(
        "host_id* each; system_type; deployed_price_tier=1 | 2|3*; technical_contact",
        "[0-9a-f]{8}",
        "80ab12cd",
    )
    assert (host.name, host.required, host.per_line, host.pattern) == ("host_id", True, True, "[0-9a-f]{8}")
    assert (kind.required, kind.per_line, kind.choices) == (False, False, None)
    assert (tier.required, tier.choices, tier.example) == (True, ("1", "2", "3"), "1")
    assert contact.pattern is None


@given(st.text(max_size=60))
def test_no_text_breaks_the_reading_of_what_a_product_asks_for(cell: str) -> None:
    assert refusal(fields_of, cell) != ""


@given(st.text("ab09[]-{},?\\dw.:()*+|^$", max_size=30))
def test_a_pattern_that_is_taken_repeats_nothing_without_end(cell: str) -> None:
    try:
        taken = field_syntax.pattern(cell)
    except ValueRefused:
        return
    outside = taken.replace("\\.", "").replace("\\-", "")
    assert not set("()*+|$") & set(outside)


@given(st.text(max_size=80))
def test_no_text_breaks_a_cell(cell: str) -> None:
    rules: tuple[Callable[[str], object], ...] = (
        values.text,
        values.needed_text,
        values.code,
        values.serial_number,
        values.quantity,
        values.day,
        values.optional_day,
        values.yes_or_no,
        values.country,
        field_syntax.pattern,
    )
    for rule in rules:
        assert "\n" not in (refusal(rule, cell) or "")
