"""How a command that runs a room begins: its name checked, its settings read, its logs set up."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer

from keydesk.chassis.room import Room
from keydesk.chassis.settings import BadSettings, RoomSettings
from keydesk.chassis.telemetry.logging import configure_logging
from keydesk.chassis.telemetry.tracing import configure_tracing
from keydesk.rooms import ROOM_NAMES, room

BAD_SETTINGS = 2
"""Exit status of a start that a setting prevents, as for any other misuse of the command line."""


def known_rooms(value: Any) -> Any:
    """A Typer callback: one room's name, or several, that exist."""
    for name in [value] if isinstance(value, str) else value or ():
        if name not in ROOM_NAMES:
            raise typer.BadParameter(f"there is no room {name!r}; choose of {', '.join(ROOM_NAMES)}")
    return value


@contextmanager
def settings_explained() -> Iterator[None]:
    """Turn `BadSettings` into one line that names the variable, and end the command."""
    try:
        yield
    except BadSettings as error:
        typer.echo(f"keydesk: {error}", err=True)
        raise typer.Exit(BAD_SETTINGS) from None


def prepare(name: str) -> tuple[Room, RoomSettings]:
    """The room and its settings, with logging configured. Raises `BadSettings`."""
    described = room(name)
    settings = described.settings.load(name)
    if described.metadata is not None:
        settings.require("database_url")
    configure_logging(room=name, level=settings.log_level, as_json=settings.log_json)
    configure_tracing(name, settings.otlp_endpoint)
    return described, settings
