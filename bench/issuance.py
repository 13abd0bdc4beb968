"""Issuance: keys a second by the worker's own job, against a loop that does the least that could be done.

The ceiling signs each license and stores it with its fact by two COPY statements a batch, in as many
processes, with durable commits. Both run on one PostgreSQL server, named by KEYDESK_TEST_POSTGRES_URL.
"""

import multiprocessing
import os
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from psycopg import sql
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from keydesk.chassis import migrations
from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.rooms import room
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.issuance.service import Issuer, issue_batch
from keydesk.services.licensing.issuance.signing import LicenseSigner
from keydesk.services.licensing.issuance.work import BATCH_SIZE
from keydesk.services.licensing.registrations import completion, service
from keydesk.services.licensing.registrations.lines import MAX_LINES

AIM = 0.4
SIGNING_KEY = b"s" * 32
CEILING_PAYLOAD = b"x" * 640
"""About as many bytes as a license's signed part has."""


@dataclass(frozen=True)
class Measured:
    """Keys a second with one number of processes."""

    processes: int
    issued: float
    ceiling: float

    @property
    def ratio(self) -> float:
        """What part of the ceiling is reached."""
        return self.issued / self.ceiling


def measure(server: str, *, keys: int = 20_000) -> list[Measured]:
    """Measure with one and with two processes, ``keys`` licenses each time."""
    found = []
    for processes in (1, 2):
        with _database(server, "ceiling") as url:
            _make_ceiling(url)
            ceiling = keys / _timed(processes, _reach_ceiling, url, [""] * (keys // BATCH_SIZE))
        with _database(server, "issuance") as url:
            batches = _accept(url, keys)
            issued = keys / _timed(processes, _issue, url, batches)
            _check(url, keys)
        found.append(Measured(processes, issued, ceiling))
    return found


def main() -> None:
    """Print the table."""
    table = Table("processes", "keys/s", "ceiling keys/s", "ratio", f"aim {AIM}", title="Issuance")
    for one in measure(os.environ["KEYDESK_TEST_POSTGRES_URL"]):
        verdict = "✓" if one.ratio >= AIM else "✗"
        table.add_row(
            str(one.processes), f"{one.issued:,.0f}", f"{one.ceiling:,.0f}", f"{one.ratio:.2f}", verdict
        )
    Console().print(table)


def _timed(processes: int, work: Callable[[str, list[str]], None], url: str, batches: list[str]) -> float:
    """Seconds from the moment that every process is ready until the last has done its share."""
    context = multiprocessing.get_context("spawn")
    ready = context.Barrier(processes + 1)
    workers = [
        context.Process(target=_work, args=(ready, work, url, batches[place::processes]))
        for place in range(processes)
    ]
    for worker in workers:
        worker.start()
    ready.wait(60)
    started = time.perf_counter()
    for worker in workers:
        worker.join()
    took = time.perf_counter() - started
    if any(worker.exitcode for worker in workers):
        raise RuntimeError("a worker failed")
    return took


def _work(
    ready: "multiprocessing.synchronize.Barrier", work: Callable[..., None], url: str, batches: list[str]
) -> None:
    ready.wait(60)
    work(url, batches)


def _issue(url: str, batches: list[str]) -> None:
    database = Database(url)
    signer = LicenseSigner(Ed25519PrivateKey.from_private_bytes(SIGNING_KEY))
    issuer = Issuer("https://keydesk.example", KeyVault({1: b"k" * 32}, b"l" * 32), signer)
    for batch in batches:
        issue_batch(database, issuer, batch, lambda: datetime.now(UTC))


def _reach_ceiling(url: str, batches: list[str]) -> None:
    key = Ed25519PrivateKey.from_private_bytes(SIGNING_KEY)
    with psycopg.connect(url) as connection:
        for _ in batches:
            rows = [
                (secrets.token_hex(16), secrets.token_hex(13), CEILING_PAYLOAD + key.sign(CEILING_PAYLOAD))
                for _ in range(BATCH_SIZE)
            ]
            with connection.cursor() as cursor:
                for table in ("license", "fact"):
                    with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                        copy.set_types(["text", "text", "bytea"])
                        for row in rows:
                            copy.write_row(row)
            connection.commit()


def _make_ceiling(url: str) -> None:
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE license (id text PRIMARY KEY, key text UNIQUE, file bytea)")
        connection.execute("CREATE TABLE fact (id text PRIMARY KEY, subject text, body bytea)")


def _accept(url: str, keys: int) -> list[str]:
    """Sell and register ``keys`` serial numbers; the batches that wait."""
    migrations.upgrade(room("licensing"), url)
    database = Database(url)
    now = datetime.now(UTC)
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO products"
                " (sku, name, version, platform, family, registered_alone, has_file, fields)"
                " VALUES ('KD-100', 'Harbor Cluster', '4.2', 'Linux', 'Harbor', false, true, '[]');"
                "INSERT INTO customers (customer_number, name, country) VALUES ('C-1', 'Acme', 'SE');"
                "INSERT INTO orders (order_number, customer_number, ordered_on)"
                " VALUES ('SO-1', 'C-1', '2026-01-01');"
            )
        )
        session.execute(
            text(
                "INSERT INTO entitlements (id, serial_number, order_number, sku, quantity,"
                " entitled_price_tier, support_agreement_number)"
                " SELECT 'ent_' || n, 'A' || lpad(n::text, 10, '0'), 'SO-1', 'KD-100', 1, '', ''"
                " FROM generate_series(1, :keys) n"
            ),
            {"keys": keys},
        )
    serials = [f"A{number:010d}" for number in range(1, keys + 1)]
    account_id = new_id("acc")
    for start in range(0, keys, MAX_LINES):
        with database.transaction() as session:
            draft = service.start(session, account_id, serials[start : start + MAX_LINES], now)
            completion.complete(session, account_id, draft.id, now)
    with database.reading() as session:
        batches = list(session.scalars(text("SELECT id FROM issuance_batches ORDER BY id")))
    database.dispose()
    return batches


def _check(url: str, keys: int) -> None:
    with psycopg.connect(url) as connection:
        [issued] = connection.execute("SELECT count(*) FROM license_files").fetchone() or [0]
    if issued != keys:
        raise RuntimeError(f"{issued} of {keys} licenses were issued")


@contextmanager
def _database(server: str, kind: str) -> Iterator[str]:
    name = sql.Identifier(f"keydesk_bench_{kind}_{os.getpid()}")
    with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(name))
        try:
            yield f"{server.rstrip('/')}/keydesk_bench_{kind}_{os.getpid()}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


if __name__ == "__main__":
    main()
