"""The gateway: what a request costs and how much longer it takes, against nginx in front of the same room.

The gateway looks the session up, counts the request and passes a signed identity on; nginx only passes.
Both are one process, the room behind them is an nginx that answers at once. Redis is the one named by
KEYDESK_TEST_REDIS_URL. Processor time is the process's own, from /proc.
"""

import asyncio
import json
import multiprocessing
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import cast

import uvloop
from joserfc.jwk import KeySet
from rich.console import Console
from rich.table import Table

from keydesk.chassis.identity import generate_key
from keydesk.gateway.credentials import Principal, now_ms
from keydesk.gateway.pipeline import RedisPipeline
from keydesk.gateway.routing import ROOMS
from keydesk.gateway.scripts import SCRIPTS
from keydesk.gateway.sessions.repository import Sessions

CPU_AIM = 4.0
"""Times nginx's processor time per request, at most."""
P99_AIM_MS = 5.0
"""Milliseconds that the gateway adds to the 99th percentile at `CONNECTIONS` connections, at most."""
CONNECTIONS = 16
BODY = b'{"items": [], "next_cursor": null}'
PATH = "/api/v1/catalog/licenses"
UNLIMITED = "account=1000000/1"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Load:
    """What one program did under load."""

    requests_per_second: float
    p50_ms: float
    p99_ms: float
    cpu_ms: float
    """Processor time of the program for one request; 0 where nobody asked for it."""


@dataclass(frozen=True)
class Figures:
    """The gateway beside nginx and beside the bare room."""

    gateway: Load
    nginx: Load
    room: Load

    @property
    def cpu_ratio(self) -> float:
        """How many times nginx's processor time a request costs."""
        return self.gateway.cpu_ms / self.nginx.cpu_ms

    @property
    def added_p99_ms(self) -> float:
        """How much longer the slowest hundredth takes than without anything in between."""
        return self.gateway.p99_ms - self.room.p99_ms


