"""The sweeps that every room has: forget what was published and taken in long ago, park what died."""

from collections.abc import Sequence
from contextlib import closing
from datetime import timedelta
from typing import Any

from sqlalchemy import delete

from keydesk.chassis.messaging.dead_jobs import park_dead_jobs
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.stream_bus import StreamBus
from keydesk.chassis.messaging.tables import idempotency_keys, inbox, outbox
from keydesk.chassis.messaging.work import Job, Sweep, WorkContext

KEEP_PUBLISHED = timedelta(days=1)
KEEP_INBOX = timedelta(days=14)
"""Far longer than any broker keeps a fact, so that none is ever new twice."""
KEEP_IDEMPOTENCY_KEYS = timedelta(hours=24)


def forget_the_past(context: WorkContext) -> None:
    """Delete published outbox rows, old inbox rows and old idempotency keys."""
    now = context.now()
    with context.transaction() as session:
        session.execute(delete(outbox).where(outbox.c.published_at < now - KEEP_PUBLISHED))
        session.execute(delete(inbox).where(inbox.c.received_at < now - KEEP_INBOX))
        session.execute(
            delete(idempotency_keys).where(idempotency_keys.c.created_at < now - KEEP_IDEMPOTENCY_KEYS)
        )


def upkeep_of(jobs: Sequence[Job[Any]], broker_url: str, names: Names) -> list[Sweep]:
    """The sweeps of a room with ``jobs`` on the broker at ``broker_url``."""
    queues = sorted({job.type.queue for job in jobs})

    def park_the_dead(context: WorkContext) -> None:
        park_dead_jobs(context, broker_url, names, queues)

    def trim(_context: WorkContext) -> None:
        with closing(StreamBus(broker_url, names)) as bus:
            bus.trim()

    sweeps = [Sweep("chassis.forget_the_past", timedelta(minutes=10), forget_the_past)]
    if queues:
        sweeps.append(Sweep("chassis.park_dead_jobs", timedelta(seconds=15), park_the_dead))
    if not broker_url.startswith("amqp"):
        sweeps.append(Sweep("chassis.trim_stream", timedelta(minutes=1), trim))
    return sweeps
