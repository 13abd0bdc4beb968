"""Lines of orders.csv: each a serial number, with the order and the customer that it belongs to. Pure."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from keydesk.services.licensing.imports import values
from keydesk.services.licensing.imports.csv_file import Columns, CsvFile, Record
from keydesk.services.licensing.imports.lines import LineProblem, RefusedLine, Rules, values_of

COLUMNS = Columns(
    needed=(
        "order_number",
        "customer_number",
        "customer_name",
        "country",
        "ordered_on",
        "serial_number",
        "sku",
        "quantity",
    ),
    optional=("price_tier", "maintenance_start", "maintenance_end", "support_agreement_number"),
)

_RULES: Rules = {
    "order_number": values.code,
    "customer_number": values.code,
    "customer_name": values.needed_text,
    "country": values.country,
    "ordered_on": values.day,
    "serial_number": values.serial_number,
    "sku": values.code,
    "quantity": values.quantity,
    "price_tier": values.text,
    "maintenance_start": values.optional_day,
    "maintenance_end": values.optional_day,
    "support_agreement_number": values.text,
}


class OrderLine(NamedTuple):
    """An entitlement as a file tells it; the order of its members is that of the columns it is copied to."""

    line: int
    order_number: str
    customer_number: str
    customer_name: str
    country: str
    ordered_on: date
    serial_number: str
    sku: str
    quantity: int
    price_tier: str
    maintenance_start: date | None
    maintenance_end: date | None
    support_agreement_number: str


def check(file: CsvFile) -> Iterator[OrderLine | RefusedLine]:
    """Each line of the file, in order.

    A line is refused that has a serial number of an earlier line, or tells an order or a customer
    differently than the first line that names it: which of the two is right is not ours to guess.
    """
    earlier = _Earlier()
    for record in file.records():
        checked = _line(record, len(file.header))
        if isinstance(checked, OrderLine):
            contradictions = earlier.contradicted_by(checked)
            if contradictions:
                checked = RefusedLine(record.line, checked.serial_number, contradictions)
        yield checked


class _Earlier:
    """What the lines so far said, and on which line it was said first."""

    def __init__(self) -> None:
        self._serial_numbers: dict[str, int] = {}
        self._orders: dict[str, tuple[int, tuple[str, date]]] = {}
        self._customers: dict[str, tuple[int, tuple[str, str]]] = {}

    def contradicted_by(self, line: OrderLine) -> tuple[LineProblem, ...]:
        """What ``line`` contradicts; what it says first is remembered."""
        first = self._serial_numbers.setdefault(line.serial_number, line.line)
        if first != line.line:
            return (LineProblem("serial_number", "serial_number_twice", {"line": first}),)
        order = (line.customer_number, line.ordered_on)
        customer = (line.customer_name, line.country)
        order_line, order_said = self._orders.setdefault(line.order_number, (line.line, order))
        if order_said != order:
            return (LineProblem("order_number", "order_told_differently", {"line": order_line}),)
        customer_line, customer_said = self._customers.setdefault(line.customer_number, (line.line, customer))
        if customer_said != customer:
            return (LineProblem("customer_number", "customer_told_differently", {"line": customer_line}),)
        return ()


def _line(record: Record, width: int) -> OrderLine | RefusedLine:
    found, problems = values_of(record, _RULES, width)
    if not problems:
        starts, ends = found["maintenance_start"], found["maintenance_end"]
        if starts is not None and ends is not None and ends < starts:
            problems.append(LineProblem("maintenance_end", "ends_before_start"))
    if problems:
        key = values.shown(record.cells.get("serial_number", "").strip())
        return RefusedLine(record.line, key, tuple(problems))
    return OrderLine(record.line, **found)
