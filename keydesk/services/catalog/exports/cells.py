"""What an export says of a license, column by column. Pure."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from keydesk.chassis.i18n import N_, Text
from keydesk.services.catalog.contract import COLUMNS
from keydesk.services.catalog.licenses.schemas import ListedLicense

Cell = str | int | date | datetime | None

_STATUS: Mapping[str, str] = {
    "active": N_("Active"),
    "maintenance_ending": N_("Maintenance ends soon"),
    "maintenance_ended": N_("Maintenance has ended"),
    "not_registered": N_("Not registered"),
}
_ACCESS: Mapping[str, str] = {
    "owner": N_("You own this license"),
    "full": N_("Shared with you, full access"),
    "view": N_("Shared with you, view only"),
    "added": N_("Added to your catalog, not registered yet"),
}

_CELLS: Mapping[str, Callable[[ListedLicense], Cell]] = {
    "product": lambda line: line.product.name,
    "product_version": lambda line: line.product.version,
    "platform": lambda line: line.product.platform,
    "registered_at": lambda line: (
        line.registered_at.astimezone(UTC).replace(tzinfo=None) if line.registered_at else None
    ),
    "price_tier": lambda line: line.deployed_price_tier or line.entitled_price_tier,
}
"""Columns that are not simply a member of the line."""

_WORDS: Mapping[str, Mapping[str, str]] = {"status": _STATUS, "access": _ACCESS}


def header_of(columns: Sequence[str], fields: Mapping[str, str], language: str) -> list[str]:
    """The first row: what the columns are called; ``fields`` are the names of user-defined ones by id."""
    return [fields[name] if name in fields else Text(COLUMNS[name]).to(language) for name in columns]


def row_of(license: ListedLicense, columns: Sequence[str], language: str) -> list[Cell]:
    """The row of a license."""
    return [_cell(license, name, language) for name in columns]


def _cell(license: ListedLicense, name: str, language: str) -> Cell:
    if name not in COLUMNS:
        return license.fields.get(name)
    if name in _CELLS:
        return _CELLS[name](license)
    value: Any = getattr(license, name)
    if name in _WORDS:
        return Text(_WORDS[name][value]).to(language)
    told: Cell = value
    return told
