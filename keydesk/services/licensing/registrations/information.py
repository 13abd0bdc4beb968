"""Checks the information that a product asks for when it is registered. Pure: rules over plain values.

A value that is kept is a valid one, so that a line lacks information exactly where a needed value is absent.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from email_validator import EmailNotValidError, validate_email

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError
from keydesk.services.licensing.products.fields import Field

MAX_TEXT = 200
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")

_NEEDED = Text(N_("This is needed."))
_NOT_TEXT = Text(N_("This has to be text in one line."))
_TOO_LONG = Text(N_("This can have at most %(max_length)s characters."), {"max_length": MAX_TEXT})
_NOT_ASKED = Text(N_("This product does not ask for it. Leave it out."))
_NO_EMAIL = Text(N_("This is not an email address. Write it like name@example.com."))
_NO_COUNTRY = Text(N_("Choose a country, by its code of two letters."))
_NOT_GROUP = Text(N_("Several values are expected here, each under its name."))

_CONTACT = {"name": True, "email": True, "phone": False}
_ADDRESS = {
    "address_1": True,
    "address_2": False,
    "city": True,
    "state": False,
    "postal_code": False,
    "country": True,
}
"""The parts of a value that has parts, and whether each is needed."""


class ValueRefused(Exception):
    """Values of one product or line that cannot be kept, place by place."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__(", ".join(error.pointer for error in errors))
        self.errors = tuple(errors)


def checked(
    fields: Sequence[Field], said: Mapping[str, Any], pointer: str
) -> tuple[dict[str, Any], list[FieldError]]:
    """The values to keep of what was ``said``, and what is wrong with the others.

    Spaces around a text are dropped. An empty text, or none, takes a value away: it is kept as None.
    """
    specs = {field.name: field for field in fields}
    kept: dict[str, Any] = {}
    errors: list[FieldError] = []
    for name, value in said.items():
        here = f"{pointer}/{pointer_part(name)}"
        if name not in specs:
            errors.append(FieldError(here, "not_asked", _NOT_ASKED))
            continue
        try:
            kept[name] = _checked_value(specs[name], value, here)
        except ValueRefused as refused:
            errors.extend(refused.errors)
    return kept, errors


def pointer_part(name: str) -> str:
    """``name`` as a part of a JSON pointer (RFC 6901, 3)."""
    return name.replace("~", "~0").replace("/", "~1")


def _checked_value(field: Field, value: Any, pointer: str) -> Any:
    if field.name == "technical_contact":
        return _group(_CONTACT, value, pointer, {"email": _email})
    if field.name == "install_at":
        return _group(_ADDRESS, value, pointer, {"country": _country})
    text = _text(value, pointer)
    if not text:
        return None
    if field.choices and text not in field.choices:
        one_of = Text(N_("Choose one of: %(choices)s."), {"choices": ", ".join(field.choices)})
        raise ValueRefused([FieldError(pointer, "not_a_choice", one_of)])
    if field.pattern and re.fullmatch(field.pattern, text) is None:
        like = Text(
            N_("This does not have the right form. An example: %(example)s"), {"example": field.example}
        )
        raise ValueRefused([FieldError(pointer, "wrong_form", like)])
    return text


def _group(
    parts: Mapping[str, bool], value: Any, pointer: str, rules: Mapping[str, Callable[[str, str], str]]
) -> dict[str, str] | None:
    if value is None or value == "":
        return None
    if not isinstance(value, Mapping):
        raise ValueRefused([FieldError(pointer, "not_a_group", _NOT_GROUP)])
    kept: dict[str, str] = {}
    errors = [
        FieldError(f"{pointer}/{pointer_part(str(name))}", "not_asked", _NOT_ASKED)
        for name in value
        if name not in parts
    ]
    for name in parts:
        try:
            text = _text(value.get(name), f"{pointer}/{name}")
            kept[name] = rules[name](text, f"{pointer}/{name}") if text and name in rules else text
        except ValueRefused as refused:
            errors.extend(refused.errors)
    if not errors and not any(kept.values()):
        return None
    errors.extend(
        FieldError(f"{pointer}/{name}", "missing", _NEEDED)
        for name, needed in parts.items()
        if needed and kept.get(name) == ""
    )
    if errors:
        raise ValueRefused(errors)
    return kept


def _text(value: Any, pointer: str) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise ValueRefused([FieldError(pointer, "not_text", _NOT_TEXT)])
    text = value.strip()
    if len(text) > MAX_TEXT:
        raise ValueRefused([FieldError(pointer, "too_long", _TOO_LONG)])
    if _UNPRINTABLE.search(text):
        raise ValueRefused([FieldError(pointer, "not_text", _NOT_TEXT)])
    return text


def _email(text: str, pointer: str) -> str:
    try:
        return validate_email(text, check_deliverability=False).normalized
    except EmailNotValidError:
        raise ValueRefused([FieldError(pointer, "not_an_email", _NO_EMAIL)]) from None


def _country(text: str, pointer: str) -> str:
    code = text.upper()
    if re.fullmatch("[A-Z]{2}", code) is None:
        raise ValueRefused([FieldError(pointer, "not_a_country", _NO_COUNTRY)])
    return code
