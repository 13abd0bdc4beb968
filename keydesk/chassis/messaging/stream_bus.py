"""The bus on Valkey: one stream, and for each consumer a group that reads it in order.

The stream is trimmed only below what every group has acknowledged (`trim`), so a consumer that was away finds
everything. Delivery is as durable as the server's append-only file.
"""

import socket
import threading
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

import orjson
import redis
from redis.exceptions import RedisError, ResponseError

from keydesk.chassis.messaging.bus import BusAway, BusMessage, Handler
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

DELIVERY_LIMIT = 20
STALE_MILLISECONDS = 60_000
"""A message that its reader has held this long without acknowledging is given to another."""
BLOCK_MILLISECONDS = 500
AWAY_SECONDS = 1.0
Entry = tuple[bytes, Mapping[bytes, bytes]]


class StreamBus:
    """See `keydesk.chassis.messaging.bus.Bus`."""

    def __init__(self, url: str, names: Names) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5)
        self._names = names
        self._reader = f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}"

    def publish(self, messages: Sequence[BusMessage]) -> None:
        """See `Bus.publish`."""
        try:
            with self._redis.pipeline(transaction=False) as pipeline:
                for message in messages:
                    pipeline.xadd(self._names.events, _fields(message))
                pipeline.execute()
        except RedisError as error:
            raise BusAway(repr(error)) from error

    def declare(self, consumer: str, types: Sequence[str]) -> None:  # noqa: ARG002 - a group gets every type
        """See `Bus.declare`."""
        try:
            self._redis.xgroup_create(self._names.events, self._names.queue(consumer), id="0", mkstream=True)
        except ResponseError as error:
            if "BUSYGROUP" not in str(error):
                raise BusAway(repr(error)) from error
        except RedisError as error:
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
        """See `Bus.consume`."""
        wanted = frozenset(types)
        fresh = True
        while not stop.is_set():
            try:
                if fresh:
                    self.declare(consumer, types)
                    fresh = False
                self._take_stale(consumer, wanted, handle, on_dead, batch)
                self._take_new(consumer, wanted, handle, batch)
            except (BusAway, RedisError) as error:
                fresh = True
                log.warning("bus_away", consumer=consumer, error=repr(error))
                stop.wait(AWAY_SECONDS)

    def trim(self) -> None:
        """Forget what every group has acknowledged."""
        groups = self._redis.xinfo_groups(self._names.events)
        lowest: list[bytes] = []
        for group in groups:
            pending = self._redis.xpending(self._names.events, group["name"])
            lowest.append(pending["min"] if pending["pending"] else group["last-delivered-id"])
        if lowest:
            self._redis.xtrim(self._names.events, minid=min(lowest, key=_order), approximate=True)

    def close(self) -> None:
        """See `Bus.close`."""
        self._redis.close()

    def _take_new(self, consumer: str, wanted: frozenset[str], handle: Handler, batch: int) -> None:
        answer = self._redis.xreadgroup(
            self._names.queue(consumer),
            self._reader,
            {self._names.events: ">"},
            count=batch,
            block=BLOCK_MILLISECONDS,
        )
        for entries in _entries(answer):
            self._hand_over(consumer, wanted, handle, entries)

    def _take_stale(
        self, consumer: str, wanted: frozenset[str], handle: Handler, on_dead: Handler, batch: int
    ) -> None:
        group = self._names.queue(consumer)
        stale = self._redis.xpending_range(
            self._names.events, group, min="-", max="+", count=batch, idle=self._stale_after
        )
        if not stale:
            return
        tries = {found["message_id"]: found["times_delivered"] for found in stale}
        claimed: list[Entry] = self._redis.xclaim(
            self._names.events, group, self._reader, self._stale_after, list(tries)
        )
        dead = [entry for entry in claimed if tries[entry[0]] >= DELIVERY_LIMIT]
        alive = [entry for entry in claimed if tries[entry[0]] < DELIVERY_LIMIT]
        self._hand_over(consumer, wanted, on_dead, dead)
        self._hand_over(consumer, wanted, handle, alive)

    _stale_after = STALE_MILLISECONDS

    def _hand_over(
        self, consumer: str, wanted: frozenset[str], handle: Handler, entries: Sequence[Entry]
    ) -> None:
        messages = [message for message in map(_message, entries) if message.type in wanted]
        try:
            if messages:
                handle(messages)
        except Exception as error:  # noqa: BLE001 - whatever it was, they stay pending and come again
            log.warning("messages_refused", count=len(messages), error=repr(error))
            self._retry_soon(consumer, entries)
            return
        if entries:
            self._redis.xack(
                self._names.events, self._names.queue(consumer), *[entry[0] for entry in entries]
            )

    def _retry_soon(self, consumer: str, entries: Sequence[Entry]) -> None:
        """Let the refused ones count as stale in a second instead of a minute."""
        self._redis.xclaim(
            self._names.events,
            self._names.queue(consumer),
            self._reader,
            0,
            [entry[0] for entry in entries],
            idle=max(self._stale_after - 1_000, 0),
            justid=True,
        )


def _fields(message: BusMessage) -> dict[str, bytes | str]:
    return {
        "id": message.id,
        "type": message.type,
        "body": message.body,
        "context": orjson.dumps(message.context),
    }


def _message(entry: Entry) -> BusMessage:
    fields = entry[1]
    return BusMessage(
        fields[b"id"].decode(), fields[b"type"].decode(), fields[b"body"], orjson.loads(fields[b"context"])
    )


def _entries(answer: Any) -> list[list[Entry]]:
    """The entries of an XREADGROUP answer: a list of pairs (RESP2) or a mapping (RESP3)."""
    if not answer:
        return []
    if isinstance(answer, dict):
        return [
            entries[0] if entries and isinstance(entries[0], list) else entries for entries in answer.values()
        ]
    return [entries for _, entries in answer]


def _order(entry_id: bytes) -> tuple[int, int]:
    milliseconds, _, sequence = entry_id.partition(b"-")
    return int(milliseconds), int(sequence or 0)
