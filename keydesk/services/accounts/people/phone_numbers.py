"""Phone numbers: read by the customs of the person's country, kept in E.164. Pure."""

import phonenumbers

MAX_EXTENSION = 10


def normal_phone(text: str, extension: str, country: str) -> tuple[str, str] | None:
    """The number in E.164 and its extension, which may also stand in ``text``; None for no number.

    Only the length is held against the country's plan: plans change faster than any list of them.
    """
    try:
        number = phonenumbers.parse(text, country or None)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    e164 = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return e164, extension or number.extension or ""
