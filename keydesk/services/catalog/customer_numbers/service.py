"""Use cases of customer numbers."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.http.pages import Page, decode_cursor, decode_last, page_of
from keydesk.chassis.problems import NotFound
from keydesk.services.catalog.customer_numbers import repository
from keydesk.services.catalog.customer_numbers.schemas import (
    CustomerNumberShown,
    NewCustomerNumber,
    SharedCustomerNumber,
)
from keydesk.services.catalog.customer_numbers.tries import prove
from keydesk.services.catalog.models import CustomerNumber


def list_numbers(
    session: Session, account_id: str, *, limit: int, cursor: str | None, now: datetime
) -> Page[CustomerNumberShown]:
    """The customer numbers that ``account_id`` added, with how many of its licenses have each."""
    after = decode_last(cursor, str)
    found = repository.find_numbers(session, account_id, after=after, limit=limit + 1)
    numbers, next_cursor = page_of(found, limit, lambda number: (number.customer_number,))
    counts = repository.count_licenses(
        session, account_id, [number.customer_number for number in numbers], now
    )
    return Page(
        items=[_shown(number, counts.get(number.customer_number, 0)) for number in numbers],
        next_cursor=next_cursor,
    )


def list_shared(
    session: Session, account_id: str, *, limit: int, cursor: str | None, now: datetime
) -> Page[SharedCustomerNumber]:
    """The customer numbers whose licenses somebody shares with ``account_id`` now."""
    position = decode_cursor(cursor, str, str)
    found = repository.find_shared(
        session,
        account_id,
        now,
        after=(str(position[0]), str(position[1])) if position else None,
        limit=limit + 1,
    )
    shared, next_cursor = page_of(found, limit, lambda each: (each.customer_number, each.from_account_id))
    return Page(
        items=[
            SharedCustomerNumber(
                customer_number=each.customer_number,
                customer_name=each.customer_name,
                from_name=each.from_name,
                from_company=each.from_company,
                level=each.level,
            )
            for each in shared
        ],
        next_cursor=next_cursor,
    )


def add_number(
    session: Session,
    database: Database,
    licensing: RoomClient,
    account_id: str,
    new: NewCustomerNumber,
    *,
    now: datetime,
) -> CustomerNumberShown:
    """Add a customer number that ``account_id`` knows an order of. One that is there gets the new comment.

    Raises as `tries.prove` does; nothing was added then.
    """
    told = prove(database, licensing, account_id, new, now)
    number = repository.put_number(
        session,
        CustomerNumber(
            account_id=account_id,
            customer_number=new.customer_number,
            customer_name=told.customer_name,
            order_number=new.order_number,
            comment=new.comment,
            added_at=now,
        ),
    )
    counts = repository.count_licenses(session, account_id, [number.customer_number], now)
    return _shown(number, counts.get(number.customer_number, 0))


def remove_number(session: Session, account_id: str, customer_number: str) -> None:
    """Take a customer number away from the account; licenses stay as they are. Raises `NotFound`."""
    if not repository.remove_number(session, account_id, customer_number):
        raise NotFound


def _shown(number: CustomerNumber, license_count: int) -> CustomerNumberShown:
    return CustomerNumberShown(
        customer_number=number.customer_number,
        customer_name=number.customer_name,
        order_number=number.order_number,
        comment=number.comment,
        added_at=number.added_at,
        license_count=license_count,
    )
