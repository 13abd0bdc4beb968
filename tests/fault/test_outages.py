"""Servers that are away for a while, and messages that nobody can take in."""

import itertools
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing

import psycopg
import pytest
from httpx2 import Client

from keydesk.deploy.embedded import Broker, EmbeddedStack
from keydesk.deploy.servers import rabbitmq
from tests.e2e.people import logged_in
from tests.e2e.sales import sell
from tests.fault.conftest import StackOn
from tests.fault.customer import Customer
from tests.fault.switches import deaths, start, stop
from tests.waiting import until

pytestmark = [pytest.mark.feature("G11"), pytest.mark.timeout(300)]

BROKER: Broker = "rabbitmq" if rabbitmq.is_installed() else "valkey"
BACKGROUND = ("relay", "consumers", "licensing-worker", "workers")
AWAY_SECONDS = 5
ASKED = ("/api/v1/me", "/api/v1/registrations", "/api/v1/catalog/licenses", "/licenses")
"""What is asked while the database is away: three services, and the portal."""
PATIENCE_SECONDS = 60


@pytest.fixture(scope="module")
def stack(stack_on: StackOn) -> EmbeddedStack:
    return stack_on(BROKER)


@pytest.fixture(scope="module")
def sold(stack: EmbeddedStack) -> Iterator[str]:
    """Serial numbers that were sold, each to be taken once."""
    serial_numbers = [f"Q{number:010}" for number in range(10)]
    with closing(logged_in(stack, "operator")) as operator:
        sell(operator, "FA-200", serial_numbers)
    return iter(serial_numbers)


@pytest.fixture(scope="module")
def client(stack: EmbeddedStack) -> Iterator[Client]:
    with closing(logged_in(stack, "anna")) as client:
        yield client


@pytest.fixture
def customer(client: Client) -> Customer:
    return Customer(client)


def in_catalog(client: Client, serial_number: str) -> bool:
    answer = client.get("/api/v1/catalog/licenses", params={"query": serial_number})
    return answer.is_success and len(answer.json()["items"]) == 1


def keydesk(stack: EmbeddedStack, *arguments: str) -> str:
    """What the command line says to somebody who looks after this stack."""
    environment = {"PATH": os.defpath, "LC_ALL": "C.UTF-8", **stack.wiring.everything()}
    command = [sys.executable, "-m", "keydesk", *arguments]
    return subprocess.run(command, env=environment, check=True, capture_output=True, text=True).stdout  # noqa: S603 - ours


def parked(stack: EmbeddedStack, service: str, name: str) -> list[str]:
    """The ids of the open parked messages called ``name``."""
    query = "SELECT id FROM parked_messages WHERE name = %s AND resolution IS NULL"
    with psycopg.connect(stack.wiring.database_urls[service], autocommit=True) as connection:
        return [row[0] for row in connection.execute(query, [name])]


def test_what_starts_while_the_broker_is_away_waits_for_it(
    stack: EmbeddedStack, client: Client, customer: Customer, sold: Iterator[str]
) -> None:
    serial_number = next(sold)
    background = stop(stack, *BACKGROUND)
    customer.register([serial_number])
    broker = stop(stack, BROKER)
    start(stack, background)
    start(stack, broker)
    until(lambda: in_catalog(client, serial_number), seconds=PATIENCE_SECONDS)
    assert deaths(stack) == {}


def test_while_the_database_is_away_everything_says_so_and_goes_on_afterwards(
    stack: EmbeddedStack, client: Client, customer: Customer, sold: Iterator[str]
) -> None:
    serial_number = next(sold)
    database = stop(stack, "postgres")
    back_at = time.monotonic() + AWAY_SECONDS
    for path in itertools.cycle(ASKED):
        answer = client.get(path)
        assert answer.status_code == 503, f"{path}: {answer.status_code} {answer.text}"
        if path.startswith("/api"):
            assert answer.headers["content-type"] == "application/problem+json"
            assert answer.json()["code"] == "unavailable"
        if time.monotonic() > back_at:
            break
    start(stack, database)
    customer.register([serial_number])
    until(lambda: in_catalog(client, serial_number), seconds=PATIENCE_SECONDS)
    assert deaths(stack) == {}


def test_a_fact_that_cannot_be_taken_in_is_parked_and_those_behind_it_go_on(
    stack: EmbeddedStack, client: Client, customer: Customer, sold: Iterator[str]
) -> None:
    poison, sound = next(sold), next(sold)
    with psycopg.connect(stack.wiring.database_urls["catalog"], autocommit=True) as catalog:
        catalog.execute(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql"
            " AS $$ BEGIN RAISE EXCEPTION 'this one is refused'; END $$"
        )
        catalog.execute(
            "CREATE TRIGGER refuse BEFORE INSERT ON licenses FOR EACH ROW"
            f" WHEN (NEW.serial_number = '{poison}') EXECUTE FUNCTION refuse()"
        )
        customer.register([poison, sound])
        until(lambda: in_catalog(client, sound), seconds=PATIENCE_SECONDS)
        until(lambda: len(parked(stack, "catalog", "licensing.license.issued.v1")) == 1)
        catalog.execute("DROP TRIGGER refuse ON licenses")
    assert not in_catalog(client, poison)

    [parked_id] = parked(stack, "catalog", "licensing.license.issued.v1")
    assert parked_id in keydesk(stack, "parked", "list")
    assert "this one is refused" in keydesk(stack, "parked", "show", parked_id)
    keydesk(stack, "parked", "replay", parked_id)

    until(lambda: in_catalog(client, poison), seconds=PATIENCE_SECONDS)
    assert parked(stack, "catalog", "licensing.license.issued.v1") == []


def test_a_job_that_nobody_can_read_is_parked_and_can_be_discarded(stack: EmbeddedStack) -> None:
    with psycopg.connect(stack.wiring.database_urls["licensing"], autocommit=True) as licensing:
        licensing.execute(
            "INSERT INTO outbox (id, kind, name, queue, subject, body, context)"
            " VALUES ('poison', 'job', 'licensing.issue_batch', 'licensing.issuance', '', '{}', '{}')"
        )
    until(lambda: len(parked(stack, "licensing", "licensing.issue_batch")) == 1, seconds=PATIENCE_SECONDS)
    [parked_id] = parked(stack, "licensing", "licensing.issue_batch")
    keydesk(stack, "parked", "discard", parked_id)
    assert parked(stack, "licensing", "licensing.issue_batch") == []
    assert parked_id not in keydesk(stack, "parked", "list")
