"""Taking facts in: batches in one transaction with their inbox rows, so that each takes effect once.

A batch that fails is taken one by one; a fact that keeps failing is parked and those behind it go on, so a
reader must not take the order for granted after a failure.
"""

import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import orjson
from opentelemetry.trace import SpanKind
from sqlalchemy import text
from sqlalchemy.orm import Session

from keydesk.chassis.database import is_away
from keydesk.chassis.messaging.bus import BusMessage, NotNow
from keydesk.chassis.messaging.facts import Event, Fact
from keydesk.chassis.messaging.parking import Failed, park
from keydesk.chassis.messaging.work import Consumer, WorkContext
from keydesk.chassis.telemetry.context import continued
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.chassis.telemetry.metrics import CONSUMED
from keydesk.chassis.telemetry.tracing import tracer

log = get_logger(__name__)

PAUSES = (0.1, 0.5, 1.0, 2.0)
"""Seconds between the tries of one fact; after them it is parked."""

FIRST_TIME = text(
    "INSERT INTO inbox (consumer, event_id) SELECT :consumer, unnest(CAST(:ids AS text[]))"
    " ON CONFLICT DO NOTHING RETURNING event_id"
)


class Unreadable(ValueError):
    """The message is not an envelope of a fact that the consumer knows."""


class Intake:
    """Hands what the bus brings to one consumer."""

    def __init__(self, consumer: Consumer, context: WorkContext, *, pauses: Sequence[float] = PAUSES) -> None:
        self._consumer = consumer
        self._context = context
        self._pauses = pauses
        self._types: Mapping[str, type[Fact]] = {fact.TYPE: fact for fact in consumer.facts}

    def take(self, messages: Sequence[BusMessage]) -> None:
        """Take messages in, in order. Raises `NotNow` while the database is away."""
        with _database_needed():
            readable = [known for message in messages if (known := self._known(message)) is not None]
            if not readable:
                return
            try:
                with _continued(self._consumer, readable[0][0]):
                    self._apply([event for _, event in readable])
            except Exception as error:
                if is_away(error):
                    raise
                log.warning("batch_failed", consumer=self._consumer.name, exc_info=error)
                for message, event in readable:
                    self._take_alone(message, event)

    def bury(self, messages: Sequence[BusMessage]) -> None:
        """Park what the broker counts as dead: its readers died of it again and again."""
        with _database_needed():
            for message in messages:
                self._give_up(message, RuntimeError("delivered too often without being acknowledged"))

    def _known(self, message: BusMessage) -> tuple[BusMessage, Event] | None:
        try:
            return message, self._read(message)
        except ValueError as error:
            self._give_up(message, error)
            return None

    def _take_alone(self, message: BusMessage, event: Event) -> None:
        for seconds in (*self._pauses, None):
            try:
                with _continued(self._consumer, message):
                    self._apply([event])
            except Exception as error:
                if is_away(error):
                    raise
                if seconds is None:
                    self._give_up(message, error)
                    return
                time.sleep(seconds)
            else:
                return

    def _apply(self, events: Sequence[Event]) -> None:
        if not self._consumer.inbox:
            self._consumer.handle(self._context, None, events)
            CONSUMED.labels(self._consumer.name, "taken").inc(len(events))
            return
        with self._context.transaction() as session:
            fresh = self._fresh(session, events)
            if fresh:
                self._consumer.handle(self._context, session, fresh)
        CONSUMED.labels(self._consumer.name, "taken").inc(len(fresh))
        CONSUMED.labels(self._consumer.name, "repeated").inc(len(events) - len(fresh))

    def _fresh(self, session: Session, events: Sequence[Event]) -> list[Event]:
        found = session.execute(
            FIRST_TIME, {"consumer": self._consumer.name, "ids": [event.id for event in events]}
        )
        new = set(found.scalars())
        fresh: list[Event] = []
        for event in events:
            if event.id in new:
                new.discard(event.id)
                fresh.append(event)
        return fresh

    def _read(self, message: BusMessage) -> Event:
        told: Any = orjson.loads(message.body)
        if not isinstance(told, dict) or told.get("type") not in self._types:
            raise Unreadable("not a fact that this consumer knows")
        try:
            return Event(
                id=str(told["id"]),
                type=told["type"],
                source=str(told["source"]),
                subject=str(told["subject"]),
                time=datetime.fromisoformat(told["time"]),
                fact=self._types[told["type"]].model_validate(told["data"]),
            )
        except KeyError as missing:
            raise Unreadable(f"the envelope lacks {missing}") from None

    def _give_up(self, message: BusMessage, error: Exception) -> None:
        CONSUMED.labels(self._consumer.name, "parked").inc()
        if not self._consumer.inbox:
            log.error("message_dropped", consumer=self._consumer.name, id=message.id, error=repr(error))
            return
        failed = Failed(
            kind="fact",
            name=message.type,
            queue=self._consumer.name,
            message_id=message.id,
            body=message.body.decode(errors="replace").replace("\x00", ""),
            context=message.context,
            reason=f"{type(error).__name__}: {error}",
        )
        with self._context.transaction() as session:
            park(session, self._context.settings.room, failed)


@contextmanager
def _database_needed() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if is_away(error):
            raise NotNow("the database is away") from error
        raise


@contextmanager
def _continued(consumer: Consumer, message: BusMessage) -> Iterator[None]:
    """Work in the trace of ``message`` (of a batch: its first, for a span has one parent)."""
    with (
        continued(message.context),
        tracer.start_as_current_span(f"consume {consumer.name}", kind=SpanKind.CONSUMER),
    ):
        yield
