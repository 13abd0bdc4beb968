"""Figures: what was measured, the limit that it is a ratio to, and whether the aim was met. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles
from typing import Any, Literal

from rich.table import Table

Of = Literal["ratio", "value"]


@dataclass(frozen=True)
class Aim:
    """A bound for a figure's ratio to its limit, or for its value."""

    of: Of
    at_least: float | None = None
    at_most: float | None = None

    def is_met(self, number: float) -> bool:
        """Whether a number keeps to the bounds."""
        return (self.at_least is None or number >= self.at_least) and (
            self.at_most is None or number <= self.at_most
        )


@dataclass(frozen=True)
class Figure:
    """One line of the table."""

    name: str
    value: float
    unit: str
    limit_name: str
    limit: float
    """The least that could be done on this machine, in the same unit and measured in the same run."""
    aim: Aim | None = None
    """None where nobody has set one: the figure is there to be compared with the next run's."""
    turns: list[Any] = field(default_factory=list)
    """What each turn gave, for the JSON."""

    @property
    def ratio(self) -> float:
        """The figure as a part, or a multiple, of its limit."""
        return self.value / self.limit

    @property
    def is_met(self) -> bool | None:
        """Whether the aim was met; None without an aim."""
        if self.aim is None:
            return None
        return self.aim.is_met(self.ratio if self.aim.of == "ratio" else self.value)

    def as_json(self) -> dict[str, Any]:
        """All of it, for machines."""
        aim = self.aim and {
            "of": self.aim.of,
            "at_least": self.aim.at_least,
            "at_most": self.aim.at_most,
        }
        return {
            "name": self.name,
            "value": self.value,
            "unit": self.unit,
            "limit_name": self.limit_name,
            "limit": self.limit,
            "ratio": self.ratio,
            "aim": aim,
            "is_met": self.is_met,
            "turns": self.turns,
        }


@dataclass(frozen=True)
class Turns:
    """What a subject and its limit gave in turns: a load from elsewhere falls on both alike."""

    subject: list[float] = field(default_factory=list)
    limit: list[float] = field(default_factory=list)

    def figure(self, name: str, unit: str, limit_name: str, aim: Aim | None = None) -> Figure:
        """The medians as a figure."""
        turns = [list(pair) for pair in zip(self.subject, self.limit, strict=True)]
        return Figure(name, median(self.subject), unit, limit_name, median(self.limit), aim, turns)


def percentile(numbers: Sequence[float], percent: int) -> float:
    """The number that ``percent`` of them do not exceed. There are at least two."""
    return quantiles(numbers, n=100, method="inclusive")[percent - 1]


def table(figures: Sequence[Figure]) -> Table:
    """The figures, for people."""
    made = Table(title="Keydesk against the limits of this machine")
    made.add_column("figure")
    made.add_column("measured", justify="right")
    made.add_column("limit")
    made.add_column("ratio", justify="right")
    made.add_column("aim", justify="right")
    made.add_column("verdict")
    for one in figures:
        made.add_row(
            one.name,
            f"{_number(one.value)} {one.unit}",
            f"{_number(one.limit)} {one.unit}, {one.limit_name}",
            f"{one.ratio:.2f}",
            _aim(one),
            {True: "[green]✓ met[/]", False: "[red]✗ missed[/]", None: "-"}[one.is_met],
        )
    return made


def _aim(one: Figure) -> str:
    if one.aim is None:
        return "-"
    unit = f" {one.unit}" if one.aim.of == "value" else ""
    least, most = one.aim.at_least, one.aim.at_most
    return f"≥ {least:g}{unit}" if least is not None else f"≤ {most:g}{unit}"


def _number(number: float) -> str:
    return f"{number:,.0f}" if number >= 100 else f"{number:.3g}"
