"""What background code is: jobs of a queue, consumers of facts, sweeps by the clock, and their context."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

from pydantic import BaseModel
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.facts import Event, Fact
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import RoomSettings

Payload = TypeVar("Payload", bound=BaseModel)
Resource = TypeVar("Resource")


@dataclass(frozen=True)
class WorkContext:
    """What background code works with. One per process."""

    settings: RoomSettings
    resources: Resources
    _database: Database | None = None
    now: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))

    @property
    def database(self) -> Database:
        """The room's database; a room without one must not ask."""
        if self._database is None:
            raise LookupError(f"{self.settings.room} has no database")
        return self._database

    def resource(self, factory: Callable[[Any], Resource]) -> Resource:
        """See `Resources.get`."""
        return self.resources.get(factory)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """See `Database.transaction`."""
        with self.database.transaction() as session:
            yield session


@dataclass(frozen=True)
class JobType(Generic[Payload]):
    """The name of a kind of job, its queue, and the shape of its payload. Use cases enqueue by it."""

    name: str
    """``licensing.issue_batch``: the room, then a verb."""
    queue: str
    """``licensing.issuance``: the room, then what is done there."""
    payload: type[Payload]
    max_attempts: int = 8
    """Tries before the job is parked."""
    first_delay: timedelta = timedelta(seconds=1)
    """Wait before the second try; it doubles with each, up to ten minutes."""


@dataclass(frozen=True)
class Job(Generic[Payload]):
    """A kind of job and the function that does it. It may run twice: it must be idempotent."""

    type: JobType[Payload]
    run: Callable[[WorkContext, Payload], None]
    prepare: Callable[[WorkContext], None] | None = None
    """Done once when a worker for this queue starts; what it needs and lacks stops the start."""


@dataclass(frozen=True)
class Consumer:
    """A subscription: the facts that it wants and the function that takes them in.

    With ``inbox`` (the default) the function runs in one transaction with the inbox rows of its events,
    so an event takes effect once. Without (a room that has no database) it must be idempotent itself.
    ``handle`` gets events in order, up to ``batch`` of them; when a batch fails, each comes alone.
    """

    name: str
    """``catalog.licenses``: the room, then what is kept up to date."""
    facts: Sequence[type[Fact]]
    handle: Callable[[WorkContext, Session | None, Sequence[Event]], None]
    inbox: bool = True
    batch: int = 200


@dataclass(frozen=True)
class Sweep:
    """Something done by the clock, by one process at a time (PostgreSQL advisory lock)."""

    name: str
    every: timedelta
    run: Callable[[WorkContext], None]
