"""The door for links that verify an email address."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.http.access import anyone
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.transaction import Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import TooManyRequests, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.accounts.agreements.service import CurrentAgreement
from keydesk.services.accounts.links.service import LinkExpired, LinkMaker, LinkUnknown
from keydesk.services.accounts.people.email_addresses import require_email
from keydesk.services.accounts.people.schemas import AnswerSent, EmailAddress
from keydesk.services.accounts.verifications import service
from keydesk.services.accounts.verifications.schemas import Verification, VerifiedEmail

router = APIRouter(prefix="/email-verifications", tags=["accounts"])


@router.post("", responses=may_raise(LinkUnknown, LinkExpired))
def verify_email(
    verification: Verification,
    request: Request,
    session: Transaction,
    maker: Annotated[LinkMaker, resource(LinkMaker.from_settings)],
    agreement: CurrentAgreement,
    _caller: Annotated[Caller, Depends(anyone())],
) -> VerifiedEmail:
    """Verify the address that the link was sent to. A link works once."""
    verified = service.verify(
        session,
        maker,
        verification.token,
        agreement_version=agreement.version,
        language=language_of(request),
        now=datetime.now(UTC),
    )
    return VerifiedEmail(email=verified.email, purpose=verified.purpose, login_id=verified.login_id)


@router.post("/requests", status_code=202, responses=may_raise(TooManyRequests))
def request_verification(
    asked: EmailAddress,
    request: Request,
    session: Transaction,
    caller: Annotated[Caller, Depends(anyone())],
) -> AnswerSent:
    """Send a new link to an address that waits for one. The answer is the same for every address."""
    service.request_again(
        session,
        require_email(asked.email),
        account_id=caller.account_id,
        language=language_of(request),
        now=datetime.now(UTC),
    )
    return AnswerSent()
