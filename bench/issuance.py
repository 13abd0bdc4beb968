"""Issuance: keys a second through the queue, from accepted registrations to keys and facts that are stored.

The workers are those of ``keydesk worker licensing``. Within a turn the relay publishes the jobs and nothing
else: publishing facts is measured by itself (`bench.relay`).
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

import psycopg
from pika import BlockingConnection

from bench.ceiling import ceiling
from bench.figures import Aim, Figure, Turns
from bench.machine import Machine
from bench.sales import accept, sell
from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.amqp_bus import AmqpBus
from keydesk.chassis.messaging.amqp_connection import parameters_of
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.relay import Relay
from keydesk.services.licensing.issuance.work import BATCH_SIZE, ISSUE_BATCH

AIM = Aim("ratio", at_least=0.4)
WORKERS = (1, 2)
NAMES = Names()
LOOK_SECONDS = 0.01


def measure(machine: Machine, *, turns: int, batches: int) -> Iterator[Figure]:
    """A figure for each number of workers: ``turns`` times ``batches`` of keys, the ceiling in between."""
    url = machine.database_url("licensing")
    keys = batches * BATCH_SIZE
    unsold = iter(sell(url, len(WORKERS) * (turns + 1) * keys))
    running = 0
    with _issuing(machine) as issuing:
        for workers in WORKERS:
            while running < workers:
                running += 1
                machine.start("licensing-worker", number=running)
            issuing.wait_for_workers(workers)
            measured = Turns()
            with ceiling(url, workers) as least:
                for turn in range(turns + 1):
                    serial_numbers = [next(unsold) for _ in range(keys)]
                    limit, subject = least.keys_per_second(batches), issuing.keys_per_second(serial_numbers)
                    if turn:  # the first warms up
                        measured.limit.append(limit)
                        measured.subject.append(subject)
            name = f"issuance through the queue, {workers} worker{'s' * (workers > 1)}"
            yield measured.figure(name, "keys/s", "sign + 2 COPY", AIM)


class _Issuing:
    """Accepts registrations, hands their jobs to the workers, and waits for the keys."""

    def __init__(
        self, database: Database, relay: Relay, connection: "psycopg.Connection[tuple[int]]", broker: str
    ) -> None:
        self._database = database
        self._relay = relay
        self._connection = connection
        self._broker = broker
        self._account_id = new_id("acc")

    def keys_per_second(self, serial_numbers: Sequence[str]) -> float:
        """From the moment that the registration is accepted until its last batch is issued."""
        accept(self._database, self._account_id, serial_numbers, datetime.now(UTC))
        started = time.perf_counter()
        self._relay.publish_due()
        while self._unissued():
            time.sleep(LOOK_SECONDS)
        seconds = time.perf_counter() - started
        self._relay.publish_due()  # the facts, so that the next turn's jobs are first
        return len(serial_numbers) / seconds

    def wait_for_workers(self, count: int) -> None:
        """Until so many workers wait for jobs."""
        AmqpBus(self._broker, NAMES).declare_work(ISSUE_BATCH.queue)
        with BlockingConnection(parameters_of(self._broker)) as connection:
            channel = connection.channel()
            queue = NAMES.queue(ISSUE_BATCH.queue)
            while channel.queue_declare(queue, passive=True).method.consumer_count < count:
                time.sleep(LOOK_SECONDS)

    def _unissued(self) -> int:
        row = self._connection.execute(
            "SELECT count(*) FROM issuance_batches WHERE status <> 'issued'"
        ).fetchone()
        return row[0] if row else 0


@contextmanager
def _issuing(machine: Machine) -> Iterator[_Issuing]:
    url, broker = machine.database_url("licensing"), machine.wiring.broker_url
    database, relay = Database(url), Relay("licensing", url, broker, names=NAMES)
    try:
        with psycopg.connect(url, autocommit=True) as connection:
            yield _Issuing(database, relay, connection, broker)
    finally:
        relay.close()
        database.dispose()
