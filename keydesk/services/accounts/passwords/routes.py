"""The door for changing one's password."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request

from keydesk.chassis.database import Database
from keydesk.chassis.http.access import accounts
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, TooManyRequests, may_raise
from keydesk.services.accounts.passwords import service
from keydesk.services.accounts.passwords.schemas import PasswordChange

router = APIRouter(tags=["accounts"])


@router.put("/me/password", status_code=204, responses=may_raise(NotFound, TooManyRequests))
def change_password(
    change: PasswordChange, request: Request, caller: Annotated[Caller, Depends(accounts("account:write"))]
) -> None:
    """Change the password. Every other session ends."""
    database: Database = request.app.state.database
    service.change_password(
        database, caller.known_account_id, change, session_id=caller.session_id, now=datetime.now(UTC)
    )
