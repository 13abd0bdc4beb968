"""The staff's door to accounts."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import services, staff
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.accounts.agreements.service import CurrentAgreement
from keydesk.services.accounts.authentication.schemas import Principal
from keydesk.services.accounts.staff import service, views
from keydesk.services.accounts.staff.schemas import (
    AccountId,
    StaffAccount,
    StaffAccountDocument,
    Unlocking,
    ViewBegun,
    ViewEnded,
)

router = APIRouter(prefix="/staff", tags=["accounts"])
internal_router = APIRouter(prefix="/views", tags=["internal"])

Gateway = Annotated[Caller, Depends(services("gateway"))]


@router.get("/accounts")
def list_accounts(
    session: Reading,
    _caller: Annotated[Caller, Depends(staff("support", "operator", scope="support:read"))],
    query: Search = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[StaffAccount]:
    """Accounts, newest first; ``query`` looks in login IDs, addresses, names and companies."""
    return service.list_accounts(session, query=query, limit=limit, cursor=cursor)


@router.get("/accounts/{account_id}", responses=may_raise(NotFound))
def show_account(
    account_id: AccountId,
    session: Reading,
    agreement: CurrentAgreement,
    _caller: Annotated[Caller, Depends(staff("support", "operator", scope="support:read"))],
) -> StaffAccountDocument:
    """An account, whole, and whether logging in to it is slowed down at the moment."""
    return service.show_account(session, account_id, agreement=agreement, now=datetime.now(UTC))


@router.post("/accounts/{account_id}/unlock", responses=may_raise(NotFound))
def unlock(
    *,
    account_id: AccountId,
    asked: Unlocking,
    session: Transaction,
    agreement: CurrentAgreement,
    caller: Annotated[Caller, Depends(staff("support", scope="support:write"))],
) -> StaffAccountDocument:
    """Forget wrong passwords, so that the account's owner can try again at once. The password stays."""
    return service.unlock(
        session,
        account_id,
        asked.reason,
        actor=caller.known_account_id,
        agreement=agreement,
        now=datetime.now(UTC),
    )


@internal_router.post("", responses=may_raise(NotFound, views.StaffNotViewed))
def begin_view(view: ViewBegun, session: Transaction, agreement: CurrentAgreement, _: Gateway) -> Principal:
    """Record a view of the portal as somebody else before it begins, and say as whom."""
    return views.begin_view(session, view, agreement=agreement, now=datetime.now(UTC))


@internal_router.post("/ends", status_code=200)
def end_view(view: ViewEnded, session: Transaction, _: Gateway) -> dict[str, str]:
    """Record that a view was stopped."""
    views.end_view(session, view, now=datetime.now(UTC))
    return {"view_id": view.view_id}
