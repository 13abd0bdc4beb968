"""What the desk draws: bars whose lengths go by the largest, and how long something took. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from babel.dates import format_timedelta

from keydesk.chassis.i18n import locale_of

WIDTH = 320
"""Length of the longest bar."""
ROW = 44
"""Height of a bar with its word above."""


@dataclass(frozen=True)
class Bar:
    """One bar of a chart."""

    name: str
    count: int
    top: int
    length: int
    """0 for none; anything else can be seen."""


def bars(counts: Sequence[tuple[str, int]]) -> list[Bar]:
    """A bar for each name and count, one below the other."""
    largest = max((count for _, count in counts), default=0)
    return [
        Bar(name, count, row * ROW, max(2, round(WIDTH * count / largest)) if count else 0)
        for row, (name, count) in enumerate(counts)
    ]


def duration(seconds: float | None, language: str) -> str:
    """How long: ``3 hours``; a dash where nothing was measured."""
    if seconds is None:
        return "–"
    return str(format_timedelta(timedelta(seconds=seconds), threshold=1.5, locale=locale_of(language)))
