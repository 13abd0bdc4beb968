"""What the queue is narrowed by, as it stands in the addresses of its pages. Pure."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs, urlencode

from keydesk.chassis.i18n import N_

WAITING = "pending_approval"
EVERY_STATUS = "all"
"""In an address, no status stands for what waits."""

NARROWED_BY = ("query", "status", "kind", "assigned", "overdue", "sort")

Asked = dict[str, str | None]
"""What an address asks for, by the names in `NARROWED_BY`; None does not narrow."""


def asked_of(given: Mapping[str, str]) -> Asked:
    """What of ``given`` narrows or sorts the queue; what was left empty does neither."""
    return {name: given.get(name) or None for name in NARROWED_BY}


def kept_of(kept: str) -> Asked:
    """What a query string asks for that a form of the queue brought along."""
    return asked_of({name: values[0] for name, values in parse_qs(kept).items()})


def address_of(asked: Mapping[str, str | None]) -> str:
    """The address of the queue that asks for this."""
    given = urlencode({name: value for name, value in asked.items() if value})
    return f"/staff/requests?{given}" if given else "/staff/requests"


def narrowing_of(asked: Asked) -> dict[str, str]:
    """Query parameters of the API's queue for what an address asks for."""
    status = None if asked["status"] == EVERY_STATUS else asked["status"] or WAITING
    return {name: value for name, value in {**asked, "status": status}.items() if value is not None}


def asked_by(narrowing: Mapping[str, Any]) -> Asked:
    """What an address asks for that shows a view with these parameters of the API's queue."""
    told = {name: "true" if value is True else str(value) for name, value in narrowing.items() if value}
    status = told.get("status", EVERY_STATUS)
    return asked_of({**told, "status": "" if status == WAITING else status})


USUAL_VIEWS: tuple[tuple[str, Asked], ...] = (
    (N_("All that waits"), asked_of({})),
    (N_("Mine"), asked_of({"assigned": "me"})),
    (N_("Unassigned"), asked_of({"assigned": "none"})),
    (N_("Overdue"), asked_of({"overdue": "true"})),
)
