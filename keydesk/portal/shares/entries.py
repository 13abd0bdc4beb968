"""What the sharing form holds, between what the API answers and what the browser sends. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from keydesk.portal.formats import parse_moment

LISTS = ("customer_numbers", "license_ids")


@dataclass(frozen=True)
class Sent:
    """The form as the browser sent it."""

    texts: Mapping[str, str]
    chosen: Mapping[str, list[str]]
    """By each of `LISTS`."""

    @classmethod
    def of(cls, fields: Sequence[tuple[str, str]]) -> "Sent":
        """From the form's inputs in their order."""
        return cls(
            {name: value for name, value in fields if name not in LISTS},
            {name: [value for each, value in fields if each == name] for name in LISTS},
        )

    def text(self, name: str) -> str:
        """What was typed into ``name``."""
        return self.texts.get(name, "").strip()

    def values(self) -> dict[str, Any]:
        """What the form holds when it is shown again."""
        return {**self.texts, **self.chosen}

    def body(self, *, shown_last_day: str = "") -> dict[str, Any]:
        """What to send to the API; the end is left out while its day is the one that was shown."""
        last_day = self.text("ends_at")
        body = {"level": self.text("level"), "comment": self.text("comment"), **self.chosen}
        return body if last_day == shown_last_day else {**body, "ends_at": end_of(last_day)}


def values_of(share: Mapping[str, Any]) -> dict[str, Any]:
    """What the form holds for a share as it is."""
    return {
        "level": share["level"],
        "comment": share["comment"],
        "ends_at": last_day_of(share["ends_at"]),
        "customer_numbers": share["customer_numbers"],
        "license_ids": [license["id"] for license in share["licenses"]],
    }


def end_of(last_day: str) -> str | None:
    """The moment at which a day (UTC) is over; what is no day goes to the API as it is, which says so."""
    if not last_day:
        return None
    try:
        return datetime.combine(date.fromisoformat(last_day) + timedelta(days=1), time(), UTC).isoformat()
    except (ValueError, OverflowError):
        return last_day


def last_day_of(ends_at: str | None) -> str:
    """The last day (UTC) on which something that ends then still holds."""
    if ends_at is None:
        return ""
    moment = parse_moment(ends_at)
    last = moment - timedelta(microseconds=1)
    return (last.date() if isinstance(last, datetime) else last).isoformat()


def with_chosen(offered: Sequence[Mapping[str, Any]], chosen: Sequence[str]) -> Sequence[Mapping[str, Any]]:
    """The customer numbers that are offered, after those that are chosen and on another page."""
    known = {each["customer_number"] for each in offered}
    others = [
        {"customer_number": number, "customer_name": "", "license_count": None}
        for number in chosen
        if number not in known
    ]
    return [*others, *offered]
