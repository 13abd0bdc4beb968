"""The history's HTTP door."""

from datetime import UTC, datetime

from fastapi import APIRouter

from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.access.visibility import find_visible
from keydesk.services.catalog.history import repository
from keydesk.services.catalog.history.schemas import History, HistoryLine
from keydesk.services.catalog.licenses.routes import LicenseId, Reader

router = APIRouter(prefix="/catalog", tags=["catalog"])


@router.get("/licenses/{license_id}/history", responses=may_raise(NotFound))
def show_history(*, license_id: LicenseId, caller: Reader, session: Reading) -> History:
    """Everything that was done to a license that the caller sees, oldest first."""
    license, _ = find_visible(session, caller.known_account_id, license_id, datetime.now(UTC))
    return History(
        items=[
            HistoryLine(
                action=entry.action,
                at=entry.at,
                account_id=entry.account_id,
                name=name or "",
                through=entry.through,
                details=entry.details,
            )
            for entry, name in repository.find_history(session, license.id)
        ]
    )
