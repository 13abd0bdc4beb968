"""What a field takes, and how it is kept: text as typed, numbers and dates in one form each. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from keydesk.chassis.i18n import N_, Text
from keydesk.services.catalog.models.fields import FieldKind

MAX_TEXT = 500
MAX_DIGITS = 30

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")
_NUMBER = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?")
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


class ValueRefused(Exception):
    """The field does not take this; ``code`` and ``detail`` say why."""

    def __init__(self, code: str, detail: Text) -> None:
        super().__init__(code)
        self.code = code
        self.detail = detail


def canonical(kind: FieldKind, choices: Sequence[str], entered: str | None) -> str | None:
    """The one form in which a field of this kind keeps what was entered; None where that is nothing.

    Raises `ValueRefused`.
    """
    entered = (entered or "").strip()
    if not entered:
        return None
    if _UNPRINTABLE.search(entered):
        raise ValueRefused("unprintable", Text(N_("Leave out line breaks and control characters.")))
    if kind == "number":
        return _number(entered)
    if kind == "date":
        return _date(entered)
    if kind == "choice" and entered not in choices:
        raise ValueRefused("not_a_choice", Text(N_("Choose one of the values that this field has.")))
    if len(entered) > MAX_TEXT:
        too_long = Text(N_("This can have at most %(max_length)s characters."), {"max_length": MAX_TEXT})
        raise ValueRefused("too_long", too_long)
    return entered


def _number(entered: str) -> str:
    found = _NUMBER.fullmatch(entered)
    sign, whole, fraction = (found[1], found[2], found[3] or "") if found else ("", "", "")
    if not whole + fraction:
        raise ValueRefused("not_a_number", Text(N_("Enter a number in digits, such as 1250 or -3.5.")))
    whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
    if len(whole + fraction) > MAX_DIGITS:
        too_long = Text(N_("A number can have at most %(digits)s digits."), {"digits": MAX_DIGITS})
        raise ValueRefused("too_many_digits", too_long)
    minus = "-" if sign == "-" and whole + fraction else ""
    return f"{minus}{whole or '0'}{'.' if fraction else ''}{fraction}"


def _date(entered: str) -> str:
    if _DATE.fullmatch(entered):
        try:
            return date.fromisoformat(entered).isoformat()
        except ValueError:
            pass  # said below: such as 30 February
    raise ValueRefused("not_a_date", Text(N_("Enter a day as year, month and day, such as 2026-11-25.")))
