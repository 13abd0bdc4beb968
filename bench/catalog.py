"""The License Catalog's search on a million licenses: ten typical questions, by people who see few or many.

The limit is the same page read by one index scan, without any question of who may see what.
"""

import asyncio
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

import psycopg
from sqlalchemy.orm import Session

from bench.catalog_world import GUEST, HUNDREDTH, TENTH, settle
from bench.figures import Aim, Figure, percentile
from bench.gateway import UNLIMITED, open_session
from bench.http_load import client
from bench.machine import Machine
from keydesk.chassis.database import Database
from keydesk.rooms import ROOM_NAMES
from keydesk.services.catalog.licenses.criteria import ListParameters
from keydesk.services.catalog.licenses.service import list_licenses

IN_THE_DATABASE = Aim("value", at_most=50)
THROUGH_THE_GATEWAY = Aim("value", at_most=100)
LOGARITHMIC = Aim("ratio", at_most=1.25)
"""A page for ten times as many licenses: log(100,000) / log(10,000)."""

QUESTIONS: dict[str, dict[str, Any]] = {
    "newest first": {},
    "by serial number": {"serial_number": "K0000000"},
    "by order": {"order_number": "SO-5000"},
    "a product that ends soon": {"product": "SKU-10", "status": "maintenance_ending"},
    "one word": {"query": "archive"},
    "two words": {"query": "ledger solaris company"},
    "a host": {"query": "9e3779b1"},
    "a word that nothing has": {"query": "zanzibar"},
    "end of maintenance": {"sort": "maintenance_end"},
    "ordered in a month": {"ordered_from": "2022-03-01", "ordered_to": "2022-03-31", "sort": "product"},
}
PEOPLE = {"owner of 100,000": TENTH, "guest of 100,000": GUEST, "owner of 10,000": HUNDREDTH}
_LEAST = "SELECT * FROM licenses WHERE owner_account_id = %s ORDER BY registered_order DESC, id DESC LIMIT 51"


def measure(machine: Machine, *, turns: int, licenses: int) -> Iterator[Figure]:
    """p50 and p99 of all questions by each person, in the database and through the gateway."""
    url = machine.database_url("catalog")
    settle(url, licenses)
    database = Database(url)
    with database.reading() as session, psycopg.connect(url, autocommit=True) as connection:
        least = _ms(lambda: connection.execute(_LEAST, [TENTH]).fetchall(), turns)
        medians: dict[str, float] = {}
        for person, account_id in PEOPLE.items():
            found = {
                question: _ms(lambda: _ask(session, account_id, asked), turns)  # noqa: B023 - called at once
                for question, asked in QUESTIONS.items()
            }
            every = sorted(time for times in found.values() for time in times)
            slowest = max(found, key=lambda question: percentile(found[question], 99))
            medians[person] = percentile(found["newest first"], 50)
            limit = percentile(least, 50)
            yield Figure(
                f"catalog search, p50, {person}", percentile(every, 50), "ms", "an index scan", limit
            )
            yield Figure(
                f"catalog search, p99, {person} (slowest: {slowest})",
                percentile(every, 99),
                "ms",
                "an index scan",
                percentile(least, 99),
                IN_THE_DATABASE,
                [
                    [question, percentile(times, 50), percentile(times, 99)]
                    for question, times in found.items()
                ],
            )
    database.dispose()
    yield Figure(
        "a page of 100,000 licenses",
        medians["owner of 100,000"],
        "ms",
        "a page of 10,000",
        medians["owner of 10,000"],
        LOGARITHMIC,
    )
    yield from _through_the_gateway(machine, turns=turns)


def _ask(session: Session, account_id: str, asked: dict[str, Any]) -> None:
    list_licenses(session, account_id, ListParameters(**asked), limit=50, cursor=None, now=datetime.now(UTC))


def _ms(question: Callable[[], object], turns: int) -> list[float]:
    """Milliseconds of each of ``turns`` tries, after one to warm up."""
    question()
    times = []
    for _ in range(turns):
        started = time.perf_counter()
        question()
        times.append((time.perf_counter() - started) * 1000)
    return times


def _through_the_gateway(machine: Machine, *, turns: int) -> Iterator[Figure]:
    room = machine.start("catalog")
    ports = dict(machine.wiring.ports) | dict.fromkeys(ROOM_NAMES, machine.wiring.ports[room.name])
    gateway = replace(machine, wiring=replace(machine.wiring, ports=ports, more=UNLIMITED)).start("gateway")
    if gateway.pid is None:
        raise RuntimeError("the gateway does not run")
    secret = asyncio.run(open_session(machine.wiring.redis_url, TENTH))
    times: list[float] = []
    alone: list[float] = []
    with client() as sender:
        for asked in QUESTIONS.values():
            target = f"/api/v1/catalog/licenses?{urlencode(asked)}"
            request = (
                f"GET {target} HTTP/1.1\r\nhost: 127.0.0.1\r\naccept: application/json\r\n"
                f"cookie: keydesk_session={secret}\r\n\r\n"
            ).encode()
            sender.load(ports[gateway.name], gateway.pid, request, connections=1, requests=2)
            load = sender.load(ports[gateway.name], gateway.pid, request, connections=1, requests=turns)
            times += load.latencies
        live = b"GET /livez HTTP/1.1\r\nhost: 127.0.0.1\r\n\r\n"
        alone = sender.load(
            ports[gateway.name], gateway.pid, live, connections=1, requests=turns * 10
        ).latencies
    yield Figure(
        "catalog search through the gateway, p99, owner of 100,000",
        percentile(times, 99) * 1000,
        "ms",
        "the gateway alone",
        percentile(alone, 99) * 1000,
        THROUGH_THE_GATEWAY,
    )
