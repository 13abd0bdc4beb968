"""The HTTP door of install-at addresses."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import Invalid, NotFound, may_raise
from keydesk.services.catalog.addresses import service
from keydesk.services.catalog.addresses.asking import ask
from keydesk.services.catalog.addresses.problems import MoveRefused
from keydesk.services.catalog.addresses.schemas import (
    AddressId,
    AddressPage,
    AddressSearch,
    AddressShown,
    Move,
    Moved,
    NewAddressRequest,
)
from keydesk.services.catalog.licenses.routes import LicenseId
from keydesk.services.catalog.requests import presentation
from keydesk.services.catalog.requests.schemas import RequestShown

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


@router.post("/address-requests", status_code=201, responses=may_raise(Invalid))
def request_address(
    *, body: NewAddressRequest, request: Request, caller: Writer, session: Transaction
) -> RequestShown:
    """Ask support to create an address for one of the caller's customer numbers.

    It is a request like others (``/requests``). Once it is approved, the address is there, and the license
    that waits for it moves, if the caller may still move it then.
    """
    account_id = caller.known_account_id
    made = ask(session, account_id, body, _now())
    return presentation.show(session, made, "requester", account_id, language_of(request))
