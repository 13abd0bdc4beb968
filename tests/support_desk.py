"""Support's queue as tests fill it: who is there, what waits, and what was decided."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.audit import broken_at
from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import audit
from keydesk.services.catalog.requests import verification
from keydesk.services.catalog.requests.schemas import NewRequest
from tests import catalog_door
from tests.catalog_door import Ask
from tests.databases import TestDatabases
from tests.factories.requests import a_transfer, later, made, owned, owners, somebody
from tests.identities import KeyRing

ANNA = new_id("acc")
CARLA = new_id("acc")
SAM = new_id("acc")
"""Of support, as Uma is."""
UMA = new_id("acc")


@contextmanager
def opened(databases: TestDatabases) -> Iterator[Database]:
    """The catalog's database with two customers, Anna and Carla, and two people of support, Sam and Uma."""
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla", company_name="Nordic Tools")
            somebody(session, SAM, "sam", roles=["support"])
            somebody(session, UMA, "uma", roles=["support"])
        yield database


def asking(client: TestClient, ring: KeyRing, path: str = "") -> Ask:
    """``ask(method, path, as_=SAM)``: sends a request to support's queue, or below ``path`` of it."""
    return catalog_door.asking(client, ring, f"/api/v1/support/requests{path}", SAM, role="support")


def waiting(database: Database, account_id: str, asked: NewRequest) -> str:
    """The id of a request that was verified and waits for support."""
    request_id = made(database, account_id, asked)
    verification.verify(database, request_id, later())
    return request_id


def a_question(database: Database, account_id: str = ANNA, **fields: Any) -> str:
    """The id of a question that waits."""
    told = {"kind": "general", "title": "A question", "description": "Which?", **fields}
    return waiting(database, account_id, NewRequest(**told))


def transfer(database: Database, count: int = 1, account_id: str = ANNA, **fields: Any) -> str:
    """The id of a transfer that waits, of so many new licenses."""
    with database.transaction() as session:
        licenses = owned(session, account_id, count, first=len(owners(database)) + 1)
    return waiting(database, account_id, a_transfer(licenses, **fields))


def decisions(database: Database) -> list[tuple[str, str, str]]:
    """Who did what to which request, by an audit trail that is whole."""
    with database.reading() as session:
        assert broken_at(session) is None
        rows = session.execute(select(audit.c.actor, audit.c.action, audit.c.subject))
        return [(actor, action, subject) for actor, action, subject in rows]
