"""Reads serial numbers as people hand them in: pasted text, a text file, the first column of a CSV. Pure.

Reads, and does not judge: a line that is no serial number stays, so that its owner sees what became of it.
"""

import csv
import re

MAX_SERIAL_NUMBER = 64
"""Longer ones are cut: they are none of ours, and their beginning is enough to find them by."""

_SEPARATORS = re.compile(r"[\s,;]+")
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\x85\ufffe\uffff]")


class NotText(ValueError):
    """The content is no text in UTF-8."""


def from_text(content: bytes) -> list[str]:
    """The serial numbers of a text, one a line or separated by spaces, commas, semicolons or tabs.

    Raises `NotText`.
    """
    return _tidy(_SEPARATORS.split(_decoded(content)))


def from_csv(content: bytes) -> list[str]:
    """The first column of a CSV file, whatever separates its columns, without a heading. Raises `NotText`."""
    lines = _decoded(content).splitlines()
    delimiter = max(",;\t", key=lines[0].count) if lines else ","
    try:
        column = [row[0] for row in csv.reader(lines, delimiter=delimiter) if row]
    except csv.Error:
        raise NotText from None
    if column and not any(character.isdigit() for character in column[0]):
        column = column[1:]
    return _tidy(column)


def _decoded(content: bytes) -> str:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise NotText from None
    if _BINARY.search(text):
        raise NotText
    return text


def _tidy(entries: list[str]) -> list[str]:
    return [entry.strip()[:MAX_SERIAL_NUMBER] for entry in entries if entry.strip()]
