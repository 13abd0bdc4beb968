"""Fixtures that every kind of test shares."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest
import structlog
from starlette.testclient import TestClient
from xdist.scheduler import LoadScopeScheduling

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import RoomSettings
from keydesk.rooms import room
from tests.databases import TestDatabases
from tests.identities import KeyRing

pytest_plugins = ["tests.servers", "tests.nothing_skipped", "tests.depot_fixtures", "tests.viewing"]

# structlog's own default draws tracebacks with every local variable, which takes seconds for each.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(key_order=["level", "event"]),
    ]
)

SettingsOf = Callable[..., Any]
ClientOf = Callable[..., TestClient]


HOUSES = ("e2e", "fault")
"""Kinds of tests that start whole stacks: each kind stays on one worker, and both begin first."""


class Together(LoadScopeScheduling):  # type: ignore[misc] # as above
    """Keeps on one worker what shares something expensive: a stack, or a file's database."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        kind = file.split("/")[1]
        return kind if kind in HOUSES else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together:
    """Give whole files and houses to the workers, in the order of `pytest_collection_modifyitems`."""
    config.option.loadscopereorder = False
    return Together(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes longest."""
    items.sort(key=lambda item: item.path.parent.name not in HOUSES)


@pytest.fixture(scope="session")
def ring(tmp_path_factory: pytest.TempPathFactory) -> KeyRing:
    """A private key for every room."""
    return KeyRing(tmp_path_factory.mktemp("keys"))


@pytest.fixture(scope="session")
def databases() -> Iterator[TestDatabases]:
    """The test databases of this process."""
    made = TestDatabases()
    yield made
    made.drop_all()


@pytest.fixture
def settings_of(ring: KeyRing, databases: TestDatabases) -> SettingsOf:
    """``settings_of("licensing", some_field=…)``: a room's settings, as a deployment would give them."""

    def make(name: str, **fields: Any) -> RoomSettings:
        described = room(name)
        defaults: dict[str, Any] = {
            "room": name,
            "identity_jwks_file": ring.jwks_file,
            "identity_key_file": ring.key_file(name),
        }
        if described.metadata is not None:
            defaults["database_url"] = databases.url(name)
        return described.settings(**{**defaults, **fields})

    return make


@pytest.fixture
def client_of() -> Iterator[ClientOf]:
    """``client_of(settings, {factory: fake})``: the room's real application, started, in this process."""
    with ExitStack() as stack:

        def make(settings: RoomSettings, fakes: dict[Any, Any] | None = None) -> TestClient:
            app: Any = room(settings.room).create_app(settings)
            for factory, fake in (fakes or {}).items():
                app.state.resources.put(factory, fake)
            return stack.enter_context(TestClient(app, raise_server_exceptions=False))

        yield make


def work_context(
    settings: RoomSettings, database: Database, fakes: dict[Any, Any] | None = None
) -> WorkContext:
    """What a job, consumer or sweep of a room would be given."""
    resources = Resources(settings)
    for factory, fake in (fakes or {}).items():
        resources.put(factory, fake)
    return WorkContext(settings, resources, database)
