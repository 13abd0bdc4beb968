"""The bus: facts from the relay to every room that wants them, on RabbitMQ or Valkey.

What both promise: a published fact is durable when `publish` returns; each consumer gets every fact of the
types that it named, at least once, in the order of publishing as long as nothing fails; what kills its
reader again and again goes to the consumer's dead letters instead of round and round.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from keydesk.chassis.messaging.names import Names


class BusAway(Exception):
    """The broker does not answer, or took back what it was given. Nothing may be marked as published."""


class NotNow(Exception):
    """What a handler raises when it cannot work through no fault of the messages (its database is away)."""


@dataclass(frozen=True)
class BusMessage:
    """One fact on its way: the CloudEvents envelope as JSON bytes, and the context it came from."""

    id: str
    type: str
    body: bytes
    context: dict[str, str] = field(default_factory=dict)


RETRY_SECONDS = 1.0
"""How long a bus waits before it hands messages over again."""

Handler = Callable[[Sequence[BusMessage]], None]
"""Takes messages in order. When it returns they are acknowledged; when it raises they come again.

What comes again too often is dead. `NotNow` does not count: the messages are kept and handed over again.
"""


class Bus(Protocol):
    """See the module. Not thread-safe: each thread takes a bus of its own."""

    def publish(self, messages: Sequence[BusMessage]) -> None:
        """Publish in order, and return when every message is safe; raises `BusAway`."""

    def declare(self, consumer: str, types: Sequence[str]) -> None:
        """Make the consumer's queue for ``types``, so that nothing published from now on is missed."""

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
        """Make the queue of ``consumer`` for ``types``: nothing published from now on is missed."""

    def close(self) -> None:
        """Let the connection go."""


def open_bus(broker_url: str, names: Names) -> Bus:
    """The bus at ``broker_url`` (``amqp://`` or ``redis://``). Connects on first use."""
    if broker_url.startswith(("amqp://", "amqps://")):
        from keydesk.chassis.messaging.amqp_bus import AmqpBus  # noqa: PLC0415 - one of two libraries

        return AmqpBus(broker_url, names)
    from keydesk.chassis.messaging.stream_bus import StreamBus  # noqa: PLC0415 - as above

    return StreamBus(broker_url, names)
