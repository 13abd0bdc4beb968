"""SQL of a license's history."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from keydesk.chassis.identity import Caller
from keydesk.services.catalog.models import HistoryEntry, Person
from keydesk.services.catalog.models.licenses import Action


def record(
    session: Session,
    caller: Caller,
    action: Action,
    license_ids: Iterable[str],
    *,
    now: datetime,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add a line to the history of each license: what ``caller`` did to it, and what that changed.

    In the transaction of what it records. ``details`` are shown to everybody who sees the license.
    """
    through = "portal" if "*" in caller.scopes else "api"
    record_for(
        session, caller.known_account_id, action, license_ids, now=now, through=through, details=details
    )


def record_for(
    session: Session,
    account_id: str,
    action: Action,
    license_ids: Iterable[str],
    *,
    now: datetime,
    through: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Add such a line for what is done for ``account_id``; without ``through``, by a job."""
    line = {
        "action": action,
        "at": now,
        "account_id": account_id,
        "through": through,
        "details": dict(details or {}),
    }
    rows = [{**line, "license_id": license_id} for license_id in license_ids]
    if rows:
        session.execute(insert(HistoryEntry), rows)


def find_history(session: Session, license_id: str) -> Sequence[tuple[HistoryEntry, str | None]]:
    """What was done to a license, oldest first, with the names of those who did it."""
    statement = (
        select(HistoryEntry, Person.name)
        .outerjoin(Person, Person.account_id == HistoryEntry.account_id)
        .where(HistoryEntry.license_id == license_id)
        .order_by(HistoryEntry.at, HistoryEntry.position)
    )
    return [(entry, name) for entry, name in session.execute(statement)]
