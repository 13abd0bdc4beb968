"""What one cell of a file may hold. Pure: text in, a value out, or `ValueRefused`."""

import functools
import re
from datetime import date

from babel import Locale

MAX_TEXT = 200
MAX_QUANTITY = 1_000_000
SERIAL_NUMBER = re.compile(r"[A-Z][0-9]{10}", re.ASCII)

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}", re.ASCII)
"""SKUs, order numbers and customer numbers; they become parts of addresses and of file names."""
_WHOLE_NUMBER = re.compile(r"[0-9]{1,9}", re.ASCII)
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_YES, _NO = frozenset({"yes", "true", "1", "y"}), frozenset({"no", "false", "0", "n", ""})
_NOT_ISO_3166 = frozenset(
    ("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"),
)
"""What CLDR has a name for though no country has it for its code."""


class ValueRefused(Exception):
    """A cell does not hold what its column needs, by a code of ``texts.LINE_TEXTS``."""

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


@functools.lru_cache(maxsize=4096)
def text(cell: str) -> str:
    """A text in one line that may be empty, without the spaces around it."""
    value = cell.strip()
    if len(value) > MAX_TEXT:
        raise ValueRefused("too_long", limit=MAX_TEXT)
    if _UNPRINTABLE.search(value):
        raise ValueRefused("not_one_line")
    return value


def needed_text(cell: str) -> str:
    """A text in one line that is not empty."""
    return text(_given(cell))


def code(cell: str) -> str:
    """A SKU, an order number or a customer number."""
    value = _given(cell)
    if _CODE.fullmatch(value) is None:
        raise ValueRefused("not_a_code", value=shown(value))
    return value


def serial_number(cell: str) -> str:
    """A capital letter and ten digits."""
    value = _given(cell)
    if SERIAL_NUMBER.fullmatch(value) is None:
        raise ValueRefused("not_a_serial_number", value=shown(value))
    return value


def quantity(cell: str) -> int:
    """A whole number from 1 to a million."""
    value = _given(cell)
    if _WHOLE_NUMBER.fullmatch(value) is None or not 1 <= int(value) <= MAX_QUANTITY:
        raise ValueRefused("not_a_quantity", value=shown(value), limit=MAX_QUANTITY)
    return int(value)


def day(cell: str) -> date:
    """A calendar day such as 2026-03-31."""
    return _day(_given(cell))


def optional_day(cell: str) -> date | None:
    """A calendar day, or none."""
    return _day(cell.strip()) if cell.strip() else None


def yes_or_no(cell: str) -> bool:
    """Yes or no, in the ways that people and programs write them; an empty cell is no."""
    value = cell.strip().lower()
    if value not in _YES | _NO:
        raise ValueRefused("not_yes_or_no", value=shown(value))
    return value in _YES


def country(cell: str) -> str:
    """A country's code of two letters (ISO 3166-1 alpha-2), in capitals."""
    value = _given(cell).upper()
    if value not in _countries():
        raise ValueRefused("not_a_country", value=shown(value))
    return value


def shown(value: str) -> str:
    """A cell's content as a report repeats it: never long, never more than one line."""
    return _UNPRINTABLE.sub("�", value[:60])


def _given(cell: str) -> str:
    value = cell.strip()
    if not value:
        raise ValueRefused("missing")
    return value


@functools.lru_cache(maxsize=4096)
def _day(value: str) -> date:
    try:
        if _DAY.fullmatch(value):
            return date.fromisoformat(value)
    except ValueError:
        pass
    raise ValueRefused("not_a_day", value=shown(value))


@functools.cache
def _countries() -> frozenset[str]:
    named = map(str, Locale("en").territories)
    return frozenset(each for each in named if len(each) == 2 and each.isalpha()) - _NOT_ISO_3166
