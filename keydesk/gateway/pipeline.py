"""One pipelined Redis connection: what every request of one turn of the event loop asks goes out together.

A client that waits for a free connection and parses in Python costs more than the rest of the gateway.
Replies come in the order of the commands (Redis serialisation protocol), so a queue of futures is enough.
"""

import asyncio
import hashlib
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeAlias, cast

import hiredis
from redis.connection import parse_url

from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

Word: TypeAlias = bytes | str | int | float

_pack: Callable[[tuple[Word, ...]], bytes] = hiredis.pack_command  # type: ignore[assignment]
# (its stub says that a command has one word)

CONNECT_SECONDS = 2.0
SILENCE_SECONDS = 2.0
"""A Redis that owes a reply for so long is taken for dead."""


class RedisAway(Exception):
    """Redis does not answer. Whether the command was carried out is unknown."""


class RedisRefused(RedisAway):
    """Redis answers with an error: it is loading, full, a replica, wants another password."""


class _Connection(asyncio.Protocol):
    """One connection; dead for good once it was lost."""

    def __init__(self) -> None:
        self.alive = False
        self._loop = asyncio.get_running_loop()
        self._reader = hiredis.Reader()
        self._owed: deque[asyncio.Future[Any]] = deque()
        self._outgoing: list[bytes] = []
        self._heard = 0.0
        self._transport: asyncio.Transport | None = None
        self._watch: asyncio.TimerHandle | None = None

    def send(self, words: Sequence[Word]) -> "asyncio.Future[Any]":
        """Queue a command; the future gets its reply (an error reply as a `hiredis.ReplyError` value)."""
        reply: asyncio.Future[Any] = self._loop.create_future()
        if not self.alive:
            reply.set_exception(RedisAway("connection lost"))
            return reply
        if not self._owed:
            self._heard = self._loop.time()
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(_pack(tuple(words)))
        self._owed.append(reply)
        return reply

    def _flush(self) -> None:
        if self._transport is not None and self._outgoing:
            self._transport.writelines(self._outgoing)
        self._outgoing = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The transport is there (asyncio)."""
        self._transport = cast("asyncio.Transport", transport)
        self.alive = True
        self._watch = self._loop.call_later(SILENCE_SECONDS, self._look)

    def data_received(self, data: bytes) -> None:
        """Replies arrived (asyncio)."""
        self._heard = self._loop.time()
        self._reader.feed(data)
        while self._owed:
            reply = self._reader.gets()
            if reply is False:
                return
            waiting = self._owed.popleft()
            if not waiting.done():
                waiting.set_result(reply)

    def connection_lost(self, exc: Exception | None) -> None:
        """Everything still owed will not come (asyncio)."""
        self.alive = False
        if self._watch is not None:
            self._watch.cancel()
        for waiting in self._owed:
            if not waiting.done():
                waiting.set_exception(RedisAway(str(exc or "connection closed")))
        self._owed.clear()

    def close(self) -> None:
        """Drop the connection at once."""
        if self._transport is not None:
            self._transport.abort()

    def _look(self) -> None:
        if self._owed and self._loop.time() - self._heard > SILENCE_SECONDS:
            log.warning("redis_silent", owed=len(self._owed))
            self.close()
            return
        self._watch = self._loop.call_later(SILENCE_SECONDS / 4, self._look)


class RedisPipeline:
    """Commands and scripts on one connection that comes back by itself. For one event loop."""

    def __init__(self, url: str, scripts: Mapping[str, str]) -> None:
        self._address: dict[str, Any] = parse_url(url)  # type: ignore[no-untyped-call]  # has none
        self._scripts = dict(scripts)
        self._digests = {
            name: hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest().encode()
            for name, text in scripts.items()
        }
        self._connection: _Connection | None = None
        self._connecting = asyncio.Lock()

    async def command(self, *words: Word) -> Any:
        """The reply to one command. Raises `RedisAway`, as `RedisRefused` where Redis answers so."""
        connection = self._connection
        if connection is None or not connection.alive:
            connection = await self._connected()
        reply = await connection.send(words)
        if isinstance(reply, hiredis.ReplyError):
            raise RedisRefused(str(reply))
        return reply

    async def script(self, name: str, keys: Sequence[Word], arguments: Sequence[Word]) -> Any:
        """What the script called ``name`` returns; loads it again where Redis has lost it."""
        words = (b"EVALSHA", self._digests[name], len(keys), *keys, *arguments)
        try:
            return await self.command(*words)
        except RedisRefused as refused:
            if not str(refused).startswith("NOSCRIPT"):
                raise
        await self.command(b"SCRIPT", b"LOAD", self._scripts[name])
        return await self.command(*words)

    def close(self) -> None:
        """Drop the connection."""
        if self._connection is not None:
            self._connection.close()

    async def _connected(self) -> _Connection:
        async with self._connecting:
            if self._connection is None or not self._connection.alive:
                try:
                    async with asyncio.timeout(CONNECT_SECONDS):
                        self._connection = await self._connect()
                except (OSError, TimeoutError) as error:
                    raise RedisAway(str(error) or type(error).__name__) from None
            return self._connection

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        address = self._address
        if "path" in address:
            _, connection = await loop.create_unix_connection(_Connection, address["path"])
        else:
            secure = address.get("connection_class") is not None
            _, connection = await loop.create_connection(
                _Connection, address.get("host", "localhost"), address.get("port", 6379), ssl=secure or None
            )
        greeting: list[tuple[Word, ...]] = []
        if address.get("password"):
            user = (address["username"],) if address.get("username") else ()
            greeting.append((b"AUTH", *user, address["password"]))
        if address.get("db"):
            greeting.append((b"SELECT", address["db"]))
        for words in greeting:
            reply = await connection.send(words)
            if isinstance(reply, hiredis.ReplyError):
                connection.close()
                raise RedisRefused(str(reply))
        return connection
