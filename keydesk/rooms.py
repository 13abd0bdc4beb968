"""The directory of rooms: names to where each is described. Rooms are imported only when started."""

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # the names alone cost nothing; this import brings a web framework and SQLAlchemy
    from keydesk.chassis.room import Room

_WHERE = {
    "gateway": "keydesk.gateway.room",
    "portal": "keydesk.portal.room",
    "accounts": "keydesk.services.accounts.room",
    "licensing": "keydesk.services.licensing.room",
    "catalog": "keydesk.services.catalog.room",
    "notifications": "keydesk.services.notifications.room",
}

ROOM_NAMES = tuple(_WHERE)
SERVICE_NAMES = ("accounts", "licensing", "catalog", "notifications")
"""The rooms that own a database."""


def room(name: str) -> "Room":
    """The room called ``name``; raises `KeyError` for a name that is not in `ROOM_NAMES`."""
    found: Room = import_module(_WHERE[name]).ROOM
    return found
