"""The door for people who want an account.

Signing up takes no Idempotency-Key: sent again it is harmless, since the newest sign-up counts, and
nothing made of a request that holds a password, not even a fingerprint, is to be kept.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.http.access import anyone
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import TooManyRequests, may_raise
from keydesk.services.accounts.agreements.service import CurrentAgreement
from keydesk.services.accounts.sign_up import service
from keydesk.services.accounts.sign_up.schemas import SignUp, SignUpForm, VerificationSent

router = APIRouter(prefix="/accounts", tags=["accounts"])


@router.post("", status_code=202, responses=may_raise(TooManyRequests))
def sign_up(
    form: SignUp,
    request: Request,
    session: Transaction,
    agreement: CurrentAgreement,
    caller: Annotated[Caller, Depends(anyone())],
) -> VerificationSent:
    """Sign up. The answer is the same whether or not the address has an account; an email tells which."""
    email = service.sign_up(
        session,
        form,
        agreement=agreement,
        language=language_of(request),
        address=caller.address,
        now=datetime.now(UTC),
    )
    return VerificationSent(email=email)


@router.post("/checks", status_code=204)
def check_form(form: SignUpForm, session: Reading, _caller: Annotated[Caller, Depends(anyone())]) -> None:
    """Check the form before the user agreement is shown. Creates nothing."""
    service.check_form(session, form)
