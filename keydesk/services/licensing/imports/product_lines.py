"""Lines of products.csv. Pure."""

import json
from collections.abc import Iterator
from typing import NamedTuple

from keydesk.services.licensing.imports import field_syntax, values
from keydesk.services.licensing.imports.csv_file import Columns, CsvFile, Record
from keydesk.services.licensing.imports.lines import LineProblem, RefusedLine, Rules, values_of
from keydesk.services.licensing.imports.values import ValueRefused
from keydesk.services.licensing.products.fields import Field

COLUMNS = Columns(
    needed=("sku", "name", "version", "platform", "family", "registered_alone", "has_file", "fields"),
    optional=("host_id_pattern", "host_id_example"),
)

_RULES: Rules = {
    "sku": values.code,
    "name": values.needed_text,
    "version": values.needed_text,
    "platform": values.text,
    "family": values.needed_text,
    "registered_alone": values.yes_or_no,
    "has_file": values.yes_or_no,
    "fields": values.text,
    "host_id_pattern": field_syntax.pattern,
    "host_id_example": values.text,
}


class ProductLine(NamedTuple):
    """A product as a file tells it; the order of its members is that of the columns it is copied to."""

    line: int
    sku: str
    name: str
    version: str
    platform: str
    family: str
    registered_alone: bool
    has_file: bool
    fields: str
    """JSON, as the database keeps it."""


def check(file: CsvFile) -> Iterator[ProductLine | RefusedLine]:
    """Each line of the file, in order; one whose SKU an earlier line has is refused."""
    first: dict[str, int] = {}
    for record in file.records():
        checked = _line(record, len(file.header))
        if isinstance(checked, ProductLine) and checked.sku in first:
            twice = LineProblem("sku", "sku_twice", {"line": first[checked.sku]})
            yield RefusedLine(record.line, checked.sku, (twice,))
            continue
        if isinstance(checked, ProductLine):
            first[checked.sku] = record.line
        yield checked


def _line(record: Record, width: int) -> ProductLine | RefusedLine:
    found, problems = values_of(record, _RULES, width)
    fields: tuple[Field, ...] = ()
    if not problems:
        try:
            fields = field_syntax.fields_of(
                found["fields"], found["host_id_pattern"], found["host_id_example"]
            )
        except ValueRefused as refused:
            problems.append(LineProblem("fields", refused.code, refused.params))
        try:
            field_syntax.matching_example(found["host_id_pattern"], found["host_id_example"])
        except ValueRefused as refused:
            problems.append(LineProblem("host_id_example", refused.code, refused.params))
    if problems:
        return RefusedLine(record.line, values.shown(record.cells.get("sku", "").strip()), tuple(problems))
    return ProductLine(
        line=record.line,
        **{column: found[column] for column in ProductLine._fields[1:-1]},
        fields=json.dumps([field.model_dump(mode="json") for field in fields]),
    )
