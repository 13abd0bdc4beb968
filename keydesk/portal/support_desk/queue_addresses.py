"""What the queue is narrowed by, as it stands in the addresses of its pages. Pure."""

from collections.abc import Mapping
from urllib.parse import parse_qs, urlencode

NARROWED_BY = ("query", "status", "kind", "assigned", "sort")

Narrowing = dict[str, str | None]


def narrowing_of(given: Mapping[str, str | None]) -> Narrowing:
    """What of ``given`` narrows or sorts the queue; what was left empty does neither."""
    return {name: given.get(name) or None for name in NARROWED_BY}


def kept_of(kept: str) -> Narrowing:
    """The narrowing in a query string that a form of the queue brought along."""
    return narrowing_of({name: values[0] for name, values in parse_qs(kept).items()})


def address_of(narrowing: Mapping[str, str | None]) -> str:
    """The address of the queue when it is narrowed like this."""
    given = urlencode({name: value for name, value in narrowing.items() if value})
    return f"/staff/requests?{given}" if given else "/staff/requests"
