"""SQL of additions: licenses that nobody registered yet, and who added them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from keydesk.chassis.database import lock_named
from keydesk.services.catalog.access.visibility import access_of
from keydesk.services.catalog.additions.rules import Known
from keydesk.services.catalog.models import Addition, License

_LOCK = "additions of the catalog"


def lock_additions(session: Session) -> None:
    """Let nothing be added or removed, and no registration be taken in, until this transaction ends.

    Everything committed before is seen from here on; so a license that is registered while somebody adds
    it is either found to be registered, or ends the addition.
    """
    lock_named(session, _LOCK)


def hold_off_additions(session: Session) -> None:
    """Let nothing be added until this transaction ends; others that take registrations in go on."""
    lock_named(session, _LOCK, shared=True)


def find_known(
    session: Session, account_id: str, serial_numbers: Iterable[str], now: datetime
) -> dict[str, Known]:
    """The licenses of these serial numbers, whoever owns them, and what ``account_id`` may do with each."""
    found = select(
        License.serial_number, License.id, License.registered_at.is_not(None), access_of(account_id, now)
    ).where(License.serial_number.in_(list(serial_numbers)))
    # A registered one replaces what is found beside it.
    rows = session.execute(found.order_by(License.registered_at.nulls_first()))
    return {serial: Known(id, registered, access) for serial, id, registered, access in rows}


def add_unregistered(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert licenses that nobody registered yet; those that are there stay as they are."""
    if rows:
        session.execute(postgresql.insert(License).on_conflict_do_nothing(), list(rows))


def add_additions(session: Session, account_id: str, license_ids: Sequence[str], now: datetime) -> None:
    """Put licenses into the catalog of ``account_id``; those that are in it stay as they are."""
    rows = [{"account_id": account_id, "license_id": id, "added_at": now} for id in license_ids]
    if rows:
        session.execute(postgresql.insert(Addition).on_conflict_do_nothing(), rows)


def remove_addition(session: Session, account_id: str, license_id: str) -> bool:
    """Take a license out of the catalog of ``account_id``; whether it was in it by being added."""
    mine = (Addition.account_id == account_id, Addition.license_id == license_id)
    removed = session.scalars(delete(Addition).where(*mine).returning(Addition.license_id))
    return removed.first() is not None


def remove_unwanted(session: Session, license_id: str) -> None:
    """Forget a license that nobody registered and that is in nobody's catalog any more."""
    wanted = exists().where(Addition.license_id == License.id)
    session.execute(
        delete(License).where(License.id == license_id, License.registered_at.is_(None), ~wanted),
        execution_options={"synchronize_session": False},
    )
