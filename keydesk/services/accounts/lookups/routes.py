"""The door for who does not remember having an account."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.http.access import anyone
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.transaction import Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import TooManyRequests, may_raise
from keydesk.services.accounts.lookups import service
from keydesk.services.accounts.people.email_addresses import require_email
from keydesk.services.accounts.people.schemas import AnswerSent, EmailAddress

router = APIRouter(tags=["accounts"])


@router.post("/account-lookups", status_code=202, responses=may_raise(TooManyRequests))
def look_up_account(
    asked: EmailAddress,
    request: Request,
    session: Transaction,
    _caller: Annotated[Caller, Depends(anyone())],
) -> AnswerSent:
    """Ask whether an address has an account. The answer goes to that address, by email."""
    email = require_email(asked.email)
    service.look_up(session, email, language=language_of(request), now=datetime.now(UTC))
    return AnswerSent()
