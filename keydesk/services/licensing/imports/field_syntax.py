"""The ``fields`` column of products.csv: what a product asks for, in one readable cell. Pure.

>>> [field.name for field in fields_of("host_id* each; system_type; deployed_price_tier=1|2|3*")]
['host_id', 'system_type', 'deployed_price_tier']

``*`` means that it is needed, ``each`` that it is asked for each serial number on its own, and
``=1|2|3`` lists what can be chosen.
"""

import re
from math import prod
from typing import get_args

from keydesk.services.licensing.imports.values import MAX_TEXT, ValueRefused, shown
from keydesk.services.licensing.products.fields import Field, FieldName

MAX_PATTERN = 80
MAX_WAYS = 1_000
"""In how many ways a host ID pattern may split a text, so that no host ID takes long to check."""
MAX_CHOICES = 30

_NAMES: tuple[FieldName, ...] = get_args(FieldName)
_WITH_CHOICES = ("system_type", "deployed_price_tier")
_ITEM = re.compile(
    r"(?P<name>[a-z_]+) *(?:= *(?P<choices>[^*;]*?))? *(?P<needed>\*)? *(?P<each>\beach)?", re.ASCII
)
_EXAMPLES: dict[FieldName, str] = {
    "host_id": "80ab12cd",
    "system_type": "x86-64",
    "deployed_price_tier": "1",
}
_PATTERN_PART = re.compile(
    r"""(?:\[\^?(?:[A-Za-z0-9:._ -])+\] | \\[dw.-] | [A-Za-z0-9:_ -])
        (?:\{(?P<least>[0-9]{1,2})(?:,(?P<most>[0-9]{1,2}))?\} | (?P<maybe>\?))?""",
    re.VERBOSE | re.ASCII,
)


def fields_of(cell: str, pattern: str = "", example: str = "") -> tuple[Field, ...]:
    """What a product asks for. Raises `ValueRefused` for a cell that cannot be read."""
    items = [item.strip() for item in cell.split(";") if item.strip()]
    fields = tuple(_field(item, pattern, example) for item in items)
    names = [field.name for field in fields]
    for name in names:
        if names.count(name) > 1:
            raise ValueRefused("field_twice", name=name)
    if pattern and "host_id" not in names:
        raise ValueRefused("pattern_without_host_id")
    return fields


def pattern(cell: str) -> str:
    """A pattern for host IDs, or nothing: characters, sets such as ``[0-9A-F]``, ``{8}`` and ``?``.

    Nothing that repeats without end, and no groups, so that every host ID is checked in no time.
    """
    value = cell.strip()
    position, ways = 0, []
    while position < len(value):
        part = _PATTERN_PART.match(value, position)
        if part is None:
            raise ValueRefused("not_a_pattern", value=shown(value))
        least, most = part["least"], part["most"]
        ways.append(int(most) - int(least or 0) + 1 if most else 2 if part["maybe"] else 1)
        position = part.end()
    if len(value) > MAX_PATTERN or min(ways, default=1) < 1 or prod(ways) > MAX_WAYS or not _compiles(value):
        raise ValueRefused("not_a_pattern", value=shown(value))
    return value


def matching_example(pattern: str, example: str) -> str:
    """The example that goes with a pattern. Raises `ValueRefused` where it does not match."""
    if pattern and re.fullmatch(pattern, example) is None:
        raise ValueRefused("example_does_not_match", value=shown(example))
    return example


def _compiles(value: str) -> bool:
    try:
        re.compile(value)
    except re.error:
        return False
    return True


def _field(item: str, pattern: str, example: str) -> Field:
    parts = _ITEM.fullmatch(item)
    if parts is None:
        raise ValueRefused("not_a_field", value=shown(item))
    name = next((known for known in _NAMES if known == parts["name"]), None)
    if name is None:
        raise ValueRefused("unknown_field", value=shown(parts["name"]), known=", ".join(_NAMES))
    choices = _choices(name, parts["choices"])
    is_host = name == "host_id"
    return Field(
        name=name,
        required=parts["needed"] is not None,
        per_line=parts["each"] is not None,
        choices=choices,
        pattern=(pattern or None) if is_host else None,
        example=(example if is_host and example else choices[0] if choices else _EXAMPLES.get(name, "")),
    )


def _choices(name: FieldName, listed: str | None) -> tuple[str, ...] | None:
    if listed is None:
        return None
    choices = tuple(choice.strip() for choice in listed.split("|"))
    sound = (
        name in _WITH_CHOICES
        and all(choices)
        and len(set(choices)) == len(choices) <= MAX_CHOICES
        and all(len(choice) <= MAX_TEXT for choice in choices)
    )
    if not sound:
        raise ValueRefused("not_choices", name=name)
    return choices
