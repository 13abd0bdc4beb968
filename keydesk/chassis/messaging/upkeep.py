"""The sweeps that every room has: forget what was published and taken in long ago, park what died."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import orjson
import pika
from pika.exceptions import AMQPError
from sqlalchemy import delete

from keydesk.chassis.messaging.amqp_connection import parameters_of
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.parking import Failed, park
from keydesk.chassis.messaging.stream_bus import StreamBus
from keydesk.chassis.messaging.tables import idempotency_keys, inbox, outbox
from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

KEEP_PUBLISHED = timedelta(days=1)
KEEP_INBOX = timedelta(days=14)
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
    sweeps = [Sweep("chassis.forget_the_past", timedelta(minutes=10), forget_the_past)]
    if not broker_url.startswith("amqp"):
        trim = Sweep(
            "chassis.trim_stream", timedelta(minutes=1), lambda _context: StreamBus(broker_url, names).trim()
        )
        return [*sweeps, trim]
    queues = sorted({job.type.queue for job in jobs})
    dead = Sweep(
        "chassis.park_dead_jobs",
        timedelta(seconds=15),
        lambda context: park_dead_jobs(context, broker_url, names, queues),
    )
    return [*sweeps, dead]


def park_dead_jobs(context: WorkContext, broker_url: str, names: Names, queues: Sequence[str]) -> None:
    """Move dead jobs from RabbitMQ to the parked messages: those whose worker died of them too often."""
    try:
        with pika.BlockingConnection(parameters_of(broker_url)) as connection:
            for queue in queues:
                channel = connection.channel()
                channel.queue_declare(
                    names.dead_queue(queue), durable=True, arguments={"x-queue-type": "quorum"}
                )
                while (got := channel.basic_get(names.dead_queue(queue)))[0] is not None:
                    method, properties, body = got
                    with context.transaction() as session:
                        park(session, context.settings.room, _dead_job(queue, properties, body))
                    channel.basic_ack(method.delivery_tag)
    except (AMQPError, OSError) as error:
        log.warning("bus_away", error=repr(error))


def _dead_job(queue: str, properties: Any, body: bytes) -> Failed:
    headers = properties.headers or {}
    try:
        message = orjson.loads(body)[0][0]
        payload, context = orjson.dumps(message["payload"]).decode(), dict(message["context"])
    except (ValueError, LookupError, TypeError):
        payload, context = body.decode(errors="replace").replace("\x00", ""), {}
    return Failed(
        kind="job",
        name=str(headers.get("task", "")),
        queue=queue,
        message_id=str(headers.get("id", properties.correlation_id or "")),
        body=payload,
        context=context,
        reason="its worker died of it, or gave it back, too often",
    )
