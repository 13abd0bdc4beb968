"""Requests made up: whom they concern, which licenses they are about, and how far they have come."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.services.catalog.licenses.service import take_in_people
from keydesk.services.catalog.models import License
from keydesk.services.catalog.requests import service
from keydesk.services.catalog.requests.schemas import NewRequest
from tests.factories.catalog import an_account_changed, licenses_of

NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
"""A Wednesday."""


def later() -> Callable[[], datetime]:
    """A clock that goes a second further with each look at it."""
    moments = iter(NOW + timedelta(seconds=second) for second in range(1, 100_000))
    return lambda: next(moments)


def somebody(session: Session, account_id: str, login_id: str, **fields: Any) -> None:
    """An account that the catalog was told of."""
    told = {"first_name": login_id.capitalize(), "last_name": "Berg", **fields}
    take_in_people(session, [an_account_changed(account_id, login_id=login_id, **told)])


def owned(session: Session, account_id: str, count: int, *, first: int = 1, **fields: Any) -> list[str]:
    """Ids of so many new licenses of an account, with serial numbers from ``first`` on."""
    each = [{"serial_number": f"A{first + number:010}", **fields} for number in range(count)]
    return [fact.license_id for fact in licenses_of(session, account_id, *each)]


def a_transfer(license_ids: list[str], **fields: Any) -> NewRequest:
    """A transfer of these licenses to Carla."""
    told: dict[str, Any] = {
        "kind": "ownership_transfer",
        "title": "Our Gothenburg office",
        "to_login_id": "carla",
        "license_ids": license_ids,
    }
    return NewRequest(**{**told, **fields})


def an_assignment(serial_numbers: list[str], **fields: Any) -> NewRequest:
    """A request for the licenses with these serial numbers."""
    told: dict[str, Any] = {
        "kind": "license_assignment",
        "title": "Licenses of a colleague who left",
        "serial_numbers": serial_numbers,
    }
    return NewRequest(**{**told, **fields})


def made(database: Database, account_id: str, asked: NewRequest) -> str:
    """The id of a request that was made."""
    with database.transaction() as session:
        return service.make(session, account_id, asked, NOW).id


def owners(database: Database) -> dict[str, str | None]:
    """Owners by license id."""
    with database.reading() as session:
        return dict(iter(session.execute(select(License.id, License.owner_account_id))))
