"""The internal doors through which the gateway learns who somebody is."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.database import Database
from keydesk.chassis.http.access import services
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.resources import resource
from keydesk.services.accounts.agreements.service import CurrentAgreement
from keydesk.services.accounts.authentication import service
from keydesk.services.accounts.authentication.schemas import Authenticated, Credentials, Principal

router = APIRouter(tags=["internal"])

Gateway = Annotated[Caller, Depends(services("gateway"))]
AccountId = Annotated[str, id_type("acc")]


@router.post("/authentications")
def authenticate(
    credentials: Credentials,
    request: Request,
    agreement: CurrentAgreement,
    secret: Annotated[service.DeviceSecret, resource(service.DeviceSecret.from_settings)],
    _caller: Gateway,
) -> Authenticated:
    """Whose these credentials are; 401, 403 or 429 as told in `service.authenticate`."""
    database: Database = request.app.state.database
    return service.authenticate(
        database, credentials, agreement=agreement, secret=secret, now=datetime.now(UTC)
    )


@router.get("/accounts/{account_id}/principal")
def show_principal(
    account_id: AccountId, session: Reading, agreement: CurrentAgreement, _caller: Gateway
) -> Principal:
    """What an account is now; 404 when it may no longer act."""
    return service.show_principal(session, account_id, agreement=agreement)
