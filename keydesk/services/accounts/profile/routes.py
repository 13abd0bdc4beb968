"""The door to my account."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, TooManyRequests, may_raise
from keydesk.services.accounts.agreements.service import CurrentAgreement
from keydesk.services.accounts.profile import service
from keydesk.services.accounts.profile.schemas import AccountChange, AccountDocument

router = APIRouter(prefix="/me", tags=["accounts"])


@router.get("", responses=may_raise(NotFound))
def show_account(
    response: Response,
    session: Reading,
    agreement: CurrentAgreement,
    caller: Annotated[Caller, Depends(accounts("account:read"))],
) -> AccountDocument:
    """My account. Its ``ETag`` can be sent as ``If-Match`` with a change."""
    document, tag = service.show_account(session, caller.known_account_id, agreement=agreement)
    response.headers["ETag"] = tag
    return document


@router.patch("", responses=may_raise(NotFound, service.AccountChangedMeanwhile, TooManyRequests))
def change_account(
    *,
    change: AccountChange,
    request: Request,
    response: Response,
    session: Transaction,
    agreement: CurrentAgreement,
    caller: Annotated[Caller, Depends(accounts("account:write"))],
    if_match: Annotated[str | None, Header(max_length=200)] = None,
) -> AccountDocument:
    """Change my account. A new email address counts once its link has been opened."""
    document, tag = service.change_account(
        session,
        caller.known_account_id,
        change,
        if_match=if_match,
        agreement=agreement,
        language=language_of(request),
        now=datetime.now(UTC),
    )
    response.headers["ETag"] = tag
    return document
