"""A search of the list as its address carries it: read from there, sent to the catalog, shown, changed.

An address has the parameters of the API, but for user-defined fields: ``field.fld_…=text`` is what a form
can send.
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlencode

from keydesk.chassis.i18n import N_, Text

LIST = "/licenses"
LONGEST = 512

FILTERS: Mapping[str, str] = {
    "product": N_("Product (SKU)"),
    "status": N_("Status"),
    "access": N_("Your access"),
    "serial_number": N_("Serial number"),
    "order_number": N_("Order number"),
    "customer_number": N_("Customer number"),
    "host_id": N_("Host ID"),
    "price_tier": N_("Price tier"),
    "registered_from": N_("Registered from"),
    "registered_to": N_("Registered until"),
    "ordered_from": N_("Ordered from"),
    "ordered_to": N_("Ordered until"),
    "ends_from": N_("Maintenance ends from"),
    "ends_to": N_("Maintenance ends until"),
    "owner": N_("Owner"),
    "shared_by": N_("Shared by"),
}
"""What narrows the list besides the words of the search box."""

STATUSES: Mapping[str, str] = {
    "active": N_("Active"),
    "maintenance_ending": N_("Maintenance ends soon"),
    "maintenance_ended": N_("Maintenance has ended"),
    "not_registered": N_("Not registered"),
}
ACCESSES: Mapping[str, str] = {
    "owner": N_("You own this license"),
    "full": N_("Shared with you, full access"),
    "view": N_("Shared with you, view only"),
    "added": N_("Added to your catalog, not registered yet"),
}
CHOICES: Mapping[str, Mapping[str, str]] = {"status": STATUSES, "access": ACCESSES}

EXPIRING = {"status": "maintenance_ending", "sort": "maintenance_end"}

_FIELD = re.compile(r"field\.(fld_[0-9a-z]{26})")

Asked = dict[str, str]
"""Parameters of the address, without those that are empty."""


def asked_of(parameters: Iterable[tuple[str, str]]) -> Asked:
    """What is asked for, in one order however the address has it."""
    given = {name: value.strip()[:LONGEST] for name, value in parameters if value.strip()}
    known = ("query", *FILTERS, *sorted(name for name in given if _FIELD.fullmatch(name)), "sort")
    return {name: given[name] for name in known if name in given}


def kept_of(query: str) -> Asked:
    """What is asked for by the query string that a form kept."""
    return asked_of(parse_qsl(query, keep_blank_values=True, max_num_fields=100))


def criteria_of(asked: Asked) -> dict[str, Any]:
    """``asked`` as the catalog takes it."""
    criteria: dict[str, Any] = {name: value for name, value in asked.items() if not _FIELD.fullmatch(name)}
    fields = [f"{name.removeprefix('field.')}:{value}" for name, value in asked.items() if "." in name]
    return {**criteria, "field": fields} if fields else criteria


def asked_by(criteria: Mapping[str, Any]) -> Asked:
    """What a saved search of the catalog asks for."""
    fields = (each.partition(":") for each in criteria.get("field", ()))
    given = {name: str(value) for name, value in criteria.items() if name != "field"}
    return asked_of({**given, **{f"field.{id}": start for id, _, start in fields}}.items())


def query_of(asked: Mapping[str, str]) -> str:
    """The query string that asks for it."""
    return urlencode(asked)


def address_of(asked: Mapping[str, str]) -> str:
    """Where the list is that shows it."""
    return f"{LIST}?{query_of(asked)}" if asked else LIST


def choices(name: str, language: str) -> list[tuple[str, str]]:
    """What a filter can be, as values and words."""
    return [(value, Text(word).to(language)) for value, word in CHOICES[name].items()]


def without(asked: Asked, *names: str) -> str:
    """Where the list is without these."""
    return address_of({name: value for name, value in asked.items() if name not in names})


def without_filters(asked: Asked) -> str:
    """Where the list is with no more than what the search box can say."""
    return address_of({name: value for name, value in asked.items() if name in ("query", "sort")})


def narrows(asked: Asked) -> bool:
    """Whether anything but the order is asked for."""
    return any(name != "sort" for name in asked)


def has_filters(asked: Asked) -> bool:
    """Whether more is asked for than the search box can say."""
    return any(name not in ("query", "sort") for name in asked)
