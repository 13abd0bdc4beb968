"""Puts jobs on Celery's queues in windows: messages of Celery's protocol 2, many in one round trip."""

import base64
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import orjson
import pika
import redis
from redis.exceptions import RedisError

from keydesk.chassis.messaging.amqp_bus import AmqpBus
from keydesk.chassis.messaging.amqp_connection import Publication
from keydesk.chassis.messaging.bus import BusAway
from keydesk.chassis.messaging.names import Names

_NO_CALLBACKS = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}


@dataclass(frozen=True)
class JobMessage:
    """One job on its way to a queue."""

    id: str
    name: str
    queue: str
    body: bytes
    """The payload as JSON."""
    attempt: int
    context: dict[str, str]
    subject: str = ""


class JobPublisher(Protocol):
    """Publishes jobs; all of a call are safe on the broker when it returns."""

    def publish(self, jobs: Sequence[JobMessage]) -> None:
        """Publish in order; raises `BusAway`."""

    def close(self) -> None:
        """Let the connection go."""


def open_job_publisher(broker_url: str, names: Names) -> JobPublisher:
    """The publisher that fits the broker."""
    if broker_url.startswith("amqp"):
        return _OnRabbitMq(broker_url, names)
    return _OnValkey(broker_url, names)


class _OnRabbitMq:
    def __init__(self, url: str, names: Names) -> None:
        self._bus = AmqpBus(url, names)
        self._names = names
        self._declared: set[str] = set()

    def publish(self, jobs: Sequence[JobMessage]) -> None:
        for queue in {job.queue for job in jobs} - self._declared:
            self._bus.declare_work(queue)
            self._declared.add(queue)
        try:
            self._bus.publish_raw([self._publication(job) for job in jobs])
        except BusAway:
            self._declared.clear()
            raise

    def close(self) -> None:
        self._bus.close()

    def _publication(self, job: JobMessage) -> Publication:
        properties = pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            delivery_mode=2,
            correlation_id=job.id,
            headers=_headers(job),
        )
        return Publication("", self._names.queue(job.queue), _body(job), properties, mandatory=True)


class _OnValkey:
    def __init__(self, url: str, names: Names) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5)
        self._names = names

    def publish(self, jobs: Sequence[JobMessage]) -> None:
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for job in jobs:
                    pipeline.lpush(self._names.queue(job.queue), self._message(job))
                pipeline.execute()
        except RedisError as error:
            raise BusAway(repr(error)) from error

    def close(self) -> None:
        self._redis.close()

    def _message(self, job: JobMessage) -> bytes:
        """A message as kombu's virtual transports keep it in a list."""
        queue = self._names.queue(job.queue)
        return orjson.dumps(
            {
                "body": base64.b64encode(_body(job)).decode(),
                "content-encoding": "utf-8",
                "content-type": "application/json",
                "headers": _headers(job),
                "properties": {
                    "body_encoding": "base64",
                    "correlation_id": job.id,
                    "delivery_info": {"exchange": "", "routing_key": queue},
                    "delivery_mode": 2,
                    "delivery_tag": uuid.uuid4().hex,
                    "priority": 0,
                },
            }
        )


def _headers(job: JobMessage) -> dict[str, Any]:
    return {
        "lang": "py",
        "task": job.name,
        "id": job.id,
        "root_id": job.id,
        "parent_id": None,
        "group": None,
        "retries": 0,
        "eta": None,
        "expires": None,
        "timelimit": [None, None],
        "argsrepr": "",
        "kwargsrepr": "",
        "ignore_result": True,
    }


def _body(job: JobMessage) -> bytes:
    told = {
        "id": job.id,
        "subject": job.subject,
        "attempt": job.attempt,
        "context": job.context,
        "payload": orjson.Fragment(job.body),
    }
    return orjson.dumps([[told], {}, _NO_CALLBACKS])
