"""Reads CSV files and workbooks that were downloaded, for tests."""

import csv
import io
import zipfile
from typing import Any
from xml.etree import ElementTree

_SHEET = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"


def rows_of(answer: Any) -> list[list[str]]:
    """The cells of a CSV file."""
    return list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"), newline="")))


def sheet_of(answer: Any) -> list[list[str]]:
    """The cells of a workbook, as texts; none of them is a formula."""
    with zipfile.ZipFile(io.BytesIO(answer.content)) as book:
        sheet = ElementTree.fromstring(book.read("xl/worksheets/sheet1.xml"))  # noqa: S314 - our own
    assert sheet.find(f".//{_SHEET}f") is None
    return [
        ["".join(cell.itertext()) for cell in row.iter(f"{_SHEET}c")] for row in sheet.iter(f"{_SHEET}row")
    ]
