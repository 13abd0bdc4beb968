"""The Celery application of a worker, on RabbitMQ or Valkey. Every setting here was measured to be needed."""

from collections.abc import Iterable
from typing import Any

import orjson
from celery import Celery, signals
from celery.worker.consumer import Consumer as WorkerConsumer
from celery.worker.request import Request
from kombu import Exchange, Queue

from keydesk.chassis.messaging import valkey_transport
from keydesk.chassis.messaging.amqp_bus import quorum_arguments
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

SOFT_SHUTDOWN_SECONDS = 20.0
CONFIRM_SECONDS = 10.0
HEARTBEAT_SECONDS = 30
_CHATTER = ("mingle", "gossip", "delayed_delivery", "events")


class CandidRequest(Request):  # type: ignore[misc] # Celery has no types
    """A job on a worker, whose acknowledgement does not fail in silence.

    Celery writes a failed one to its log and goes on. On Valkey the worker would then never fetch another
    job, as the one that it cannot acknowledge is the one that it may hold. Raised, the failure makes the
    worker connect anew; the job comes again, and jobs are idempotent.
    """

    acknowledged: bool

    def acknowledge(self) -> None:
        """Tell the broker that the job is done."""
        if not self.acknowledged:
            self.message.ack()
            self.acknowledged = True

    def reject(self, requeue: bool = False) -> None:  # noqa: FBT001, FBT002 - Celery's signature
        """Give the job back, or up."""
        if not self.acknowledged:
            self.message.reject(requeue=requeue)
            self.acknowledged = True


class QuietConsumer(WorkerConsumer):  # type: ignore[misc] # Celery has no types
    """A worker without the steps that only make traffic here, and that loses no message it cannot read.

    Workers do not talk to each other, and a delay is a row in PostgreSQL, not 28 queues on the broker.
    Celery would drop an unreadable or unknown message; here it becomes a dead letter, which is parked.
    """

    class Blueprint(WorkerConsumer.Blueprint):  # type: ignore[misc] # as above
        """Celery's own steps, less four."""

        default_steps = [  # noqa: RUF012 - Celery's own attribute
            step
            for step in WorkerConsumer.Blueprint.default_steps
            if not any(f".{chatter}:" in step for chatter in _CHATTER)
        ]

    def on_decode_error(self, message: Any, exc: Exception) -> None:
        """The body is not JSON."""
        _bury(message, exc)

    def on_unknown_message(self, body: Any, message: Any) -> None:  # noqa: ARG002 - Celery's signature
        """The headers are not those of a job."""
        _bury(message, ValueError("not a message of ours"))

    def on_unknown_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002 - as above
        """This worker does not know the job: it is older or newer than who queued it."""
        _bury(message, exc)

    def on_invalid_task(self, body: Any, message: Any, exc: Exception) -> None:  # noqa: ARG002 - as above
        """The arguments are not in Celery's form."""
        _bury(message, exc)


def _bury(message: Any, reason: Exception) -> None:
    queue = message.delivery_info.get("routing_key", "")
    log.error("job_unreadable", queue=queue, job=message.headers.get("task"), reason=repr(reason))
    client = getattr(message.channel, "client", None)
    if client is None:  # RabbitMQ: its dead-letter exchange takes what is rejected
        message.reject()
        return
    body = message.body if isinstance(message.body, bytes) else str(message.body).encode()
    dead = {"headers": message.headers, "body": body.decode(errors="replace")}
    client.lpush(f"{queue}.dead", orjson.dumps(dead, default=str))
    message.ack()


def celery_app(
    broker_url: str, names: Names, queues: Iterable[str], *, heartbeats: bool, visibility_seconds: int
) -> Celery:
    """An application that consumes ``queues``; jobs are registered on it by `jobs.register`.

    ``heartbeats`` for a pool of processes, whose parent answers them; a process that does the jobs itself is
    watched by TCP alone. ``visibility_seconds`` (Valkey only): a job not acknowledged by then is given out
    again, so it is above the longest job.
    """
    on_rabbitmq = broker_url.startswith("amqp")
    queues = list(queues)
    app = Celery("keydesk", broker=broker_url, set_as_current=False)
    app.conf.update(
        accept_content=["json"],
        task_serializer="json",
        result_serializer="json",
        task_ignore_result=True,
        task_acks_late=True,
        task_acks_on_failure_or_timeout=False,
        task_reject_on_worker_lost=True,
        task_create_missing_queues=False,
        task_queues=[_queue(names, name, on_rabbitmq=on_rabbitmq) for name in queues],
        task_default_queue=names.queue(queues[0]),
        worker_prefetch_multiplier=1,
        worker_consumer=f"{QuietConsumer.__module__}:{QuietConsumer.__qualname__}",
        worker_hijack_root_logger=False,
        worker_redirect_stdouts=False,
        worker_soft_shutdown_timeout=SOFT_SHUTDOWN_SECONDS,
        worker_enable_soft_shutdown_on_idle=True,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=HEARTBEAT_SECONDS if on_rabbitmq and heartbeats else 0,
        broker_transport_options=(
            {"confirm_publish": True, "confirm_timeout": CONFIRM_SECONDS}
            if on_rabbitmq
            else {
                "visibility_timeout": visibility_seconds,
                "unacked_key": f"{names.prefix}.unacked",
                "unacked_index_key": f"{names.prefix}.unacked_index",
                "unacked_mutex_key": f"{names.prefix}.unacked_mutex",
                "unacked_restore_throttle": 1,
                "socket_keepalive": True,
            }
        ),
    )
    if not on_rabbitmq:
        app.conf.broker_transport = f"{valkey_transport.__name__}:Transport"
    signals.setup_logging.connect(_keep_our_logging)
    return app


def _keep_our_logging(**_options: Any) -> None:
    """Celery configures no logging where somebody listens to this signal."""


def _queue(names: Names, name: str, *, on_rabbitmq: bool) -> Queue:
    if not on_rabbitmq:
        return Queue(names.queue(name))
    return Queue(
        names.queue(name),
        exchange=Exchange("", type="direct"),
        routing_key=names.queue(name),
        queue_arguments=quorum_arguments(names, name),
        durable=True,
    )
