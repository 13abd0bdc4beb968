"""The relay: publishes one service's outbox, facts to the bus and jobs to their queues, in order.

One relay per service leads (an advisory lock of the database), which keeps the order per aggregate. A crash
between publishing and marking publishes again; readers are idempotent. It never asks for "positions above the
last one": identity values commit out of order, and rows would be passed over.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson
import psycopg
from psycopg.rows import dict_row

from keydesk.chassis.messaging.bus import Bus, BusAway, BusMessage, open_bus
from keydesk.chassis.messaging.facts import envelope
from keydesk.chassis.messaging.job_publisher import JobMessage, JobPublisher, open_job_publisher
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.tables import OUTBOX_CHANNEL
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.chassis.telemetry.metrics import BACKLOG, PUBLISHED

log = get_logger(__name__)

LEADER_LOCK = 7_203_119
BATCH = 500
POLL_SECONDS = 1.0
AWAY_SECONDS = 1.0

TAKE = """
SELECT position, id, kind, name, subject, queue, body, context, attempt, created_at
FROM outbox WHERE published_at IS NULL AND due_at <= now()
ORDER BY position LIMIT %s FOR UPDATE SKIP LOCKED
"""
MARK = "UPDATE outbox SET published_at = now() WHERE position = ANY(%s)"
DUE = "SELECT count(*) AS due FROM outbox WHERE published_at IS NULL AND due_at <= now()"

Topology = Sequence[tuple[str, Sequence[str]]]
"""Consumers with the fact types that they want: declared before anything is published."""


class Relay:
    """Publishes the outbox of ``room``; run it in a thread of its own."""

    def __init__(
        self, room: str, database_url: str, broker_url: str, *, names: Names, topology: Topology = ()
    ) -> None:
        self._room = room
        self._database_url = database_url
        self._topology = topology
        self._bus: Bus = open_bus(broker_url, names)
        self._jobs: JobPublisher = open_job_publisher(broker_url, names)
        self._declared = False
        self.leading = threading.Event()
        """Set while this relay leads."""

    def run(self, stop: threading.Event) -> None:
        """Lead whenever possible, publish whatever is due, until ``stop``."""
        while not stop.is_set():
            try:
                with self._connect() as connection:
                    self._lead(connection, stop)
            except (psycopg.Error, BusAway) as error:
                log.warning("relay_interrupted", room=self._room, error=repr(error))
                stop.wait(AWAY_SECONDS)
            finally:
                self.leading.clear()
        self.close()

    def close(self) -> None:
        """Let the broker's connections go."""
        self._bus.close()
        self._jobs.close()

    def publish_due(self) -> int:
        """Publish everything that is due now, once, without leading; how many rows. For tests and tools."""
        with self._connect() as connection:
            return self._drain(connection, threading.Event())

    def _connect(self) -> psycopg.Connection[dict[str, Any]]:
        return psycopg.connect(
            self._database_url,
            autocommit=True,
            row_factory=dict_row,
            connect_timeout=5,
            application_name=f"keydesk relay {self._room}",
        )

    def _lead(self, connection: psycopg.Connection[dict[str, Any]], stop: threading.Event) -> None:
        while not stop.is_set():
            row = connection.execute("SELECT pg_try_advisory_lock(%s) AS leads", [LEADER_LOCK]).fetchone()
            if row is not None and row["leads"]:
                break
            stop.wait(POLL_SECONDS)
        self.leading.set()
        connection.execute(f"LISTEN {OUTBOX_CHANNEL}")
        while not stop.is_set():
            self._drain(connection, stop)
            self._measure(connection)
            for _ in connection.notifies(timeout=POLL_SECONDS, stop_after=1):
                pass

    def _drain(self, connection: psycopg.Connection[dict[str, Any]], stop: threading.Event) -> int:
        published, measured_at = 0, time.monotonic()
        while not stop.is_set():
            count = self._publish_batch(connection)
            published += count
            if count < BATCH:
                break
            # Not for each batch: counting a long backlog takes longer than publishing a batch of it.
            if time.monotonic() - measured_at > POLL_SECONDS:
                self._measure(connection)
                measured_at = time.monotonic()
        return published

    def _publish_batch(self, connection: psycopg.Connection[dict[str, Any]]) -> int:
        with connection.transaction():
            rows = connection.execute(TAKE, [BATCH]).fetchall()
            if rows:
                self._publish(rows)
                connection.execute(MARK, [[row["position"] for row in rows]])
        for kind in ("fact", "job", "envelope"):
            count = sum(row["kind"] == kind for row in rows)
            if count:
                PUBLISHED.labels(self._room, kind).inc(count)
        return len(rows)

    def _publish(self, rows: Sequence[Mapping[str, Any]]) -> None:
        if not self._declared:
            for consumer, types in self._topology:
                self._bus.declare(consumer, types)
            self._declared = True
        try:
            self._bus.publish([self._fact(row) for row in rows if row["kind"] != "job"])
            self._jobs.publish([_job(row) for row in rows if row["kind"] == "job"])
        except BusAway:
            self._declared = False
            raise

    def _fact(self, row: Mapping[str, Any]) -> BusMessage:
        if row["kind"] == "envelope":
            return BusMessage(row["id"], row["name"], row["body"].encode(), row["context"])
        told = envelope(
            id=row["id"],
            type=row["name"],
            source=self._room,
            subject=row["subject"],
            time=_utc(row["created_at"]),
            data=orjson.Fragment(row["body"]),
        )
        return BusMessage(row["id"], row["name"], orjson.dumps(told), row["context"])

    def _measure(self, connection: psycopg.Connection[dict[str, Any]]) -> None:
        with suppress(psycopg.Error):
            row = connection.execute(DUE).fetchone()
            BACKLOG.labels(self._room).set(row["due"] if row else 0)


def _job(row: Mapping[str, Any]) -> JobMessage:
    return JobMessage(
        id=row["id"],
        name=row["name"],
        queue=row["queue"],
        body=row["body"].encode(),
        attempt=row["attempt"],
        context=row["context"],
        subject=row["subject"],
    )


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC)
