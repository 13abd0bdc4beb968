"""The bus on RabbitMQ: a topic exchange, and for each consumer a quorum queue with its dead letters."""

import threading
from collections.abc import Callable, Sequence
from functools import partial
from queue import Empty, SimpleQueue
from typing import Any

import pika
from pika.exceptions import AMQPError

from keydesk.chassis.messaging.amqp_connection import ConfirmingPublisher, Publication, parameters_of
from keydesk.chassis.messaging.bus import RETRY_SECONDS, BusAway, BusMessage, Handler, NotNow
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

DELIVERY_LIMIT = 20
LINGER_SECONDS = 0.005
"""How long a batch waits for one more message."""
RECONNECT_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)
PUMP_SECONDS = 0.2
Received = tuple[int, BusMessage]


def quorum_arguments(names: Names, name: str) -> dict[str, Any]:
    """The arguments of a queue: replicated, and what fails too often surely goes to its dead letters."""
    return {
        "x-queue-type": "quorum",
        "x-delivery-limit": DELIVERY_LIMIT,
        "x-dead-letter-exchange": names.dead,
        "x-dead-letter-routing-key": names.dead_queue(name),
        "x-dead-letter-strategy": "at-least-once",
        "x-overflow": "reject-publish",
    }


def declare_queue(channel: Any, names: Names, name: str) -> None:
    """Make the queue ``name`` and its dead letters. Doing it again changes nothing."""
    channel.exchange_declare(names.dead, exchange_type="direct", durable=True)
    channel.queue_declare(names.dead_queue(name), durable=True, arguments={"x-queue-type": "quorum"})
    channel.queue_bind(names.dead_queue(name), names.dead, routing_key=names.dead_queue(name))
    channel.queue_declare(names.queue(name), durable=True, arguments=quorum_arguments(names, name))


class AmqpBus:
    """See `keydesk.chassis.messaging.bus.Bus`."""

    def __init__(self, url: str, names: Names) -> None:
        self._url = url
        self._names = names
        self._publisher: ConfirmingPublisher | None = None
        self._wanted: set[str] = set()
        """Types that somebody is known to want, from `declare`."""

    def publish(self, messages: Sequence[BusMessage]) -> None:
        """See `Bus.publish`. A fact that no room wants is no error; one whose queue is gone is."""
        publications = [
            Publication(
                self._names.events,
                message.type,
                message.body,
                pika.BasicProperties(
                    content_type="application/cloudevents+json",
                    delivery_mode=2,
                    message_id=message.id,
                    type=message.type,
                    headers=dict(message.context),
                ),
                mandatory=message.type in self._wanted,
            )
            for message in messages
        ]
        self.publish_raw(publications)

    def publish_raw(self, publications: Sequence[Publication]) -> None:
        """Publish prepared messages; raises `BusAway`, after which the next call connects anew."""
        try:
            if self._publisher is None:
                with self._blocking() as connection:
                    connection.channel().exchange_declare(
                        self._names.events, exchange_type="topic", durable=True
                    )
                self._publisher = ConfirmingPublisher(self._url)
            self._publisher.publish(publications)
        except (BusAway, AMQPError, OSError) as error:
            self.close()
            raise BusAway(str(error) or repr(error)) from error

    def declare(self, consumer: str, types: Sequence[str]) -> None:
        """See `Bus.declare`."""
        try:
            with self._blocking() as connection:
                self._declare(connection.channel(), consumer, types)
            self._wanted.update(types)
        except (AMQPError, OSError) as error:
            raise BusAway(repr(error)) from error

    def declare_work(self, queue: str) -> None:
        """Make a queue of jobs."""
        try:
            with self._blocking() as connection:
                declare_queue(connection.channel(), self._names, queue)
        except (AMQPError, OSError) as error:
            raise BusAway(repr(error)) from error

    def consume(
        self,
        consumer: str,
        types: Sequence[str],
        handle: Handler,
        *,
        on_dead: Handler,
        batch: int,
        stop: threading.Event,
    ) -> None:
        """See `Bus.consume`. The handler works in a thread, so that heartbeats are answered meanwhile."""
        failures = 0
        while not stop.is_set():
            try:
                with self._blocking() as connection:
                    channel = connection.channel()
                    self._declare(channel, consumer, types)
                    failures = 0
                    session = _Session(connection, channel, batch=batch, stop=stop)
                    session.take_from(self._names.dead_queue(consumer), on_dead)
                    session.take_from(self._names.queue(consumer), handle)
                    session.run()
            except (AMQPError, OSError) as error:
                wait = RECONNECT_SECONDS[min(failures, len(RECONNECT_SECONDS) - 1)]
                failures += 1
                log.warning("bus_away", consumer=consumer, error=repr(error), again_in_seconds=wait)
                stop.wait(wait)

    def close(self) -> None:
        """See `Bus.close`."""
        if self._publisher is not None:
            self._publisher.close()
            self._publisher = None

    def _declare(self, channel: Any, consumer: str, types: Sequence[str]) -> None:
        channel.exchange_declare(self._names.events, exchange_type="topic", durable=True)
        declare_queue(channel, self._names, consumer)
        for type_ in types:
            channel.queue_bind(self._names.queue(consumer), self._names.events, routing_key=type_)

    def _blocking(self) -> Any:
        return pika.BlockingConnection(parameters_of(self._url))


