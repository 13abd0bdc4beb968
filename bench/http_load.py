"""A client that costs little: connections that send the same request whenever they have their answer.

It works in a process of its own, so that what it costs is not counted with what it measures.
"""

import asyncio
import multiprocessing
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.pool import Pool
from typing import cast

import uvloop

from bench.machine import cpu_seconds


@dataclass(frozen=True)
class Load:
    """What one program did under load."""

    requests: int
    seconds: float
    latencies: list[float]
    """Seconds that each request took."""
    cpu_seconds: float
    """Processor time that the program used."""


class Client:
    """See the module; made by `client`."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def load(self, port: int, pid: int, request: bytes, *, connections: int, requests: int) -> Load:
        """Send so many requests to the program ``pid`` on ``port``. Raises for any answer but 200."""
        before = cpu_seconds(pid)
        seconds, latencies = self._pool.apply(_run, (port, request, connections, requests))
        return Load(requests, seconds, latencies, cpu_seconds(pid) - before)


@contextmanager
def client() -> Iterator[Client]:
    """A client for the length of a block."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        yield Client(pool)


def _run(port: int, request: bytes, connections: int, requests: int) -> tuple[float, list[float]]:
    return uvloop.run(_send(port, request, connections, requests))


async def _send(port: int, request: bytes, connections: int, requests: int) -> tuple[float, list[float]]:
    budget = [requests]
    latencies: list[float] = []
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    opened = [
        (await loop.create_connection(lambda: _Connection(request, budget, latencies), "127.0.0.1", port))[1]
        for _ in range(connections)
    ]
    await asyncio.gather(*(one.done for one in opened))
    return time.perf_counter() - started, latencies


class _Connection(asyncio.Protocol):
    def __init__(self, request: bytes, budget: list[int], latencies: list[float]) -> None:
        self._request = request
        self._budget = budget
        self._latencies = latencies
        self._got = b""
        self._sent = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, end, body = self._got.partition(b"\r\n\r\n")
        if not end or len(body) < _length(head):
            return
        if not head.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._got.decode("latin-1")))
            return
        self._latencies.append(time.perf_counter() - self._sent)
        self._got = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(exc or RuntimeError("the connection was closed"))

    def _next(self) -> None:
        if self._budget[0] <= 0:
            self.done.set_result(None)
            self._transport.close()
            return
        self._budget[0] -= 1
        self._sent = time.perf_counter()
        self._transport.write(self._request)


def _length(head: bytes) -> int:
    _, _, rest = head.lower().partition(b"\r\ncontent-length:")
    return int(rest.partition(b"\r\n")[0])
