"""What a room is to the house: its name, its door, its tables, and what it does in the background."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import MetaData
from starlette.types import ASGIApp

from keydesk.chassis.messaging.work import Consumer, Job, Sweep, WorkContext
from keydesk.chassis.settings import RoomSettings


@dataclass(frozen=True)
class Room:
    """One room, as the command line starts it (`keydesk serve|worker|relay|consume NAME`)."""

    name: str
    settings: type[RoomSettings]
    create_app: Callable[[Any], ASGIApp]
    """Builds the HTTP application. Imported lazily by the room, so that a worker never loads it."""
    metadata: MetaData | None = None
    """The room's tables; none for a room without a database."""
    migrations: str | None = None
    """The Alembic script folder, as a package resource: ``keydesk.services.licensing:migrations``."""
    jobs: Sequence[Job[Any]] = ()
    consumers: Sequence[Consumer] = ()
    sweeps: Sequence[Sweep] = ()
    demo: Callable[[WorkContext], None] | None = None
    """Loads the room's demo data; doing it twice changes nothing."""
