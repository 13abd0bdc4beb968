"""Reads a CSV file as office programs write it. Pure: bytes in, records out.

UTF-8 with or without a byte order mark, any line ends, commas, semicolons or tabs, columns in any order.
A file that cannot be read as a whole is refused, naming each reason; single lines are judged elsewhere.
"""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

MAX_LINES = 250_000
DELIMITERS = ",;\t"

_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
"""How Excel's and LibreOffice's own files begin, whatever they are called."""
_OTHER_UNICODE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True)
class FileProblem:
    """Why a file cannot be read, by a code of ``texts.FILE_TEXTS``; ``column`` where it is about one."""

    code: str
    params: Mapping[str, object]
    column: str = ""


class FileRefused(Exception):
    """The file cannot be read as a whole."""

    def __init__(self, *problems: FileProblem) -> None:
        super().__init__(", ".join(problem.code for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Columns:
    """The columns that a kind of file has."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()

    @property
    def known(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.needed, *self.optional)


@dataclass(frozen=True)
class Record:
    """One line that is not empty: where it starts in the file (the header being 1), and its cells."""

    line: int
    cells: Mapping[str, str]
    """By column; a column that the file lacks is absent."""
    width: int
    """How many cells there are, which should be as many as the header has."""


class CsvFile:
    """A file whose encoding, delimiter and header are sound. Raises `FileRefused` where they are not."""

    def __init__(self, content: bytes, columns: Columns) -> None:
        _refuse_what_is_no_text(content)
        self._content = content
        self.delimiter = _delimiter_of(_first_line(content), columns)
        self.header = self._header(columns)

    def records(self) -> Iterator[Record]:
        """Every line after the header that is not empty. Raises `FileRefused` for a broken quotation."""
        rows = self._rows()
        next(rows)
        width = len(self.header)
        for line, row in rows:
            yield Record(line, dict(zip(self.header, row, strict=False)), _width(row, width))

    def count(self) -> int:
        """How many records there are. Raises `FileRefused` where there is none, or there are too many."""
        found = 0
        for _ in self.records():
            found += 1
            if found > MAX_LINES:
                raise FileRefused(FileProblem("too_many_lines", {"limit": MAX_LINES}))
        if found == 0:
            raise FileRefused(FileProblem("no_lines", {}))
        return found

    def _rows(self) -> Iterator[tuple[int, list[str]]]:
        """Every row that is not blank, the header first, and the line where it starts."""
        text = io.TextIOWrapper(io.BytesIO(self._content), encoding="utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=self.delimiter, strict=True)
        line = 1
        try:
            for row in reader:
                if "".join(row).strip():
                    yield line, row
                line = reader.line_num + 1
        except csv.Error:
            raise FileRefused(FileProblem("broken_quotation", {"line": line})) from None

    def _header(self, columns: Columns) -> tuple[str, ...]:
        row = next(self._rows(), (1, ()))[1]
        header = tuple(_column(cell) for cell in row[: _width(row, 0)])
        seen = Counter(header)
        problems = [
            FileProblem("column_missing", {"column": name}, name)
            for name in columns.needed
            if name not in seen
        ]
        problems += [
            FileProblem("column_unknown", {"column": name[:60], "known": ", ".join(columns.known)}, name[:60])
            for name in seen
            if name not in columns.known
        ]
        problems += [
            FileProblem("column_twice", {"column": name}, name) for name in columns.known if seen[name] > 1
        ]
        if problems:
            raise FileRefused(*problems)
        return header


def _refuse_what_is_no_text(content: bytes) -> None:
    if not content.removeprefix(codecs.BOM_UTF8).strip():
        raise FileRefused(FileProblem("empty", {}))
    if content.startswith(_SPREADSHEETS):
        raise FileRefused(FileProblem("spreadsheet", {}))
    if content.startswith(_OTHER_UNICODE):
        raise FileRefused(FileProblem("not_utf8", {"line": 1}))
    if b"\x00" in content:
        raise FileRefused(FileProblem("binary", {}))
    try:
        content.decode()
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise FileRefused(FileProblem("not_utf8", {"line": line})) from None


def _first_line(content: bytes) -> str:
    """The header as text: the first line that is not blank."""
    start = content.removeprefix(codecs.BOM_UTF8).lstrip()[:10_000]
    return start.decode(errors="replace").splitlines()[0]


def _delimiter_of(header: str, columns: Columns) -> str:
    """The delimiter by which the header names the most columns that we know."""
    return max(
        DELIMITERS,
        key=lambda each: sum(_column(cell.strip('"')) in columns.known for cell in header.split(each)),
    )


def _column(cell: str) -> str:
    """``" Order Number"`` is ``order_number``."""
    return "_".join(cell.strip().lower().replace("-", " ").split())


def _width(row: Sequence[str], expected: int) -> int:
    """How many cells a row has; empty ones beyond those expected, as spreadsheets leave, do not count."""
    found = len(row)
    while found > expected and not row[found - 1].strip():
        found -= 1
    return found
