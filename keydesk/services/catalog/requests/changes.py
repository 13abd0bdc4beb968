"""The one way in which a request comes to another state, and those whom it concerns are told."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.outbox import emit_all
from keydesk.services.catalog.contract import RequestChanged, RequestStatus
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests import repository
from keydesk.services.catalog.requests.problems import RequestElsewhere
from keydesk.services.catalog.requests.rules import may_become


def change(
    session: Session,
    request: Request,
    to: RequestStatus,
    *,
    now: datetime,
    by: str | None = None,
    note: str = "",
) -> None:
    """Bring ``request`` to the state ``to``, write down who did it and why, and tell everybody it concerns.

    ``by`` is an account, or none for a job. Raises `RequestElsewhere` where that does not follow from its
    state, or somebody else was faster.
    """
    came_from = request.status
    if not may_become(came_from, to) or not repository.set_status(session, request, to, now):
        raise RequestElsewhere
    repository.add_event(session, request, "changed", at=now, came_from=came_from, account_id=by, note=note)
    announce(session, request, message=note)


def announce(session: Session, request: Request, *, message: str = "", besides: str | None = None) -> None:
    """Tell everybody whom ``request`` concerns how it stands, ``besides`` the one who knows."""
    facts = [
        RequestChanged(
            request_id=request.id,
            account_id=party.account_id,
            concerns=party.concerns,
            kind=request.kind,
            status=request.status,
            title=request.title,
            message=message,
        )
        for party in repository.parties_of(session, request.id)
        if party.account_id != besides
    ]
    emit_all(session, [(request.id, fact) for fact in facts])
