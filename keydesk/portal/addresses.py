"""The countries of address forms, as accounts knows them."""

from collections.abc import Mapping, Sequence
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.core import get_global

from keydesk.portal.api import Api

Country = Mapping[str, Any]


def countries(api: Api) -> Sequence[Country]:
    """Every country, named in the reader's language."""
    items: Sequence[Country] = api.get("accounts", "/api/v1/countries").body["items"]
    return items


def country_of(known: Sequence[Country], code: str) -> Country | None:
    """The country with this code."""
    return next((country for country in known if country["code"] == code), None)


def guessed_country(accept_language: str | None) -> str:
    """The country that a browser's first language points to (``en-GB`` → GB, ``de`` → DE), or nothing."""
    tag = (accept_language or "").split(",")[0].split(";")[0].strip()
    try:
        locale = Locale.parse(tag, sep="-")
    except (ValueError, UnknownLocaleError):
        return ""
    if locale.territory:
        return locale.territory if locale.territory.isalpha() else ""
    likely = str(get_global("likely_subtags").get(str(locale), ""))
    return likely.rpartition("_")[2] if likely.rpartition("_")[2].isalpha() else ""
