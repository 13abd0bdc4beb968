"""The Celery application of a worker, on RabbitMQ or Valkey. Every setting here was measured to be needed."""

from collections.abc import Iterable

from celery import Celery
from celery.worker.consumer import Consumer as WorkerConsumer
from kombu import Exchange, Queue

from keydesk.chassis.messaging.amqp_bus import quorum_arguments
from keydesk.chassis.messaging.names import Names

VISIBILITY_TIMEOUT_SECONDS = 15 * 60
"""Valkey only: a job not acknowledged by then is given out again. Far above the longest job."""
SOFT_SHUTDOWN_SECONDS = 20.0
CONFIRM_SECONDS = 10.0
_CHATTER = ("mingle", "gossip", "delayed_delivery", "events")


class QuietConsumer(WorkerConsumer):  # type: ignore[misc]  # Celery has no types
    """A worker without the steps that only make traffic here.

    Workers do not talk to each other, and a delay is a row in PostgreSQL, not 28 queues on the broker.
    """

    class Blueprint(WorkerConsumer.Blueprint):  # type: ignore[misc]  # as above
        """Celery's own steps, less four."""

        default_steps = [  # noqa: RUF012 - Celery's own attribute
            step
            for step in WorkerConsumer.Blueprint.default_steps
            if not any(f".{chatter}:" in step for chatter in _CHATTER)
        ]


def celery_app(broker_url: str, names: Names, queues: Iterable[str]) -> Celery:
    """An application that consumes ``queues``; jobs are registered on it by `jobs.register`."""
    on_rabbitmq = broker_url.startswith("amqp")
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
        task_default_queue=names.queue(next(iter(queues))),
        worker_prefetch_multiplier=1,
        worker_consumer=f"{QuietConsumer.__module__}:{QuietConsumer.__qualname__}",
        worker_hijack_root_logger=False,
        worker_soft_shutdown_timeout=SOFT_SHUTDOWN_SECONDS,
        worker_enable_soft_shutdown_on_idle=True,
        worker_send_task_events=False,
        worker_enable_remote_control=False,
        worker_cancel_long_running_tasks_on_connection_loss=False,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,
        broker_heartbeat=30 if on_rabbitmq else None,
        broker_transport_options=(
            {"confirm_publish": True, "confirm_timeout": CONFIRM_SECONDS}
            if on_rabbitmq
            else {"visibility_timeout": VISIBILITY_TIMEOUT_SECONDS, "socket_keepalive": True}
        ),
    )
    return app


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
