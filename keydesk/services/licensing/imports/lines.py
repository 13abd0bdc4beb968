"""A line of a file on its way in: what it says, what is wrong with it, what became of it. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as default
from typing import Any, Literal

from keydesk.services.licensing.imports.csv_file import Record
from keydesk.services.licensing.imports.values import ValueRefused

LineState = Literal["created", "updated", "unchanged", "failed"]

Rules = Mapping[str, Callable[[str], Any]]
"""By column, what makes a value of a cell, or raises `ValueRefused`."""


@dataclass(frozen=True)
class LineProblem:
    """What is wrong with a line, by a code of ``texts.LINE_TEXTS``; ``field`` is a column, or empty."""

    field: str
    code: str
    params: Mapping[str, object] = default(default_factory=dict)


@dataclass(frozen=True)
class RefusedLine:
    """A line that cannot be stored as it stands."""

    line: int
    key: str
    """The SKU or serial number, as far as it can be made out."""
    problems: tuple[LineProblem, ...]


@dataclass(frozen=True)
class Outcome:
    """What became of a line (or, in a dry run, would have)."""

    line: int
    state: LineState
    key: str
    problems: tuple[LineProblem, ...] = ()

    @classmethod
    def of_refused(cls, refused: RefusedLine) -> "Outcome":
        """A line that failed before anything was asked of the database."""
        return cls(refused.line, "failed", refused.key, refused.problems)


def values_of(record: Record, rules: Rules, width: int) -> tuple[dict[str, Any], list[LineProblem]]:
    """The value of each column by ``rules``, and what is wrong with the others.

    A record that is not ``width`` cells wide has no values: nobody knows which cell is which.
    """
    if record.width != width:
        return {}, [LineProblem("", "wrong_width", {"expected": width, "found": record.width})]
    found: dict[str, Any] = {}
    problems: list[LineProblem] = []
    for column, rule in rules.items():
        try:
            found[column] = rule(record.cells.get(column, ""))
        except ValueRefused as refused:
            problems.append(LineProblem(column, refused.code, refused.params))
    return found, problems
