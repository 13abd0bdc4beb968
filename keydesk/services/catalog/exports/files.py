"""Rows as a file, CSV or XLSX, written row by row so that it never is in memory as a whole."""

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import date, datetime
from pathlib import Path

from xlsxwriter import Workbook

from keydesk.services.catalog.exports.cells import Cell
from keydesk.services.catalog.models.searches import ExportFormat

MEDIA_TYPES: dict[ExportFormat, str] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}

Rows = Iterable[Sequence[Cell]]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?")


def harmless(text: str) -> str:
    """``text`` as a cell that no spreadsheet takes for a formula; a number stays one.

    What somebody else wrote (a customer's name, a field) would otherwise be carried out by whoever opens
    the file (CSV injection).
    """
    return f"'{text}" if text.startswith(_FORMULA) and not _NUMBER.fullmatch(text) else text


def write_csv(path: Path, header: Sequence[str], rows: Rows) -> None:
    """A CSV file as RFC 4180 has it, in UTF-8 with the mark by which Excel knows that."""
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([harmless(name) for name in header])
        writer.writerows([_as_text(cell) for cell in row] for row in rows)


def write_xlsx(path: Path, header: Sequence[str], rows: Rows) -> None:
    """A workbook with one sheet, whose texts are texts whatever they begin with and whose days are days."""
    options = {"constant_memory": True, "tmpdir": str(path.parent)}
    with Workbook(str(path), options) as workbook:
        bold = workbook.add_format({"bold": True})
        day = workbook.add_format({"num_format": "yyyy-mm-dd"})
        moment = workbook.add_format({"num_format": "yyyy-mm-dd hh:mm:ss"})
        sheet = workbook.add_worksheet()
        sheet.freeze_panes(1, 0)
        for column, name in enumerate(header):
            sheet.set_column(column, column, 20)
            sheet.write_string(0, column, name, bold)
        for number, row in enumerate(rows, start=1):
            for column, cell in enumerate(row):
                if isinstance(cell, datetime):
                    sheet.write_datetime(number, column, cell, moment)
                elif isinstance(cell, date):
                    sheet.write_datetime(number, column, cell, day)
                elif isinstance(cell, int):
                    sheet.write_number(number, column, cell)
                elif cell:
                    sheet.write_string(number, column, cell)


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return f"{cell.isoformat(sep=' ', timespec='seconds')}Z"
    return harmless(cell) if isinstance(cell, str) else str(cell)


WRITERS: dict[ExportFormat, Callable[[Path, Sequence[str], Rows], None]] = {
    "csv": write_csv,
    "xlsx": write_xlsx,
}
