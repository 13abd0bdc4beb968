"""Requests to the rooms: a client's passed on as they come, and a few of the gateway's own."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from keydesk.chassis.identity import HEADER
from keydesk.chassis.problems import Problem, Unavailable
from keydesk.chassis.settings import BadSettings
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.gateway.cross_site import SAFE_METHODS
from keydesk.gateway.exchange import Exchange
from keydesk.gateway.headers import Head, RawHeaders, passed_out
from keydesk.gateway.identities import Identities
from keydesk.gateway.problems import BadGateway, UpstreamTimeout
from keydesk.gateway.routing import PORTAL, ROOMS
from keydesk.gateway.settings import GatewaySettings
from keydesk.gateway.upstream.connection import ConnectionBroken, RoomConnection, RoomSilent
from keydesk.gateway.upstream.pool import CONNECT_SECONDS, Pool, RoomAway

log = get_logger(__name__)

IN_ONE_PIECE = 64 * 1024
"""Bodies up to this size are passed on whole, in either direction, larger ones part by part."""
REPEATABLE = frozenset({"GET", "HEAD", "OPTIONS", "PUT", "DELETE"})
"""Idempotent methods (RFC 9110, 9.2.2): asked again where a kept connection turned out to be gone."""
IDENTITY = HEADER.encode("ascii")
RETRY_AFTER = {"Retry-After": "2"}


@dataclass(frozen=True)
class Answer:
    """A room's answer to a call of the gateway's own."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """By name in lower case."""

    def json(self) -> Any:
        """The body, read as JSON."""
        return orjson.loads(self.body)


class Upstreams:
    """The way to every room. For one event loop."""

    def __init__(self, settings: GatewaySettings, identities: Identities) -> None:
        missing = sorted(ROOMS - settings.peers.keys())
        if missing:
            raise BadSettings(f"KEYDESK_PEERS names no address for {', '.join(missing)}")
        self._identities = identities
        self._most_bytes = settings.max_body_bytes
        self._pool = Pool({room: settings.peers[room] for room in ROOMS}, settings.upstream_timeout)

    def close(self) -> None:
        """Close every idle connection."""
        self._pool.close()

    async def forward(self, exchange: Exchange, room: str, identity: str, cookies: str) -> None:
        """Pass a request on to ``room`` and its answer back.

        Raises `Unavailable` where the room is away and nothing was done, `BadGateway` and
        `UpstreamTimeout` where it is not known what was done.
        """
        head = exchange.head
        message = self._message(room, head.method, head.target, _headers_in(head, identity, cookies))
        streamed = None
        if head.has_body:
            if head.length is None or head.length > IN_ONE_PIECE:
                streamed = exchange
            else:
                message += await exchange.whole_body(self._most_bytes)
        try:
            connection = await self._ask(room, head.method, message, streamed)
            try:
                await _pass_back(exchange, connection, cookies=room == PORTAL)
            finally:
                self._pool.give_back(room, connection)
        except (RoomAway, RoomSilent, ConnectionBroken) as error:
            log.warning("upstream_failed", upstream=room, error=type(error).__name__, reason=str(error))
            raise _problem_of(error) from None

    async def call(
        self,
        room: str,
        method: str,
        path: str,
        *,
        json: Any = None,
        language: str | None = None,
        request_id: str | None = None,
    ) -> Answer:
        """A call in the gateway's own name. Raises `Unavailable` where the room gives no sound answer."""
        headers = [(IDENTITY, self._identities.of_gateway(room).encode())]
        body = b""
        if json is not None:
            body = orjson.dumps(json)
            headers.append((b"content-type", b"application/json"))
            headers.append((b"content-length", str(len(body)).encode()))
        if language is not None:
            headers.append((b"accept-language", language.encode("latin-1")))
        if request_id is not None:
            headers.append((b"x-request-id", request_id.encode()))
        message = self._message(room, method, path.encode(), headers) + body
        try:
            connection = await self._ask(room, method, message, None)
            try:
                answer = await _read(connection)
            finally:
                self._pool.give_back(room, connection)
        except (RoomAway, RoomSilent, ConnectionBroken) as error:
            log.warning("upstream_away", upstream=room, error=type(error).__name__, reason=str(error))
            raise Unavailable(headers=RETRY_AFTER) from None
        if answer.status >= 500:
            log.warning("upstream_failed", upstream=room, status=answer.status)
            raise Unavailable(headers=RETRY_AFTER)
        return answer

    async def is_ready(self, room: str) -> bool:
        """Whether ``room`` says that it can serve."""
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                return (await self.call(room, "GET", "/readyz")).status == 200
        except (Unavailable, TimeoutError):
            return False

    def _message(self, room: str, method: str, target: bytes, headers: RawHeaders) -> bytes:
        """A request's head as it goes over the wire."""
        lines = [
            b"%b %b%b HTTP/1.1\r\nhost: %b\r\n"
            % (method.encode("ascii"), self._pool.base_paths[room], target, self._pool.authorities[room])
        ]
        lines += [b"%b: %b\r\n" % header for header in headers]
        lines.append(b"\r\n")
        return b"".join(lines)

    async def _ask(self, room: str, method: str, message: bytes, streamed: Exchange | None) -> RoomConnection:
        """A connection over which the request has gone and the answer's head has come."""
        connection = await self._pool.take(room)
        try:
            await self._send(connection, method, message, streamed)
        except ConnectionBroken:
            if not connection.was_used or streamed is not None or method not in REPEATABLE:
                raise
            connection = await self._pool.take(room, fresh=True)
            await self._send(connection, method, message, None)
        return connection

    async def _send(
        self, connection: RoomConnection, method: str, message: bytes, streamed: Exchange | None
    ) -> None:
        try:
            connection.begin(message, is_head_request=method == "HEAD")
            if streamed is not None:
                await self._send_body(connection, streamed)
            await connection.head()
        except BaseException:
            connection.close()
            raise

    async def _send_body(self, connection: RoomConnection, exchange: Exchange) -> None:
        is_chunked = exchange.head.length is None
        async for chunk in exchange.body(self._most_bytes):
            if connection.has_answer:
                connection.is_reusable = False  # the room has made up its mind before the end
                return
            await connection.send(b"%x\r\n%b\r\n" % (len(chunk), chunk) if is_chunked else chunk)
        if is_chunked:
            await connection.send(b"0\r\n\r\n")


