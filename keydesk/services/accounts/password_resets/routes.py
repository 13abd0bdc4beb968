"""The doors for a forgotten password."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.http.access import anyone
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.transaction import Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import TooManyRequests, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.accounts.links.service import LinkExpired, LinkMaker, LinkUnknown
from keydesk.services.accounts.password_resets import service
from keydesk.services.accounts.password_resets.schemas import Reset, ResetRequest
from keydesk.services.accounts.people.schemas import AnswerSent

router = APIRouter(prefix="/password-resets", tags=["accounts"])


@router.post("", status_code=202, responses=may_raise(TooManyRequests))
def request_reset(
    asked: ResetRequest,
    request: Request,
    session: Transaction,
    _caller: Annotated[Caller, Depends(anyone())],
) -> AnswerSent:
    """Ask for a link that sets a new password. The answer is the same whether or not there is an account."""
    service.request_reset(session, asked.login_id, language=language_of(request), now=datetime.now(UTC))
    return AnswerSent()


@router.post("/complete", status_code=204, responses=may_raise(LinkUnknown, LinkExpired))
def complete_reset(
    reset: Reset,
    session: Transaction,
    maker: Annotated[LinkMaker, resource(LinkMaker.from_settings)],
    _caller: Annotated[Caller, Depends(anyone())],
) -> None:
    """Set the new password. The link works once; every session of the account ends."""
    service.complete_reset(session, maker, reset, now=datetime.now(UTC))
