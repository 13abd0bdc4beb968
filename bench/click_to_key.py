"""Click to key with an idle queue, against a bare chain of the same hops.

A click completes a registration of one serial number through the gateway, and the same client asks until its
key is there. The bare chain commits a row, publishes it with a confirm, takes it from its queue, signs, and
commits the result: what no design with a database and a broker can do without.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pika
import psycopg
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from pika import BlockingConnection

from bench.figures import Aim, Figure, percentile
from bench.sales import sell
from keydesk.chassis.messaging.amqp_connection import parameters_of
from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.main_job import MainJob
from keydesk.deploy.main_job.client import PublicApi

AIM = Aim("value", at_most=1000)
"""Milliseconds at the 99th percentile."""
QUEUE = "bench.hop"
LOOK_SECONDS = 0.005


def measure(stack: EmbeddedStack, folder: Path, *, clicks: int) -> Iterator[Figure]:
    """Two figures in milliseconds: the median and the 99th percentile of clicks one after the other."""
    url = stack.wiring.database_urls["licensing"]
    took: list[float] = []
    least: list[float] = []
    with PublicApi(stack.public_url) as api, _chain(url, stack.wiring.broker_url) as hop:
        _log_in(api, stack.mailbox_url, folder)
        for serial_number in sell(url, clicks + 1):
            least.append(hop() * 1000)
            took.append(_click(api, serial_number) * 1000)
    turns = [list(pair) for pair in zip(took[1:], least[1:], strict=True)]  # the first warms up
    for percent, aim in ((50, None), (99, AIM)):
        subject, limit = (percentile(numbers[1:], percent) for numbers in (took, least))
        yield Figure(f"click to key, p{percent}", subject, "ms", "bare chain of hops", limit, aim, turns)


def _log_in(api: PublicApi, mailbox_url: str, folder: Path) -> None:
    job = MainJob(api, mailbox_url, folder, [])
    job.sign_up()
    job.verify_address()
    job.log_in()


def _click(api: PublicApi, serial_number: str) -> float:
    body = {"serial_numbers": [serial_number]}
    path = f"/api/v1/registrations/{api.call('POST', '/api/v1/registrations', 201, body).json()['id']}"
    started = time.perf_counter()
    api.call("POST", f"{path}/complete", 202)
    while api.get(path)["status"] != "completed":
        time.sleep(LOOK_SECONDS)
    return time.perf_counter() - started


@contextmanager
def _chain(url: str, broker: str) -> Iterator[Callable[[], float]]:
    key = Ed25519PrivateKey.generate()
    with psycopg.connect(url) as database, BlockingConnection(parameters_of(broker)) as connection:
        database.execute("CREATE SCHEMA bench")
        for table in ("click", "license"):
            database.execute(f"CREATE TABLE bench.{table} (id text PRIMARY KEY, body bytea)")
        database.commit()
        channel = connection.channel()
        channel.confirm_delivery()
        channel.queue_declare(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        arriving = channel.consume(QUEUE)

        def hop() -> float:
            started = time.perf_counter()
            id = secrets.token_hex(16)
            database.execute("INSERT INTO bench.click VALUES (%s, '')", [id])
            database.commit()
            channel.basic_publish("", QUEUE, id.encode(), pika.BasicProperties(delivery_mode=2))
            method, _, body = next(arriving)
            database.execute("INSERT INTO bench.license VALUES (%s, %s)", [id, key.sign(body)])
            database.commit()
            channel.basic_ack(method.delivery_tag)
            return time.perf_counter() - started

        yield hop
        channel.cancel()
        channel.queue_delete(QUEUE)
        database.execute("DROP SCHEMA bench CASCADE")