def measure(redis_url: str, *, requests: int = 20_000) -> Figures:
    """Measure all three, one after the other, ``requests`` each after a warm-up."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="keydesk-bench-")))
        room_port, _ = stack.enter_context(_nginx(folder, "room", f"return 200 '{BODY.decode()}';"))
        nginx_port, nginx_pid = stack.enter_context(
            _nginx(folder, "proxy", "proxy_pass http://room;", upstream=room_port)
        )
        gateway_port, gateway_pid = stack.enter_context(_gateway(folder, redis_url, room_port))
        secret = asyncio.run(_open_session(redis_url))
        return Figures(
            gateway=_load(gateway_port, gateway_pid, requests, secret),
            nginx=_load(nginx_port, nginx_pid, requests, secret),
            room=_load(room_port, None, requests, secret),
        )


def main() -> Figures:
    """Measure, print a table, and return the figures."""
    figures = measure(os.environ["KEYDESK_TEST_REDIS_URL"])
    table = Table(title=f"Gateway, session and identity included, {CONNECTIONS} connections")
    for column in ("", "requests/s", "p50 ms", "p99 ms", "CPU ms a request"):
        table.add_column(column, justify="right" if column else "left")
    for name, load in (
        ("gateway", figures.gateway),
        ("nginx", figures.nginx),
        ("the bare room", figures.room),
    ):
        cpu = f"{load.cpu_ms:.3f}" if load.cpu_ms else "-"
        table.add_row(
            name, f"{load.requests_per_second:,.0f}", f"{load.p50_ms:.2f}", f"{load.p99_ms:.2f}", cpu
        )
    console = Console()
    console.print(table)
    console.print(
        f"CPU: {figures.cpu_ratio:.1f} times nginx's (aim {CPU_AIM:.0f}); "
        f"p99: {figures.added_p99_ms:.1f} ms added (aim {P99_AIM_MS:.0f})"
    )
    return figures


class _Client(asyncio.Protocol):
    """One connection that sends a request whenever it has its answer."""

    def __init__(self, request: bytes, budget: list[int], seconds: list[float]) -> None:
        self._request = request
        self._budget = budget
        self._seconds = seconds
        self._got = b""
        self._sent = 0.0
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or len(self._got) < end + 4 + len(BODY):
            return
        if not self._got.startswith(b"HTTP/1.1 200"):
            self.done.set_exception(RuntimeError(self._got.decode("latin-1")))
            return
        self._seconds.append(time.perf_counter() - self._sent)
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


async def _send(port: int, request: bytes, requests: int) -> tuple[float, list[float]]:
    budget = [requests]
    seconds: list[float] = []
    loop = asyncio.get_running_loop()
    started = time.perf_counter()
    clients = [
        (await loop.create_connection(lambda: _Client(request, budget, seconds), "127.0.0.1", port))[1]
        for _ in range(CONNECTIONS)
    ]
    await asyncio.gather(*(client.done for client in clients))
    return time.perf_counter() - started, seconds


def _run_load(port: int, request: bytes, requests: int) -> tuple[float, list[float]]:
    return uvloop.run(_send(port, request, requests))


def _load(port: int, pid: int | None, requests: int, secret: str) -> Load:
    request = (
        f"GET {PATH}?limit=50 HTTP/1.1\r\nhost: 127.0.0.1:{port}\r\naccept: application/json\r\n"
        f"accept-language: en\r\nuser-agent: bench\r\ncookie: keydesk_session={secret}\r\n\r\n"
    ).encode()
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        pool.apply(_run_load, (port, request, requests // 5))
        before = _cpu_seconds(pid)
        elapsed, seconds = pool.apply(_run_load, (port, request, requests))
        spent = _cpu_seconds(pid) - before
    percentiles = quantiles(seconds, n=100)
    return Load(
        requests_per_second=requests / elapsed,
        p50_ms=percentiles[49] * 1000,
        p99_ms=percentiles[98] * 1000,
        cpu_ms=spent * 1000 / requests,
    )


def _cpu_seconds(pid: int | None) -> float:
    if pid is None:
        return 0.0
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


async def _open_session(redis_url: str) -> str:
    redis = RedisPipeline(redis_url, SCRIPTS)
    principal = Principal(
        account_id="acc_bench",
        login_id="bench@example.com",
        name="Bench",
        company_name="Bench",
        roles=["customer"],
        verified=True,
        agreed=True,
        language="en",
        session_epoch=1,
    )
    opened = await Sessions(redis, idle=3600, lifetime=3600).open(principal, now_ms())
    redis.close()
    return opened.secret


@contextmanager
def _nginx(folder: Path, name: str, action: str, *, upstream: int | None = None) -> Iterator[tuple[int, int]]:
    """An nginx of one process that does ``action``; gives its port and process id."""
    nginx = shutil.which("nginx", path=f"{os.environ.get('PATH', os.defpath)}:/usr/sbin")
    if nginx is None:
        raise RuntimeError("nginx is needed to compare with (Debian: nginx-light)")
    port = _free_port()
    behind = f"upstream room {{ server 127.0.0.1:{upstream}; keepalive 32; }}" if upstream else ""
    (folder / name).mkdir()
    configuration = folder / name / "nginx.conf"
    configuration.write_text(
        f"daemon off; master_process off; pid {folder / name}/pid; error_log stderr error;"
        f"events {{ worker_connections 512; }} http {{ access_log off; default_type application/json;"
        f"client_body_temp_path {folder / name}; proxy_temp_path {folder / name};"
        f"fastcgi_temp_path {folder / name}; uwsgi_temp_path {folder / name}; scgi_temp_path {folder / name};"
        f"keepalive_requests 10000000; {behind} server {{ listen 127.0.0.1:{port}; location / {{"
        f'proxy_http_version 1.1; proxy_set_header Connection ""; {action} }} }} }}'
    )
    process = subprocess.Popen([nginx, "-p", str(folder / name), "-c", str(configuration)])  # noqa: S603
    with _ends(process):
        _wait_for(port, process)
        yield port, process.pid


@contextmanager
def _gateway(folder: Path, redis_url: str, room_port: int) -> Iterator[tuple[int, int]]:
    """The gateway as `keydesk serve` runs it, every room behind it the same; port and process id."""
    key = generate_key("gateway")
    (folder / "key.json").write_text(json.dumps(key.as_dict(private=True)))
    (folder / "jwks.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    port = _free_port()
    environment = {
        "KEYDESK_REDIS_URL": redis_url,
        "KEYDESK_PEERS": json.dumps(dict.fromkeys(sorted(ROOMS), f"http://127.0.0.1:{room_port}")),
        "KEYDESK_IDENTITY_KEY_FILE": str(folder / "key.json"),
        "KEYDESK_IDENTITY_JWKS_FILE": str(folder / "jwks.json"),
        "KEYDESK_GATEWAY_LIMITS": UNLIMITED,
    }
    process = subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-c", "from keydesk.cli import main; main()", "serve", "gateway", f"--port={port}"],
        env={**os.environ, **environment},
    )
    with _ends(process):
        _wait_for(port, process)
        yield port, process.pid


@contextmanager
def _ends(process: "subprocess.Popen[bytes]") -> Iterator[None]:
    try:
        yield
    finally:
        process.terminate()
        process.wait()


def _wait_for(port: int, process: "subprocess.Popen[bytes]") -> None:
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"{process.args!r} ended at its start") from None
            time.sleep(0.02)
        else:
            return


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    main()
