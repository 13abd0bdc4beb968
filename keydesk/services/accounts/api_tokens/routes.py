"""The doors to API tokens: one's own, and the gateway's check.

Making one twice with the same Idempotency-Key makes one; its answer holds a secret and is not kept.
"""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import accounts, services
from keydesk.chassis.http.idempotency import ShownOnceRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.accounts.agreements.service import CurrentAgreement
from keydesk.services.accounts.api_tokens import service
from keydesk.services.accounts.api_tokens.schemas import MadeToken, NewToken, TokenDocument, Tokens
from keydesk.services.accounts.authentication.schemas import CheckedToken, TokenToCheck

router = APIRouter(prefix="/me/tokens", tags=["accounts"], route_class=ShownOnceRoute)
internal_router = APIRouter(tags=["internal"])

TokenId = Annotated[str, id_type("tok")]
Writer = Annotated[Caller, Depends(accounts("account:write"))]


@router.get("")
def list_tokens(session: Reading, caller: Annotated[Caller, Depends(accounts("account:read"))]) -> Tokens:
    """My tokens that hold, newest first."""
    tokens = service.list_tokens(session, caller.known_account_id, now=datetime.now(UTC))
    return Tokens(items=[TokenDocument.model_validate(token, from_attributes=True) for token in tokens])


@router.post("", status_code=201, responses=may_raise(NotFound, service.TooManyTokens))
def make_token(wanted: NewToken, session: Transaction, caller: Writer) -> MadeToken:
    """Make a token, with no more than one's own scopes. Its text is shown this once."""
    token, secret = service.make_token(session, caller, wanted, now=datetime.now(UTC))
    return MadeToken(
        id=token.id, name=token.name, scopes=wanted.scopes, token=secret, expires_at=token.expires_at
    )


@router.delete("/{token_id}", status_code=204, responses=may_raise(NotFound))
def revoke_token(token_id: TokenId, session: Transaction, caller: Writer) -> None:
    """Revoke a token."""
    service.revoke_token(session, caller.known_account_id, token_id, now=datetime.now(UTC))


@internal_router.post("/token-checks")
def check_token(
    sent: TokenToCheck,
    session: Transaction,
    agreement: CurrentAgreement,
    _caller: Annotated[Caller, Depends(services("gateway"))],
) -> CheckedToken:
    """Whose token this is; 401 for one that does not hold."""
    return service.check_token(session, sent.token, agreement=agreement, now=datetime.now(UTC))
