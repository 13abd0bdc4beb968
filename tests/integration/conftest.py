"""Rooms at work: real accounts and catalog over databases, the real portal in front of stand-ins."""

import os
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.identity import Caller
from keydesk.portal.api import Rooms
from keydesk.portal.settings import PortalSettings
from keydesk.rooms import room
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.accounts import SECRETS, AccountsRoom
from tests.factories.portal import an_account, an_agreement, some_columns, some_countries
from tests.identities import KeyRing, nobody
from tests.installations import Installer
from tests.portal_services import FakeServices
from tests.servers import REDIS_URL


class OpenPortal(Protocol):
    """``open_portal(caller)``: a browser for somebody, without redirects followed."""

    def __call__(self, caller: Caller | None = None, **settings: str) -> TestClient:
        """A browser that the gateway speaks for; without a caller, nobody has logged in."""


@pytest.fixture(name="room")
def accounts_room(
    databases: TestDatabases, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing
) -> Iterator[AccountsRoom]:
    """The accounts room at work, over its own database."""
    with databases.empty("accounts") as database:
        yield AccountsRoom(client_of(settings_of("accounts", **SECRETS)), database, ring)


@pytest.fixture
def catalog_fakes() -> dict[Any, Any]:
    """What the catalog is given in place of other rooms: nothing, unless a test's file says so."""
    return {}


@pytest.fixture
def catalog_client(
    database: Database,  # noqa: ARG001 - the application finds it by its settings
    settings_of: SettingsOf,
    client_of: ClientOf,
    catalog_fakes: dict[Any, Any],
) -> TestClient:
    """The catalog's real application, over the ``database`` that the test's file fills for itself."""
    return client_of(settings_of("catalog"), catalog_fakes)


@pytest.fixture
def install_catalog(
    database: Database, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing, tmp_path: Path
) -> Installer:
    """Sets the catalog up to keep files on requests, over the ``database`` that the test's file fills."""
    return Installer(settings_of, client_of, database, ring, tmp_path / "attachments")


@pytest.fixture
def portal_services() -> Iterator[FakeServices]:
    """Services of which every page can ask what it always asks."""
    services = FakeServices()
    services.answers("accounts", "GET", "/api/v1/me", an_account(), headers=[("etag", '"7"')])
    services.answers("accounts", "GET", "/api/v1/agreements/current", an_agreement())
    services.answers("accounts", "GET", "/api/v1/countries", some_countries())
    services.answers("accounts", "GET", "/api/v1/me/tokens", {"items": []})
    services.answers("licensing", "GET", "/api/v1/registrations", {"items": [], "next_cursor": None})
    services.answers("catalog", "GET", "/api/v1/catalog/licenses", {"items": [], "next_cursor": None})
    services.answers("catalog", "GET", "/api/v1/catalog/columns", some_columns())
    services.answers("catalog", "GET", "/api/v1/catalog/saved-searches", {"items": []})
    services.answers("catalog", "GET", "/api/v1/support/requests/views", {"items": []})
    services.answers("catalog", "GET", "/api/v1/support/requests/waiting", {"waiting": 7, "overdue": 1})
    yield services
    assert not services.unexpected


@pytest.fixture
def open_portal(ring: KeyRing, portal_services: FakeServices) -> Iterator[OpenPortal]:
    """Opens the portal for somebody."""
    with ExitStack() as stack:

        def make(caller: Caller | None = None, **settings: str) -> TestClient:
            given: dict[str, Any] = {"redis_url": os.environ[REDIS_URL], **settings}
            described = PortalSettings(room="portal", identity_jwks_file=ring.jwks_file, **given)
            app: Any = room("portal").create_app(described)
            app.state.resources.put(Rooms.from_settings, portal_services.rooms())
            browser = stack.enter_context(
                TestClient(app, raise_server_exceptions=False, follow_redirects=False)
            )
            browser.headers.update(ring.headers(caller or nobody(), "portal"))
            return browser

        yield make
