"""What is done to requests in tests of their jobs, and what one finds in the database afterwards."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select, update

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.contract import RequestChanged
from keydesk.services.catalog.models import License
from keydesk.services.catalog.models.requests import Request, RequestEvent, RequestItem
from keydesk.services.catalog.requests import verification
from keydesk.services.catalog.requests.presentation import show
from tests.databases import TestDatabases
from tests.factories.requests import later, owned, somebody

ANNA = new_id("acc")
CARLA = new_id("acc")
DORA = new_id("acc")
"""Of Anna's company, as she writes it."""


@contextmanager
def opened(databases: TestDatabases) -> Iterator[Database]:
    """The catalog's database with Anna, Carla and Dora."""
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla", company_name="Nordic Tools")
            somebody(session, DORA, "dora", company_name="LINDQVIST instruments")
        yield database


class Crash(Exception):
    """The process died here."""


def crash_at(step: Any, nth: int = 1) -> Callable[[Any], None]:
    """Dies when this step is reached for the ``nth`` time."""
    met = 0

    def die(reached: Any) -> None:
        nonlocal met
        met += reached is step
        if reached is step and met == nth:
            raise Crash

    return die


def license_ids(database: Database, account_id: str, count: int, **fields: Any) -> list[str]:
    """Ids of so many new licenses of an account."""
    with database.transaction() as session:
        return owned(session, account_id, count, **fields)


def request_of(database: Database, request_id: str) -> Request:
    """The request as it stands."""
    with database.reading() as session:
        return session.get_one(Request, request_id)


def findings(database: Database, request_id: str) -> dict[str, int]:
    """What verifying found: codes, and of how many licenses."""
    return {each["code"]: each["licenses"] for each in request_of(database, request_id).findings}


def said(database: Database, request_id: str) -> str:
    """What its requester is told about the licenses that could not be moved."""
    with database.reading() as session:
        request = session.get_one(Request, request_id)
        return show(session, request, "requester", request.requester_account_id, "en").outcome.said


def states(database: Database, request_id: str) -> list[str]:
    """The state of each of its licenses."""
    with database.reading() as session:
        found = select(RequestItem.state).where(RequestItem.request_id == request_id)
        return list(session.scalars(found.order_by(RequestItem.position)))


def went_through(database: Database, request_id: str) -> list[str]:
    """The states that it came to, in their order."""
    with database.reading() as session:
        found = select(RequestEvent.to_status).where(RequestEvent.request_id == request_id)
        return list(session.scalars(found.order_by(RequestEvent.position)))


def told(database: Database) -> list[tuple[str, str]]:
    """Account and status of each fact about requests."""
    with database.reading() as session:
        found = select(outbox.c.body).where(outbox.c.name == RequestChanged.TYPE)
        facts = [
            RequestChanged.model_validate_json(body)
            for body in session.scalars(found.order_by(outbox.c.position))
        ]
    return [(fact.account_id, fact.status) for fact in facts]


def give_away(database: Database, licenses: list[str], to: str) -> None:
    """Let somebody else own these licenses, past any request."""
    with database.transaction() as session:
        session.execute(update(License).where(License.id.in_(licenses)).values(owner_account_id=to))


def verify(database: Database, request_id: str) -> None:
    """Do the job that verifies it."""
    verification.verify(database, request_id, later())