def _headers_in(head: Head, identity: str, cookies: str) -> list[tuple[bytes, bytes]]:
    headers = head.passed
    headers += (
        (IDENTITY, identity.encode("ascii")),
        (b"x-request-id", head.request_id.encode("ascii")),
        (b"traceparent", head.trace.encode("ascii")),
        (b"x-forwarded-for", head.address.encode("ascii")),
    )
    if cookies:
        headers.append((b"cookie", cookies.encode("latin-1")))
    if head.length is None:
        headers.append((b"transfer-encoding", b"chunked"))
    elif head.has_body or head.method not in SAFE_METHODS:
        headers.append((b"content-length", b"%d" % head.length))
    return headers


async def _pass_back(exchange: Exchange, connection: RoomConnection, *, cookies: bool) -> None:
    """Pass the answer back; a short one once all of it is there, so that a broken one can be told as such."""
    held: list[bytes] = []
    size = 0
    while size <= IN_ONE_PIECE and (part := await connection.part()):
        held.append(part)
        size += len(part)
    await exchange.start(connection.status, passed_out(connection.headers, cookies=cookies))
    if size <= IN_ONE_PIECE:
        await exchange.send(b"".join(held), more=False)
        return
    for part in held:
        await exchange.send(part, more=True)
    while part := await connection.part():
        await exchange.send(part, more=True)
    await exchange.send(b"", more=False)


async def _read(connection: RoomConnection) -> Answer:
    parts = []
    while part := await connection.part():
        parts.append(part)
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in connection.headers}
    return Answer(connection.status, b"".join(parts), headers)


def _problem_of(error: RoomAway | RoomSilent | ConnectionBroken) -> Problem:
    if isinstance(error, RoomAway):
        return Unavailable(headers=RETRY_AFTER)
    return UpstreamTimeout() if isinstance(error, RoomSilent) else BadGateway()
