"""Lists by cursor: ``{"items": […], "next_cursor": …}``. A cursor is opaque to the client."""

import base64
import binascii
import json
from collections.abc import Callable, Sequence
from typing import Annotated, Generic, TypeVar

from pydantic import BaseModel, Field

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid

Item = TypeVar("Item")
Place = TypeVar("Place", str, int)

Limit = Annotated[int, Field(ge=1, le=500, description="How many items at most")]
Search = Annotated[
    str | None,
    Field(max_length=200, pattern=r"^[^\x00]*$", description="Text to look for; PostgreSQL knows no NUL"),
]
Cursor = Annotated[str | None, Field(max_length=512, description="The next_cursor of the page before")]


class Page(BaseModel, Generic[Item]):
    """One page of a list."""

    items: list[Item]
    next_cursor: str | None = None


def encode_cursor(*position: str | int) -> str:
    """The place in the order after which the next page starts."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, *kinds: type) -> tuple[str | int, ...] | None:
    """The position in ``cursor``, one value of each of ``kinds``; raises `Invalid` for a forged one."""
    if cursor is None:
        return None
    try:
        position = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
    except (ValueError, binascii.Error):
        position = None
    if (
        not isinstance(position, list)
        or len(position) != len(kinds)
        or not all(type(value) is kind for value, kind in zip(position, kinds, strict=True))
        or any(isinstance(value, str) and not _storable(value) for value in position)
        or any(isinstance(value, int) and abs(value) >= 2**63 for value in position)
    ):
        broken = Text(N_("This is not a cursor that we gave. Start again from the first page."))
        raise Invalid(errors=[FieldError("/cursor", "cursor_unknown", broken)])
    return tuple(position)


def decode_last(cursor: str | None, kind: type[Place]) -> Place | None:
    """The one value in ``cursor``, for lists in the order of one column; see `decode_cursor`."""
    position = decode_cursor(cursor, kind)
    return kind(position[0]) if position is not None else None


def _storable(value: str) -> bool:
    """Whether PostgreSQL can take it: no NUL, and no half of a surrogate pair (JSON can carry both)."""
    return "\x00" not in value and not any("\ud800" <= char <= "\udfff" for char in value)


def page_of(
    rows: Sequence[Item], limit: int, position: Callable[[Item], tuple[str | int, ...]]
) -> tuple[list[Item], str | None]:
    """Split ``rows`` (fetched with ``limit + 1``) into a page and the cursor of the next, if any."""
    page = list(rows[:limit])
    if len(rows) <= limit:
        return page, None
    return page, encode_cursor(*position(page[-1]))
