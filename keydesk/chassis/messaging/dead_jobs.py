"""Dead jobs: those that no worker could read, or whose workers died of them too often. They are parked.

RabbitMQ keeps them in the dead-letter queue of their queue, Valkey in a list of the same name, where the
worker puts what it cannot read (`celery_app`). Valkey counts no deliveries: a job that kills its worker comes
back for ever, once in every visibility timeout.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import pika
import redis

from keydesk.chassis.messaging.amqp_connection import parameters_of
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.parking import Failed, park
from keydesk.chassis.messaging.work import WorkContext

REASON = "no worker could read it, or its workers died of it or gave it back too often"
Keep = Callable[[Mapping[str, Any], bytes], None]


def park_dead_jobs(context: WorkContext, broker_url: str, names: Names, queues: Sequence[str]) -> None:
    """Move the dead jobs of ``queues`` from the broker to the parked messages; none is lost on the way."""
    take = _from_rabbitmq if broker_url.startswith("amqp") else _from_valkey
    for queue in queues:

        def keep(headers: Mapping[str, Any], body: bytes, queue: str = queue) -> None:
            with context.transaction() as session:
                park(session, context.settings.room, _failed(queue, headers, body))

        take(broker_url, names.dead_queue(queue), keep)


def _from_rabbitmq(url: str, dead_queue: str, keep: Keep) -> None:
    with pika.BlockingConnection(parameters_of(url)) as connection:
        channel = connection.channel()
        channel.queue_declare(dead_queue, durable=True, arguments={"x-queue-type": "quorum"})
        while (got := channel.basic_get(dead_queue))[0] is not None:
            method, properties, body = got
            keep(properties.headers or {}, body)
            channel.basic_ack(method.delivery_tag)


def _from_valkey(url: str, dead_list: str, keep: Keep) -> None:
    client: Any = redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5)
    with client:
        while (oldest := client.lindex(dead_list, -1)) is not None:
            dead = orjson.loads(oldest)
            keep(dead["headers"], dead["body"].encode())
            client.rpop(dead_list)


def _failed(queue: str, headers: Mapping[str, Any], body: bytes) -> Failed:
    job_id, subject = str(headers.get("id", "")), ""
    try:
        message = orjson.loads(body)[0][0]
        payload = orjson.dumps(message["payload"]).decode()
        context, subject = dict(message["context"]), str(message["subject"])
    except (ValueError, LookupError, TypeError):
        payload, context = body.decode(errors="replace").replace("\x00", ""), {}
    return Failed(
        kind="job",
        name=str(headers.get("task", "")),
        queue=queue,
        message_id=job_id,
        subject=subject,
        body=payload,
        context=context,
        reason=REASON,
    )
