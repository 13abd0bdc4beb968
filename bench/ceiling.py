"""The ceiling of issuing: processes that do the least that could be done, over and over.

They sign each license and store it with its fact by two COPY statements a batch, with durable commits. There
is no queue, no check, no encryption, no history.
"""

import multiprocessing
import secrets
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.connection import Connection

import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from keydesk.services.licensing.issuance.work import BATCH_SIZE

_PAYLOAD = b"x" * 640
"""About as many bytes as a license's signed part has."""


class Ceiling:
    """Processes that are connected and wait for work."""

    def __init__(self, connections: list["Connection[int, bool]"]) -> None:
        self._connections = connections

    def keys_per_second(self, batches: int) -> float:
        """How fast they are, with ``batches`` spread over them."""
        shares = [
            len(range(place, batches, len(self._connections))) for place in range(len(self._connections))
        ]
        started = time.perf_counter()
        for connection, share in zip(self._connections, shares, strict=True):
            connection.send(share)
        for connection in self._connections:
            connection.recv()
        return batches * BATCH_SIZE / (time.perf_counter() - started)


@contextmanager
def ceiling(url: str, processes: int) -> Iterator[Ceiling]:
    """So many processes on tables of their own in the database at ``url``."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE SCHEMA IF NOT EXISTS ceiling")
        connection.execute("DROP TABLE IF EXISTS ceiling.license, ceiling.fact")
        connection.execute("CREATE TABLE ceiling.license (id text PRIMARY KEY, key text UNIQUE, file bytea)")
        connection.execute("CREATE TABLE ceiling.fact (id text PRIMARY KEY, subject text, body bytea)")
    context = multiprocessing.get_context("spawn")
    pipes = [context.Pipe() for _ in range(processes)]
    workers = [context.Process(target=_work, args=(url, theirs), daemon=True) for _, theirs in pipes]
    for worker in workers:
        worker.start()
    for ours, _ in pipes:
        ours.recv()
    try:
        yield Ceiling([ours for ours, _ in pipes])
    finally:
        for ours, _ in pipes:
            ours.send(-1)
        for worker in workers:
            worker.join()


def _work(url: str, orders: "Connection[bool, int]") -> None:
    key = Ed25519PrivateKey.generate()
    with psycopg.connect(url) as connection:
        orders.send(True)
        while (batches := orders.recv()) >= 0:
            for _ in range(batches):
                _issue(connection, key)
            orders.send(True)


def _issue(connection: "psycopg.Connection[tuple[object, ...]]", key: Ed25519PrivateKey) -> None:
    rows = [
        (secrets.token_hex(16), secrets.token_hex(13), _PAYLOAD + key.sign(_PAYLOAD))
        for _ in range(BATCH_SIZE)
    ]
    with connection.cursor() as cursor:
        for table in ("license", "fact"):
            with cursor.copy(f"COPY ceiling.{table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(["text", "text", "bytea"])
                for row in rows:
                    copy.write_row(row)
    connection.commit()
