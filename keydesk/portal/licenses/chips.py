"""The filters in force, each with a way to drop it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from babel.dates import format_date

from keydesk.chassis.i18n import N_, Text, locale_of
from keydesk.portal.licenses import search
from keydesk.portal.licenses.search import Asked

_SOMEBODY = N_("one person")
_A_FIELD = N_("A field")


@dataclass(frozen=True)
class Chip:
    """One filter in force."""

    label: str
    value: str
    leads_to: str
    """The list without it."""


def chips_of(
    asked: Asked, fields: Sequence[Mapping[str, Any]], sharers: Mapping[str, str], language: str
) -> Sequence[Chip]:
    """The filters of ``asked`` in words; ``fields`` and ``sharers`` say what ids stand for."""
    names = {f"field.{field['id']}": field["name"] for field in fields}
    return [
        Chip(
            label=names.get(name) or Text(search.FILTERS.get(name, _A_FIELD)).to(language),
            value=_value(name, value, sharers, language),
            leads_to=search.without(asked, name),
        )
        for name, value in asked.items()
        if name not in ("query", "sort")
    ]


def _value(name: str, value: str, sharers: Mapping[str, str], language: str) -> str:
    if name in search.CHOICES:
        return Text(search.CHOICES[name].get(value, value)).to(language)
    if name in ("owner", "shared_by"):
        return sharers.get(value) or Text(_SOMEBODY).to(language)
    if name.endswith(("_from", "_to")):
        try:
            return str(format_date(date.fromisoformat(value), "medium", locale=locale_of(language)))
        except ValueError:
            return value  # the problem on the page says what is wrong with it
    return value
