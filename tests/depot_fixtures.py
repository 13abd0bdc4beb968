"""A pytest plugin: the depot's database and context, and each broker that there is."""

import json
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

import psycopg
import pytest
from joserfc.jwk import KeySet
from pydantic import SecretStr
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.identity import HEADER, Caller, IdentitySigner, generate_key
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.relay import Relay
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import RoomSettings
from tests.depot import SHELVES, depot_app, depot_database
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


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is about RabbitMQ alone where it is not installed."""
    if AMQP_URL in os.environ:
        return
    about_it = [item for item in items if "rabbitmq_url" in getattr(item, "fixturenames", ())]
    config.hook.pytest_deselected(items=about_it)
    items[:] = [item for item in items if item not in about_it]


@pytest.fixture
def rabbitmq_url() -> str:
    """RabbitMQ, for what only it can do."""
    return os.environ[AMQP_URL]


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


class RunDepot(Protocol):
    """``run_depot("worker")``: a process of the real command line, stopped when the test ends."""

    def __call__(self, command: str, **settings: str) -> subprocess.Popen[bytes]:
        """Start ``keydesk COMMAND depot`` with more settings: ``job_visibility_seconds="2"``."""


@pytest.fixture
def run_depot(depot_url: str, broker_url: str, broker_names: Names) -> Iterator[RunDepot]:
    """Runs the depot's background processes on the test's own names at the broker."""
    started: list[subprocess.Popen[bytes]] = []

    def run(command: str, **settings: str) -> subprocess.Popen[bytes]:
        told = {
            "database_url": depot_url,
            "broker_url": broker_url,
            "broker_prefix": broker_names.prefix,
            **settings,
        }
        environment = {f"KEYDESK_{name.upper()}": value for name, value in told.items()}
        process = subprocess.Popen(  # noqa: S603 - our own program
            [sys.executable, "-m", "tests.depot", command, "depot"], env={**os.environ, **environment}
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.terminate()
    for process in started:
        assert process.wait(60) in (0, -signal.SIGKILL), f"{process.args!r} did not end cleanly"


@pytest.fixture
def relaying(depot_url: str, broker_url: str, broker_names: Names) -> Iterator[None]:
    """The depot's relay at work, in a thread of this process."""
    topology = [(SHELVES.name, [fact.TYPE for fact in SHELVES.facts])]
    relay = Relay("depot", depot_url, broker_url, names=broker_names, topology=topology)
    stop = threading.Event()
    thread = threading.Thread(target=relay.run, args=[stop])
    thread.start()
    yield
    stop.set()
    thread.join(timeout=60)
    assert not thread.is_alive()


@pytest.fixture
def broker_names() -> Names:
    """Names on the broker that no other test uses."""
    return Names(f"test-{uuid.uuid4().hex[:8]}")


class DepotClient:
    """The depot's running application, and a gateway's key to speak for people with."""

    def __init__(self, app: Any, http: TestClient, signer: IdentitySigner) -> None:
        self.app = app
        self.http = http
        self._signer = signer

    def post(self, path: str, caller: Caller, *, headers: dict[str, Any], **rest: Any) -> Any:
        """POST as ``caller``."""
        identity = {HEADER: self._signer.sign(caller, ["depot"])}
        return self.http.post(path, headers={**identity, **headers}, **rest)


@pytest.fixture
def depot_client(depot_url: str, tmp_path: Path) -> Iterator[DepotClient]:
    """A client of the depot."""
    key = generate_key("gateway")
    (tmp_path / "keys.json").write_text(json.dumps(KeySet([key]).as_dict(private=False)))
    settings = RoomSettings(
        room="depot", database_url=SecretStr(depot_url), identity_jwks_file=tmp_path / "keys.json"
    )
    app = depot_app(settings)
    with TestClient(app, raise_server_exceptions=False) as http:
        yield DepotClient(app, http, IdentitySigner("gateway", key))
