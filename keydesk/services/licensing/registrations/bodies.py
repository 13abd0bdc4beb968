"""Reads the body that adds serial numbers: JSON, a text, or a CSV file, by its content type."""

from typing import Any

from fastapi import Request
from pydantic import ValidationError

from keydesk.chassis.http.errors import field_errors
from keydesk.chassis.problems import Invalid, Malformed, UnsupportedMediaType
from keydesk.services.licensing.registrations.entered import NotText, from_csv, from_text
from keydesk.services.licensing.registrations.lines import MAX_LINES
from keydesk.services.licensing.registrations.problems import (
    FileUnreadable,
    NoSerialNumbers,
    TooManySerialNumbers,
)
from keydesk.services.licensing.registrations.schemas import SerialNumbers

JSON, TEXT, CSV = "application/json", "text/plain", "text/csv"

DOCUMENTED: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            JSON: {"schema": {"$ref": "#/components/schemas/SerialNumbers"}},
            TEXT: {"schema": {"type": "string"}},
            CSV: {"schema": {"type": "string"}},
        },
    }
}
"""What FastAPI cannot tell by itself, for the OpenAPI document."""


async def entered_serial_numbers(request: Request) -> list[str]:
    """The serial numbers in the request's body, at least one.

    Raises `UnsupportedMediaType`, `Malformed`, `Invalid`, `FileUnreadable`, `NoSerialNumbers`,
    `TooManySerialNumbers`.
    """
    content = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == JSON:
        found = _from_json(content)
    elif kind in {TEXT, CSV}:
        try:
            found = from_text(content) if kind == TEXT else from_csv(content)
        except NotText:
            raise FileUnreadable from None
    else:
        raise UnsupportedMediaType(accepted=f"{JSON}, {TEXT}, {CSV}")
    if not found:
        raise NoSerialNumbers
    if len(found) > MAX_LINES:
        raise TooManySerialNumbers
    return found


def _from_json(content: bytes) -> list[str]:
    try:
        return SerialNumbers.model_validate_json(content).serial_numbers
    except ValidationError as error:
        found = error.errors(include_url=False)
        if any(item["type"] == "json_invalid" for item in found):
            raise Malformed from None
        raise Invalid(
            errors=field_errors([{**item, "loc": ("body", *item["loc"])} for item in found])
        ) from None
