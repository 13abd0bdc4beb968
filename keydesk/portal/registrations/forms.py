"""What the wizard's forms send, as the API wants it: typed serial numbers, and information by product."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

SEPARATORS = re.compile(r"[\s,;]+")
COMPOSED: Mapping[str, Sequence[str]] = {
    "technical_contact": ("name", "email", "phone"),
    "install_at": ("address_1", "address_2", "city", "state", "postal_code", "country"),
}
"""Fields that are asked for in parts, each an input of its own."""


def serial_numbers(typed: str) -> list[str]:
    """The serial numbers in a text that was typed or pasted, in whatever way they are set apart."""
    return [word for word in SEPARATORS.split(typed) if word]


def information(form: Iterable[tuple[str, str]]) -> dict[str, Any]:
    """The API's ``{by_product, by_item}`` from inputs ``product/SKU/field[/part]`` and ``item/ID/field``.

    An empty input is sent as null, which takes a value back; a composed field is null when all its parts are.
    """
    found: dict[str, dict[str, dict[str, Any]]] = {"by_product": {}, "by_item": {}}
    for name, typed in form:
        kind, _, rest = name.partition("/")
        if kind not in ("product", "item") or "/" not in rest:
            continue
        owner, field, *part = rest.split("/")
        values = found[f"by_{kind}"].setdefault(owner, {})
        value = typed.strip() or None
        if part:
            parts = values.setdefault(field, {})
            parts[part[0]] = value or ""
        else:
            values[field] = value
    for owners in found.values():
        for values in owners.values():
            for field, value in values.items():
                if isinstance(value, dict) and not any(value.values()):
                    values[field] = None
    return found


def pointer_to_input(pointer: str) -> str:
    """The name of the input that a problem's JSON pointer is about."""
    owner, _, rest = pointer.strip("/").partition("/")
    return f"{owner.removeprefix('by_')}/{rest}"
