"""The HTTP door of customer numbers."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import StringConstraints

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, TooManyRequests, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.catalog.customer_numbers import service
from keydesk.services.catalog.customer_numbers.schemas import (
    CustomerNumberShown,
    NewCustomerNumber,
    SharedCustomerNumber,
)
from keydesk.services.catalog.customer_numbers.tries import CustomerNumberMismatch
from keydesk.services.catalog.licenses.routes import Reader
from keydesk.services.catalog.licenses.service import licensing

router = APIRouter(prefix="/customer-numbers", tags=["customer numbers"], route_class=IdempotentRoute)

Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]
Licensing = Annotated[RoomClient, resource(licensing)]


@router.get("")
def list_customer_numbers(
    caller: Reader, session: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[CustomerNumberShown]:
    """The customer numbers that the caller added."""
    return service.list_numbers(
        session, caller.known_account_id, limit=limit, cursor=cursor, now=datetime.now(UTC)
    )


@router.get("/shared")
def list_shared_customer_numbers(
    caller: Reader, session: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[SharedCustomerNumber]:
    """The customer numbers whose licenses somebody shares with the caller."""
    return service.list_shared(
        session, caller.known_account_id, limit=limit, cursor=cursor, now=datetime.now(UTC)
    )


@router.post("", status_code=201, responses=may_raise(CustomerNumberMismatch, TooManyRequests))
def add_customer_number(
    new: NewCustomerNumber,
    request: Request,
    caller: Writer,
    session: Transaction,
    licensing_client: Licensing,
) -> CustomerNumberShown:
    """Add a customer number, proven by the number of one of its orders; ten wrong pairs an hour at most."""
    return service.add_number(
        session,
        request.app.state.database,
        licensing_client,
        caller.known_account_id,
        new,
        now=datetime.now(UTC),
    )


@router.delete("/{customer_number}", status_code=204, responses=may_raise(NotFound))
def remove_customer_number(
    customer_number: Annotated[
        str, StringConstraints(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")
    ],
    caller: Writer,
    session: Transaction,
) -> None:
    """Take a customer number away from the account. Licenses stay where they are."""
    service.remove_number(session, caller.known_account_id, customer_number)
