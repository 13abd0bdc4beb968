"""The bus on Valkey: one stream, and for each consumer a group that reads it in order.

The stream is trimmed only below what every group has acknowledged (`trim`), so a consumer that was away finds
everything. Delivery is as durable as the server's append-only file.
"""

import socket
import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson
import redis
from redis.exceptions import RedisError, ResponseError

from keydesk.chassis.messaging.bus import RETRY_SECONDS, BusAway, BusMessage, Handler, NotNow
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

DELIVERY_LIMIT = 20
STALE_MILLISECONDS = 10_000
"""A message that its reader has held this long without acknowledging is given to another: far longer than
a batch takes, and short enough that nobody notices a reader that was killed."""
FORGET_READER_MILLISECONDS = 3_600_000
BLOCK_MILLISECONDS = 500
AWAY_SECONDS = 1.0
Entry = tuple[bytes, Mapping[bytes, bytes]]


class StreamBus:
    """See `keydesk.chassis.messaging.bus.Bus`."""

    def __init__(self, url: str, names: Names) -> None:
        self._redis: Any = redis.Redis.from_url(url, socket_timeout=10, socket_connect_timeout=5)
        self._names = names

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
        group = _Group(
            client=self._redis,
            stream=self._names.events,
            name=self._names.queue(consumer),
            wanted=frozenset(types),
            batch=batch,
            stop=stop,
        )
        declared = False
        while not stop.is_set():
            try:
                if not declared:
                    self.declare(consumer, types)
                    declared = True
                group.take_stale(handle, on_dead)
                group.take_new(handle)
            except (BusAway, RedisError) as error:
                declared = False
                log.warning("bus_away", consumer=consumer, error=repr(error))
                stop.wait(AWAY_SECONDS)

    def trim(self) -> None:
        """Forget what every group has acknowledged, and readers that ended long ago."""
        lowest: list[bytes] = []
        for group in self._redis.xinfo_groups(self._names.events):
            pending = self._redis.xpending(self._names.events, group["name"])
            lowest.append(pending["min"] if pending["pending"] else group["last-delivered-id"])
            for reader in self._redis.xinfo_consumers(self._names.events, group["name"]):
                if not reader["pending"] and reader["idle"] > FORGET_READER_MILLISECONDS:
                    self._redis.xgroup_delconsumer(self._names.events, group["name"], reader["name"])
        if lowest:
            self._redis.xtrim(self._names.events, minid=min(lowest, key=_order), approximate=True)

    def close(self) -> None:
        """See `Bus.close`."""
        self._redis.close()


@dataclass(frozen=True)
class _Group:
    """One reader of one consumer's group."""

    client: Any
    stream: str
    name: str
    wanted: frozenset[str]
    batch: int
    stop: threading.Event
    reader: str = field(default_factory=lambda: f"{socket.gethostname()}-{uuid.uuid4().hex[:8]}")

    def take_new(self, handle: Handler) -> None:
        """Hand over what nobody has read yet; wait a little where there is nothing."""
        answer = self.client.xreadgroup(
            self.name, self.reader, {self.stream: ">"}, count=self.batch, block=BLOCK_MILLISECONDS
        )
        for entries in _entries(answer):
            self._hand_over(entries, handle)

    def take_stale(self, handle: Handler, on_dead: Handler) -> None:
        """Hand over again what a reader took and never acknowledged; give up what comes too often."""
        stale = self.client.xpending_range(
            self.stream, self.name, min="-", max="+", count=self.batch, idle=STALE_MILLISECONDS
        )
        if not stale:
            return
        tries = {found["message_id"]: found["times_delivered"] for found in stale}
        claimed: list[Entry] = self.client.xclaim(
            self.stream, self.name, self.reader, STALE_MILLISECONDS, list(tries)
        )
        self._hand_over([entry for entry in claimed if tries[entry[0]] >= DELIVERY_LIMIT], on_dead)
        self._hand_over([entry for entry in claimed if tries[entry[0]] < DELIVERY_LIMIT], handle)

    def _hand_over(self, entries: Sequence[Entry], handle: Handler) -> None:
        messages = [message for message in map(_message, entries) if message.type in self.wanted]
        while messages:
            try:
                handle(messages)
            except NotNow as reason:
                log.warning("consumer_waits", consumer=self.name, reason=str(reason))
                if self.stop.wait(RETRY_SECONDS):
                    return
                self._hold(entries, idle=0)
            except Exception as error:  # noqa: BLE001 - whatever it was, they stay pending and come again
                log.warning("messages_refused", count=len(messages), error=repr(error))
                self._hold(entries, idle=STALE_MILLISECONDS - int(RETRY_SECONDS * 1_000))
                return
            else:
                break
        if entries:
            self.client.xack(self.stream, self.name, *[entry[0] for entry in entries])

    def _hold(self, entries: Sequence[Entry], *, idle: int) -> None:
        """Say how long (milliseconds) these count as unacknowledged; it is no new delivery."""
        ids = [entry[0] for entry in entries]
        self.client.xclaim(self.stream, self.name, self.reader, 0, ids, idle=idle, justid=True)


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
