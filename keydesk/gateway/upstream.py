"""The rooms behind the door: pooled connections, requests passed on and answers passed back, as they come."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from yarl import URL

from keydesk.chassis.identity import HEADER
from keydesk.chassis.problems import Malformed, Problem, Unavailable
from keydesk.chassis.settings import BadSettings
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.gateway.exchange import ClientGone, Exchange
from keydesk.gateway.headers import Head, passed_out
from keydesk.gateway.identities import Identities
from keydesk.gateway.problems import BadGateway, UpstreamTimeout
from keydesk.gateway.routing import PORTAL, ROOMS
from keydesk.gateway.settings import GatewaySettings

log = get_logger(__name__)

CONNECT_SECONDS = 2.0
KEEP_ALIVE_SECONDS = 4.0
"""Below the five seconds after which uvicorn closes an idle connection: none is used while it closes."""
IN_ONE_PIECE = 64 * 1024
"""Bodies up to this size are passed in one piece, larger ones part by part."""
RETRY_AFTER = {"Retry-After": "2"}


@dataclass(frozen=True)
class Answer:
    """A room's answer to a call of the gateway's own."""

    status: int
    body: bytes
    headers: Mapping[str, str]

    def json(self) -> Any:
        """The body, read as JSON."""
        return orjson.loads(self.body)


class Upstreams:
    """Connections to every room. Open and close it in the event loop that uses it."""

    def __init__(self, settings: GatewaySettings, identities: Identities) -> None:
        missing = sorted(ROOMS - settings.peers.keys())
        if missing:
            raise BadSettings(f"KEYDESK_PEERS names no address for {', '.join(missing)}")
        self._addresses = {room: settings.peers[room].rstrip("/") for room in ROOMS}
        self._identities = identities
        self._settings = settings
        self._http: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the pool."""
        self._http = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=KEEP_ALIVE_SECONDS),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(
                total=None, sock_connect=CONNECT_SECONDS, sock_read=self._settings.upstream_timeout
            ),
            auto_decompress=False,
            skip_auto_headers=("accept", "accept-encoding", "content-type", "user-agent"),
        )

    async def close(self) -> None:
        """Close every connection."""
        if self._http is not None:
            await self._http.close()

    async def forward(self, exchange: Exchange, room: str, identity: str, cookies: str) -> int:
        """Pass a request on to ``room`` and its answer back; returns the answer's status.

        Raises `Unavailable` where the room is away and nothing was done, `BadGateway` and
        `UpstreamTimeout` where it is not known what was done.
        """
        body = _Body(exchange, self._settings.max_body_bytes)
        try:
            data = await body.to_pass()
            async with self._pool.request(
                exchange.head.method,
                URL(self._addresses[room] + exchange.head.target, encoded=True),
                headers=_headers_in(exchange.head, identity, cookies),
                data=data,
                allow_redirects=False,
            ) as answer:
                await _pass_back(exchange, answer, cookies=room == PORTAL)
                return answer.status
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            if body.failure is not None:
                raise body.failure from None
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
        headers = {HEADER: self._identities.of_gateway(room)}
        if json is not None:
            headers["content-type"] = "application/json"
        if language is not None:
            headers["accept-language"] = language
        if request_id is not None:
            headers["x-request-id"] = request_id
        try:
            async with self._pool.request(
                method,
                URL(self._addresses[room] + path, encoded=True),
                data=orjson.dumps(json) if json is not None else None,
                headers=headers,
            ) as answer:
                content = await answer.read()
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            log.warning("upstream_away", upstream=room, error=type(error).__name__)
            raise Unavailable(headers=RETRY_AFTER) from None
        if answer.status >= 500:
            log.warning("upstream_failed", upstream=room, status=answer.status)
            raise Unavailable(headers=RETRY_AFTER)
        return Answer(answer.status, content, answer.headers)

    async def is_ready(self, room: str) -> bool:
        """Whether ``room`` says that it can serve."""
        try:
            async with (
                asyncio.timeout(CONNECT_SECONDS),
                self._pool.get(self._addresses[room] + "/readyz") as answer,
            ):
                return answer.status == 200
        except (aiohttp.ClientError, TimeoutError):
            return False

    @property
    def _pool(self) -> aiohttp.ClientSession:
        if self._http is None:
            raise RuntimeError("the pool is not open")
        return self._http


class _Body:
    """A request's body on its way to a room, remembering why it broke off."""

    def __init__(self, exchange: Exchange, limit: int) -> None:
        self._exchange = exchange
        self._limit = limit
        self.failure: Problem | ClientGone | None = None

    async def to_pass(self) -> bytes | AsyncIterator[bytes] | None:
        """The body as aiohttp takes it; none for a request without one."""
        head = self._exchange.head
        if not head.has_body:
            return None
        if head.length is None or head.length > IN_ONE_PIECE:
            return self._parts()
        return await self._exchange.whole_body(self._limit)

    async def _parts(self) -> AsyncIterator[bytes]:
        try:
            async for chunk in self._exchange.body(self._limit):
                yield chunk
        except (Problem, ClientGone) as failure:
            self.failure = failure
            raise


def _headers_in(head: Head, identity: str, cookies: str) -> list[tuple[str, str]]:
    headers = head.passed
    headers.append((HEADER, identity))
    headers.append(("x-request-id", head.request_id))
    headers.append(("traceparent", head.trace))
    headers.append(("x-forwarded-for", head.address))
    if cookies:
        headers.append(("cookie", cookies))
    if head.length is not None and head.has_body:
        headers.append(("content-length", str(head.length)))
    return headers


async def _pass_back(exchange: Exchange, answer: aiohttp.ClientResponse, *, cookies: bool) -> None:
    headers = passed_out(answer.raw_headers, cookies=cookies)
    if exchange.head.method == "HEAD" or (answer.content_length or IN_ONE_PIECE + 1) <= IN_ONE_PIECE:
        content = await answer.read()
        await exchange.start(answer.status, headers)
        await exchange.send(content, more=False)
        return
    await exchange.start(answer.status, headers)
    async for chunk in answer.content.iter_any():
        await exchange.send(chunk, more=True)
    await exchange.send(b"", more=False)


def _problem_of(error: Exception) -> Problem:
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Unavailable(headers=RETRY_AFTER)
    if isinstance(error, TimeoutError):
        return UpstreamTimeout()
    if isinstance(error, aiohttp.ClientError):
        return BadGateway()
    return Malformed()
