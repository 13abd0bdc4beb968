"""One HTTP/1.1 connection to a room (RFC 9112): a request goes out, its answer comes back part by part.

A general client costs four times what nginx takes for the whole request. This one does what a proxy
needs and no more: nothing is decoded, followed, decompressed or remembered. Answers are parsed by
llhttp; the rooms always say where an answer ends, so one that ends with its connection is broken.
"""

import asyncio
from collections import deque
from typing import cast

import httptools

RawHeaders = list[tuple[bytes, bytes]]

MOST_WAITING_BYTES = 256 * 1024
"""So much of an answer may wait for a slow client before the room is made to wait too."""
LOOKS_PER_TIMEOUT = 8


class ConnectionBroken(Exception):
    """The connection ended, or what came over it was no answer."""


class RoomSilent(Exception):
    """The room owes an answer for longer than it may."""


class RoomConnection(asyncio.Protocol):
    """A connection that carries one request at a time. For one event loop."""

    def __init__(self, timeout: float) -> None:
        self.is_reusable = True
        """The answer is complete and the room lets the connection stay open."""
        self.idle_since = 0.0
        self.was_used = False
        """It has carried a request before this one, so it may have gone stale."""
        self.status = 0
        self.headers: RawHeaders = []
        self._loop = asyncio.get_running_loop()
        self._timeout = timeout
        self._parser = httptools.HttpResponseParser(self)
        self._transport: asyncio.Transport | None = None
        self._parts: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._has_head = False
        self._is_complete = True
        self._answers_head_request = False
        self._failure: Exception | None = None
        self._reader: asyncio.Future[None] | None = None
        self._writer: asyncio.Future[None] | None = None
        self._owed_since = 0.0
        self._watch: asyncio.TimerHandle | None = None

    @property
    def has_answer(self) -> bool:
        """Whether the head of an answer has arrived (or will never): no more of the request is wanted."""
        return self._has_head or self._failure is not None

    def begin(self, head: bytes, *, is_head_request: bool) -> None:
        """Send a request's head, and its body where that is joined to it."""
        self.status, self.headers = 0, []
        self._has_head = self._is_complete = False
        self._answers_head_request = is_head_request
        self._owed_since = self._loop.time()
        self._write(head)

    async def send(self, chunk: bytes) -> None:
        """Send a part of the request's body; waits while the room does not take it."""
        self._write(chunk)
        if self._writer is not None:
            await self._writer
        self._owed_since = self._loop.time()

    async def head(self) -> None:
        """Wait for the answer's status and headers. Raises `ConnectionBroken`, `RoomSilent`."""
        self._owed_since = self._loop.time()
        while not self._has_head:
            await self._something()

    async def part(self) -> bytes:
        """The next part of the answer's body; empty at its end. Raises `ConnectionBroken`, `RoomSilent`."""
        self._owed_since = self._loop.time()
        while not self._parts:
            if self._is_complete:
                return b""
            await self._something()
        part = self._parts.popleft()
        if self._waiting_bytes > MOST_WAITING_BYTES >= self._waiting_bytes - len(part):
            self._open_transport().resume_reading()
        self._waiting_bytes -= len(part)
        return part

    @property
    def may_carry_another(self) -> bool:
        """Whether the next request can go over this connection."""
        return self.is_reusable and self._is_complete and self._failure is None and not self._parts

    def close(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    # What asyncio calls.

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The connection is there."""
        self._transport = cast("asyncio.Transport", transport)
        self._watch = self._loop.call_later(self._timeout / LOOKS_PER_TIMEOUT, self._look)

    def data_received(self, data: bytes) -> None:
        """A part of an answer arrived."""
        if self._is_complete:
            self._fail(ConnectionBroken("the room speaks without being asked"))
            return
        self._owed_since = self._loop.time()
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade, ConnectionBroken) as error:
            self._fail(ConnectionBroken(f"not an answer: {error}"))
        self._wake()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._watch is not None:
            self._watch.cancel()
        self.is_reusable = False
        if self._failure is None:
            self._failure = ConnectionBroken(str(exc or "closed by the room"))
        self.resume_writing()
        self._wake()

    def pause_writing(self) -> None:
        """The room takes no more for now."""
        self._writer = self._loop.create_future()

    def resume_writing(self) -> None:
        """The room takes more again (or the connection is gone, which the next wait will tell)."""
        if self._writer is not None and not self._writer.done():
            self._writer.set_result(None)
        self._writer = None

    # What the parser calls.

    def on_message_begin(self) -> None:
        """An answer begins. A second one to the same request could be taken for somebody else's."""
        if self._is_complete:
            raise ConnectionBroken("the room answers twice")

    def on_header(self, name: bytes, value: bytes) -> None:
        """A header of the answer."""
        self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        """The answer's head is there; an interim one (1xx) is not the answer yet."""
        self.status = self._parser.get_status_code()
        if self.status < 200:
            self.headers = []
            return
        self._has_head = True
        self.is_reusable = self._parser.should_keep_alive()
        if self._answers_head_request:
            # llhttp cannot be told that no body follows, so this connection is not used again.
            self._is_complete, self.is_reusable = True, False

    def on_body(self, body: bytes) -> None:
        """A part of the answer's body."""
        self._parts.append(body)
        self._waiting_bytes += len(body)
        if self._waiting_bytes > MOST_WAITING_BYTES >= self._waiting_bytes - len(body):
            self._open_transport().pause_reading()

    def on_message_complete(self) -> None:
        """The answer is complete."""
        self._is_complete = self._has_head

    def _write(self, data: bytes) -> None:
        if self._failure is None:
            self._open_transport().write(data)

    async def _something(self) -> None:
        """Wait until more has arrived."""
        if self._failure is not None:
            raise self._failure
        self._reader = self._loop.create_future()
        try:
            await self._reader
        finally:
            self._reader = None

    def _wake(self) -> None:
        if self._reader is not None and not self._reader.done():
            self._reader.set_result(None)

    def _fail(self, failure: Exception) -> None:
        self._failure = failure
        self.close()

    def _look(self) -> None:
        """Give the room up when somebody has waited for it too long."""
        if self._reader is not None and self._loop.time() - self._owed_since > self._timeout:
            self._fail(RoomSilent())
        else:
            self._watch = self._loop.call_later(self._timeout / LOOKS_PER_TIMEOUT, self._look)

    def _open_transport(self) -> asyncio.Transport:
        if self._transport is None:
            raise RuntimeError("not connected")
        return self._transport
