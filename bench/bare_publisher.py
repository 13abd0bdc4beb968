"""The limit of publishing: a bare loop that publishes ready messages and waits for confirms in windows."""

import time
from collections.abc import Sequence
from typing import Any

import pika
from pika.adapters.select_connection import SelectConnection

WINDOW = 500


class BarePublisher:
    """One connection, one channel, nothing around it."""

    def __init__(self, url: str, exchange: str, routing_key: str) -> None:
        self._target = (exchange, routing_key)
        self._properties = pika.BasicProperties(content_type="application/cloudevents+json", delivery_mode=2)
        self._bodies: list[bytes] = []
        self._sent = 0
        self._outstanding: set[int] = set()
        self._channel: Any = None
        self._connection = SelectConnection(
            pika.URLParameters(url), on_open_callback=self._opened, on_open_error_callback=self._failed
        )
        self._connection.ioloop.start()

    def messages_per_second(self, bodies: Sequence[bytes]) -> float:
        """How fast all of them are confirmed."""
        self._bodies = list(reversed(bodies))
        started = time.perf_counter()
        self._send_window()
        self._connection.ioloop.start()
        return len(bodies) / (time.perf_counter() - started)

    def close(self) -> None:
        """Close the connection."""
        self._connection.add_on_close_callback(lambda *_: self._connection.ioloop.stop())
        self._connection.close()
        self._connection.ioloop.start()

    def _opened(self, connection: Any) -> None:
        connection.channel(on_open_callback=self._channel_opened)

    def _channel_opened(self, channel: Any) -> None:
        self._channel = channel
        channel.confirm_delivery(self._confirm, callback=lambda _frame: self._connection.ioloop.stop())

    def _failed(self, _connection: Any, error: BaseException) -> None:
        raise error

    def _send_window(self) -> None:
        for _ in range(min(WINDOW, len(self._bodies))):
            self._channel.basic_publish(*self._target, self._bodies.pop(), self._properties)
            self._sent += 1
            self._outstanding.add(self._sent)

    def _confirm(self, frame: Any) -> None:
        method = frame.method
        if method.NAME != "Basic.Ack":
            raise RuntimeError(f"the broker refused a message: {method}")
        if method.multiple:
            self._outstanding = {waiting for waiting in self._outstanding if waiting > method.delivery_tag}
        else:
            self._outstanding.discard(method.delivery_tag)
        if not self._outstanding:
            self._send_window()
            if not self._outstanding:
                self._connection.ioloop.stop()
