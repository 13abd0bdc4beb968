"""The HTTP door of shares."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Query, Response

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.licenses.routes import LicenseId
from keydesk.services.catalog.shares import service
from keydesk.services.catalog.shares.problems import RecipientUnknown, ShareChangedMeanwhile
from keydesk.services.catalog.shares.schemas import (
    Hiding,
    LoginId,
    NewShare,
    OwnedCustomerNumber,
    ReceivedShare,
    Recipient,
    ShareChange,
    ShareShown,
)

router = APIRouter(prefix="/shares", tags=["shares"], route_class=IdempotentRoute)

ShareId = Annotated[str, id_type("shr")]
Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Finder = Annotated[Caller, Depends(accounts("licenses:read", verified=True, agreed=True))]
"""Whoever learns names of others has to be somebody themselves."""
Sharing = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]


def _now() -> datetime:
    return datetime.now(UTC)


@router.get("/recipients", responses=may_raise(RecipientUnknown))
def find_recipient(
    login_id: Annotated[LoginId, Query(description="Of the other account, whatever its case")],
    caller: Finder,
    session: Reading,
) -> Recipient:
    """The account to share with, to see that it is the right one, before anything is shared."""
    return service.find_recipient(session, caller.known_account_id, login_id)


@router.get("/customer-numbers")
def list_customer_numbers(
    caller: Reader, session: Reading, limit: Limit = 100, cursor: Cursor = None
) -> Page[OwnedCustomerNumber]:
    """The customer numbers that the caller can share: those of the licenses that it owns, in their order."""
    return service.list_customer_numbers(session, caller.known_account_id, limit=limit, cursor=cursor)


@router.get("/received")
def list_received_shares(
    *,
    caller: Reader,
    session: Reading,
    hidden: Annotated[bool | None, Query(description="Only those put out of sight, or only others")] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ReceivedShare]:
    """What others share with the caller now, newest first."""
    return service.list_received(
        session, caller.known_account_id, hidden=hidden, limit=limit, cursor=cursor, now=_now()
    )


@router.put("/received/{share_id}/hidden", responses=may_raise(NotFound))
def hide_received_share(
    share_id: ShareId, body: Hiding, caller: Sharing, session: Transaction
) -> ReceivedShare:
    """Put what somebody shares out of the caller's sight, or back. The licenses stay to be seen and used."""
    return service.hide_received(session, caller.known_account_id, share_id, hidden=body.hidden, now=_now())


@router.post("", status_code=201)
def share_licenses(wanted: NewShare, response: Response, caller: Sharing, session: Transaction) -> ShareShown:
    """Share licenses that the caller owns: all with certain customer numbers, single ones, or both.

    What is registered later with one of the customer numbers is shared as well. The other account gets
    an email.
    """
    shown, response.headers["ETag"] = service.share_licenses(session, caller, wanted, _now())
    return shown


@router.get("")
def list_shares(
    *,
    caller: Reader,
    session: Reading,
    license_id: Annotated[
        LicenseId | None, Query(description="Only what covers this license of the caller's")
    ] = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ShareShown]:
    """What the caller shares, newest first, also what has come to its end and was not removed."""
    return service.list_given(
        session, caller.known_account_id, license_id=license_id, limit=limit, cursor=cursor, now=_now()
    )


@router.get("/{share_id}", responses=may_raise(NotFound))
def show_share(share_id: ShareId, response: Response, caller: Reader, session: Reading) -> ShareShown:
    """Something that the caller shares. Its ``ETag`` can be sent as ``If-Match`` with a change."""
    shown, response.headers["ETag"] = service.show_given(session, caller.known_account_id, share_id, _now())
    return shown


@router.patch("/{share_id}", responses=may_raise(NotFound, ShareChangedMeanwhile))
def change_share(
    *,
    share_id: ShareId,
    change: ShareChange,
    response: Response,
    caller: Sharing,
    session: Transaction,
    if_match: Annotated[str | None, Header(max_length=200)] = None,
) -> ShareShown:
    """Change what is shared, how far, until when, or the note. The other account gets an email,
    unless it is only the note.
    """
    shown, response.headers["ETag"] = service.change_share(
        session, caller, share_id, change, if_match=if_match, now=_now()
    )
    return shown


@router.delete("/{share_id}", status_code=204, responses=may_raise(NotFound))
def end_share(share_id: ShareId, caller: Sharing, session: Transaction) -> None:
    """Share this no longer, from this moment on. The other account gets an email."""
    service.end_share(session, caller, share_id, _now())
