"""The door to the user agreement: reading the one in force, and accepting it."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from keydesk.chassis.http.access import accounts, anyone
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.transaction import Transaction
from keydesk.chassis.i18n import Text
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.accounts.agreements import service
from keydesk.services.accounts.agreements.schemas import Acceptance, AgreementText, SectionText
from keydesk.services.accounts.agreements.service import CurrentAgreement

router = APIRouter(tags=["accounts"])


@router.get("/agreements/current")
def show_agreement(
    request: Request,
    response: Response,
    agreement: CurrentAgreement,
    _caller: Annotated[Caller, Depends(anyone())],
) -> AgreementText:
    """The user agreement in force, in the language of the request."""
    language = language_of(request)
    response.headers["Content-Language"] = language
    return AgreementText(
        version=agreement.version,
        language=language,
        title=Text(agreement.title).to(language),
        intro=Text(agreement.intro).to(language),
        sections=[
            SectionText(heading=Text(section.heading).to(language), text=Text(section.text).to(language))
            for section in agreement.sections
        ],
        published_on=agreement.published_on,
    )


@router.put("/me/agreement", status_code=204, responses=may_raise(NotFound))
def accept_agreement(
    acceptance: Acceptance,
    request: Request,
    session: Transaction,
    agreement: CurrentAgreement,
    caller: Annotated[Caller, Depends(accounts("account:write"))],
) -> None:
    """Accept the agreement in force. Accepting it again changes nothing."""
    service.accept(
        session,
        caller.known_account_id,
        acceptance.version,
        agreement,
        now=datetime.now(UTC),
        address=caller.address,
        language=language_of(request),
    )
