"""The HTTP door of additions."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, TooManyRequests, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.catalog.additions import service
from keydesk.services.catalog.additions.schemas import AdditionsMade, AdditionsWanted
from keydesk.services.catalog.customer_numbers.tries import CustomerNumberMismatch
from keydesk.services.catalog.licenses.routes import LicenseId
from keydesk.services.catalog.licenses.service import licensing

router = APIRouter(prefix="/catalog/additions", tags=["catalog"], route_class=IdempotentRoute)

Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]


@router.post("", responses=may_raise(CustomerNumberMismatch, service.OrderTooLarge, TooManyRequests))
def add_to_catalog(
    wanted: AdditionsWanted,
    request: Request,
    caller: Writer,
    session: Transaction,
    licensing_client: Annotated[RoomClient, resource(licensing)],
) -> AdditionsMade:
    """Add licenses that nobody registered yet, by serial number or by order; 500 at most.

    Tells of each serial number what became of it. Of customer and order numbers that do not belong
    together, ten an hour are answered, as for customer numbers.
    """
    return service.add(
        session,
        request.app.state.database,
        licensing_client,
        caller.known_account_id,
        wanted,
        language=language_of(request),
        now=datetime.now(UTC),
    )


@router.delete("/{license_id}", status_code=204, responses=may_raise(NotFound))
def remove_from_catalog(license_id: LicenseId, caller: Writer, session: Transaction) -> None:
    """Take a license that the caller added out of the catalog."""
    service.remove(session, caller.known_account_id, license_id)
