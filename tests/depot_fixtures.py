"""A pytest plugin: the depot's database and context, and each broker that there is."""

import os
from collections.abc import Iterator

import psycopg
import pytest

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import RoomSettings
from tests.depot import depot_database
from tests.servers import AMQP_URL, POSTGRES_URL, REDIS_URL

EMPTY = """
DO $$ BEGIN EXECUTE (
  SELECT 'TRUNCATE ' || string_agg(quote_ident(tablename), ', ') || ' RESTART IDENTITY'
  FROM pg_tables WHERE schemaname = 'public'
); END $$
"""


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run whatever asks for ``broker_url`` with Valkey, and with RabbitMQ where it is installed."""
    if "broker_url" in metafunc.fixturenames:
        known = {"valkey": os.environ.get(REDIS_URL), "rabbitmq": os.environ.get(AMQP_URL)}
        there = {name: url for name, url in known.items() if url}
        metafunc.parametrize("broker_url", there.values(), ids=there.keys())


@pytest.fixture(scope="session")
def _depot_database() -> Iterator[str]:
    with depot_database(os.environ[POSTGRES_URL]) as url:
        yield url


@pytest.fixture
def depot_url(_depot_database: str) -> Iterator[str]:
    """The depot's database, emptied again after the test."""
    yield _depot_database
    with psycopg.connect(_depot_database, autocommit=True) as connection:
        connection.execute(EMPTY)


@pytest.fixture
def depot(depot_url: str) -> Iterator[WorkContext]:
    """What the depot's background code works with."""
    settings = RoomSettings(room="depot")
    database = Database(depot_url)
    yield WorkContext(settings, Resources(settings), database)
    database.dispose()
