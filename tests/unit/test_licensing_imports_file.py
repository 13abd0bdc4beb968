"""CSV files as office programs write them, and everything else that people send by mistake."""

import csv
import io
from contextlib import suppress
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.services.licensing.imports import csv_file
from keydesk.services.licensing.imports.csv_file import Columns, CsvFile, FileRefused

COLUMNS = Columns(needed=("sku", "name"), optional=("version",))
CELL = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)
WAYS: list[tuple[str, Literal[0, 1]]] = [
    ("\r\n", csv.QUOTE_MINIMAL),
    ("\r\n", csv.QUOTE_ALL),
    ("\n", csv.QUOTE_ALL),
]
"""Line ends and quoting. Python's writer leaves a lone carriage return unquoted where lines end in \\n."""

pytestmark = pytest.mark.feature("C5")


def cells(content: bytes) -> list[tuple[str, ...]]:
    return [tuple(record.cells.values()) for record in CsvFile(content, COLUMNS).records()]


def refusals(content: bytes) -> list[str]:
    with pytest.raises(FileRefused) as refused:
        CsvFile(content, COLUMNS).count()
    return [f"{problem.code} {problem.column}".strip() for problem in refused.value.problems]


@pytest.mark.parametrize(
    "content",
    [
        b"sku,name\nK-1,Harbor\n",
        b"\xef\xbb\xbfsku,name\r\nK-1,Harbor\r\n",
        b"sku;name\nK-1;Harbor",
        b"sku\tname\rK-1\tHarbor\r",
        b'"sku","name"\n"K-1","Harbor"\n',
        b'"sku";"name"\n"K-1";"Harbor"\n',
        b" SKU , Name \nK-1,Harbor\n",
        b"sku,name\n\n,\nK-1,Harbor\n\n",
        b"\n" * 12_000 + b"sku,name\nK-1,Harbor\n",
        b"sku,name,,\nK-1,Harbor,,\n",
    ],
    ids=[
        "plain",
        "bom",
        "semicolon",
        "tab",
        "quoted",
        "quoted-semicolon",
        "spaced",
        "blank-lines",
        "late",
        "trailing",
    ],
)
def test_a_file_is_read_as_office_programs_write_it(content: bytes) -> None:
    assert cells(content) == [("K-1", "Harbor")]


def test_columns_may_come_in_any_order_and_under_readable_names() -> None:
    columns = Columns(needed=("order_number", "host_id_pattern"))
    records = list(CsvFile(b"Host-ID Pattern,Order Number\nx,SO-1\n", columns).records())
    assert [dict(record.cells) for record in records] == [{"host_id_pattern": "x", "order_number": "SO-1"}]


def test_a_semicolon_in_the_header_of_a_comma_file_does_not_mislead() -> None:
    assert refusals(b"sku,name,a;b;c;d\nK-1,Harbor,x\n") == ["column_unknown a;b;c;d"]


def test_a_line_is_counted_where_it_starts_in_the_file() -> None:
    records = CsvFile(b'sku,name\n\nK-1,"two\nlines"\nK-2,Tide\n', COLUMNS).records()
    assert [(record.line, record.cells["name"]) for record in records] == [(3, "two\nlines"), (5, "Tide")]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", ["empty"]),
        (b"\xef\xbb\xbf \r\n", ["empty"]),
        (b"PK\x03\x04\x14\x00\x06\x00", ["spreadsheet"]),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ["spreadsheet"]),
        ("sku,name\nK-1,x\n".encode("utf-16"), ["not_utf8"]),
        ("sku,name\nK-1,Ångström\n".encode("latin-1"), ["not_utf8"]),
        (b"sku,name\nK-1,Har\x00bor\n", ["binary"]),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ["binary"]),
        (b",,,\n", ["column_missing sku", "column_missing name"]),
        (b"sku,name\n", ["no_lines"]),
        (b"sku,name\n,\n \n", ["no_lines"]),
        (b"sku,price\nK-1,3\n", ["column_missing name", "column_unknown price"]),
        (b"sku,name,SKU\nK-1,Harbor,K-1\n", ["column_twice sku"]),
        (b'sku,name\nK-1,"never closed\nK-2,Tide\n', ["broken_quotation"]),
        (b'sku,name\nK-1,"closed"too early\n', ["broken_quotation"]),
        (b"sku,name\nK-1," + b"x" * 200_000, ["broken_quotation"]),
    ],
)
def test_a_file_that_cannot_be_read_says_why(content: bytes, why: list[str]) -> None:
    assert refusals(content) == why


def test_the_line_that_is_no_utf_8_is_named() -> None:
    with pytest.raises(FileRefused) as refused:
        CsvFile(b"sku,name\nK-1,Harbor\nK-2,Qu\xe4ll\n", COLUMNS)
    assert refused.value.problems[0].params == {"line": 3}


def test_too_many_lines_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_file, "MAX_LINES", 2)
    assert refusals(b"sku,name\n" + b"K,x\n" * 3) == ["too_many_lines"]


@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda junk: b"sku,name\n" + junk))
def test_no_bytes_do_anything_but_be_read_or_be_refused(content: bytes) -> None:
    with suppress(FileRefused):
        assert CsvFile(content, COLUMNS).count() > 0


@given(
    st.lists(st.tuples(CELL, CELL).filter(lambda row: any(cell.strip() for cell in row)), min_size=1),
    st.sampled_from(csv_file.DELIMITERS),
    st.sampled_from(WAYS),
)
def test_what_was_written_is_what_is_read(
    rows: list[tuple[str, str]], delimiter: str, way: tuple[str, Literal[0, 1]]
) -> None:
    text = io.StringIO(newline="")
    line_end, quoting = way
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerow(("sku", "name"))
    writer.writerows(rows)
    assert cells(text.getvalue().encode()) == rows