class _Session:
    """One connection's worth of consuming: this thread serves the connection, another one the handler."""

    def __init__(self, connection: Any, channel: Any, *, batch: int, stop: threading.Event) -> None:
        self._connection = connection
        self._channel = channel
        self._batch = batch
        self._stop = stop
        self._over = threading.Event()
        self._sources: list[tuple[SimpleQueue[Received], Handler]] = []
        channel.basic_qos(prefetch_count=2 * batch)

    def take_from(self, queue: str, handle: Handler) -> None:
        """Give what comes from ``queue`` to ``handle``. The last one named is the one that is waited for."""
        received: SimpleQueue[Received] = SimpleQueue()
        self._channel.basic_consume(queue, self._into(received))
        self._sources.append((received, handle))

    def run(self) -> None:
        """Serve the connection until it breaks or ``stop`` is set; then let the handler finish."""
        worker = threading.Thread(target=self._work, daemon=True)
        worker.start()
        try:
            while not self._stop.is_set() and self._connection.is_open:
                self._connection.process_data_events(time_limit=PUMP_SECONDS)
        finally:
            self._over.set()
            while worker.is_alive() and self._connection.is_open:
                self._connection.process_data_events(time_limit=PUMP_SECONDS)
            worker.join()
            if self._connection.is_open:
                self._connection.process_data_events(time_limit=0)

    def _into(self, received: SimpleQueue[Received]) -> Any:
        def take(_channel: Any, method: Any, properties: Any, body: bytes) -> None:
            context = {str(name): str(value) for name, value in (properties.headers or {}).items()}
            message = BusMessage(properties.message_id or "", properties.type or "", body, context)
            received.put((method.delivery_tag, message))

        return take

    def _work(self) -> None:
        while not self._over.is_set():
            for received, handle in self._sources:
                self._hand_over(received, handle, wait=received is self._sources[-1][0])

    def _hand_over(self, received: SimpleQueue[Received], handle: Handler, *, wait: bool) -> None:
        taken = self._take(received, wait=wait)
        if not taken:
            return
        while True:
            try:
                handle([message for _, message in taken])
            except NotNow as reason:
                log.warning("consumer_waits", reason=str(reason))
                if self._over.wait(RETRY_SECONDS):
                    return
            except Exception as error:  # noqa: BLE001 - whatever it was, the broker keeps the messages
                log.warning("messages_refused", count=len(taken), error=repr(error))
                self._over.wait(RETRY_SECONDS)
                nack = partial(self._channel.basic_nack, requeue=True)
                self._settle([partial(nack, tag) for tag, _ in reversed(taken)])
                return
            else:
                self._settle([partial(self._channel.basic_ack, tag) for tag, _ in taken])
                return

    def _take(self, received: SimpleQueue[Received], *, wait: bool) -> list[Received]:
        taken: list[Received] = []
        try:
            taken.append(received.get(timeout=PUMP_SECONDS) if wait else received.get_nowait())
            while len(taken) < self._batch:
                taken.append(received.get(timeout=LINGER_SECONDS))
        except Empty:
            pass
        return taken

    def _settle(self, actions: Sequence[Callable[[], None]]) -> None:
        def settle() -> None:
            for action in actions:
                action()

        try:
            self._connection.add_callback_threadsafe(settle)
        except AMQPError:
            log.debug("connection_closed_before_acknowledging")
