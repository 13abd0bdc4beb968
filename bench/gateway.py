"""The gateway: what a request costs and how much longer it takes, against nginx in front of the same room.

The gateway looks the session up, counts the request and passes a signed identity on; nginx only passes.
Both are one process, and the room behind them is an nginx that answers at once.
"""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import replace

from bench import nginx
from bench.figures import Aim, Figure, percentile
from bench.http_load import Client, Load, client
from bench.machine import Machine
from keydesk.deploy.servers.ports import free_port
from keydesk.deploy.supervisor import Process
from keydesk.gateway.credentials import Principal, now_ms
from keydesk.gateway.pipeline import RedisPipeline
from keydesk.gateway.scripts import SCRIPTS
from keydesk.gateway.sessions.repository import Sessions
from keydesk.rooms import ROOM_NAMES

CPU_AIM = Aim("ratio", at_most=4)
P99_AIM = Aim("value", at_most=5)
CONNECTIONS = 16
BODY = '{"items": [], "next_cursor": null}'
REQUEST = (
    "GET /api/v1/catalog/licenses?limit=50 HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
    "accept-language: en\r\nuser-agent: bench\r\ncookie: keydesk_session={secret}\r\n\r\n"
)
UNLIMITED = {"KEYDESK_GATEWAY_LIMITS": "account=1000000/1"}


def measure(machine: Machine, *, turns: int, requests: int) -> Iterator[Figure]:
    """Three figures of ``turns`` times ``requests`` to the gateway, nginx and the bare room in turn."""
    room_port, proxy_port = free_port(), free_port()
    room, proxy = machine.supervisor.start(
        nginx.answering(machine.folder, room_port, BODY),
        nginx.proxying(machine.folder, proxy_port, room_port),
    )
    machine.supervisor.wait_ready([room, proxy])
    gateway = _start_gateway(machine, room_port)
    request = REQUEST.format(secret=asyncio.run(open_session(machine.wiring.redis_url))).encode()
    targets = ((gateway, machine.wiring.ports[gateway.name]), (proxy, proxy_port), (room, room_port))
    with client() as sender:
        for process, port in targets:
            _load(sender, process, port, request, requests)
        loads = [
            [_load(sender, process, port, request, requests) for process, port in targets]
            for _ in range(turns)
        ]
    yield from _figures(*zip(*loads, strict=True))


def _figures(gateway: Sequence[Load], proxy: Sequence[Load], room: Sequence[Load]) -> Iterator[Figure]:
    yield Figure("gateway, requests", _rate(gateway), "1/s", "nginx as proxy", _rate(proxy))
    cpu, least = _cpu_ms(gateway), _cpu_ms(proxy)
    yield Figure("gateway, CPU a request", cpu, "ms", "nginx as proxy", least, CPU_AIM)
    through, by_nginx, without = (_p99_ms(loads) for loads in (gateway, proxy, room))
    yield Figure(
        f"gateway, added p99 at {CONNECTIONS} connections",
        through - without,
        "ms",
        "nginx as proxy",
        by_nginx - without,
        P99_AIM,
        turns=[[_p99_ms([load]) for load in turn] for turn in zip(gateway, proxy, room, strict=True)],
    )


def _rate(loads: Sequence[Load]) -> float:
    return sum(load.requests for load in loads) / sum(load.seconds for load in loads)


def _cpu_ms(loads: Sequence[Load]) -> float:
    return sum(load.cpu_seconds for load in loads) * 1000 / sum(load.requests for load in loads)


def _p99_ms(loads: Sequence[Load]) -> float:
    return percentile([latency for load in loads for latency in load.latencies], 99) * 1000


def _load(sender: Client, process: Process, port: int, request: bytes, requests: int) -> Load:
    if process.pid is None:
        raise RuntimeError(f"{process.name} does not run")
    return sender.load(port, process.pid, request, connections=CONNECTIONS, requests=requests)


def _start_gateway(machine: Machine, room_port: int) -> Process:
    """The gateway as the stack runs it, with the same room behind every address."""
    ports = dict(machine.wiring.ports) | dict.fromkeys(ROOM_NAMES, room_port)
    wiring = replace(machine.wiring, ports=ports, more=UNLIMITED)
    return replace(machine, wiring=wiring).start("gateway")


async def open_session(redis_url: str, account_id: str = "acc_bench") -> str:
    """Log somebody in; the session's secret."""
    redis = RedisPipeline(redis_url, SCRIPTS)
    principal = Principal(
        account_id=account_id,
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
