"""The HTTP door of install-at addresses."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import Invalid, NotFound, may_raise
from keydesk.services.catalog.addresses import service
from keydesk.services.catalog.addresses.problems import MoveRefused
from keydesk.services.catalog.addresses.schemas import (
    AddressId,
    AddressPage,
    AddressSearch,
    AddressShown,
    Move,
    Moved,
)
from keydesk.services.catalog.licenses.routes import LicenseId

router = APIRouter(prefix="/catalog", tags=["addresses"], route_class=IdempotentRoute)

Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]


def _now() -> datetime:
    return datetime.now(UTC)


@router.get("/addresses")
def search_addresses(
    *, caller: Reader, session: Reading, search: Annotated[AddressSearch, Query()]
) -> AddressPage:
    """The install-at addresses of the caller's customer numbers, by country and first line.

    Those are the numbers of licenses that the caller owns or has full access to, and those that they added.
    """
    return service.search(session, caller.known_account_id, search, _now())


@router.get("/addresses/{address_id}", responses=may_raise(NotFound))
def show_address(*, address_id: AddressId, caller: Reader, session: Reading) -> AddressShown:
    """One of these addresses."""
    return service.show_address(session, caller.known_account_id, address_id, _now())


@router.post("/licenses/{license_id}/move", responses=may_raise(NotFound, MoveRefused, Invalid))
def move_license(*, license_id: LicenseId, body: Move, caller: Writer, session: Transaction) -> Moved:
    """Install a license at another of the addresses that ``GET /catalog/addresses`` shows.

    Its owner can do this, and whoever has full access to it. Sent again, it changes nothing.
    """
    return service.move_license(session, caller, license_id, body.address_id, _now())
