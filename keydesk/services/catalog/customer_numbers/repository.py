"""SQL of customer numbers, and of tries to add one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from keydesk.chassis.database import lock_named
from keydesk.services.catalog.access.visibility import numbers_shared, visible_ids
from keydesk.services.catalog.models import CustomerNumber, CustomerNumberTry, License, Person
from keydesk.services.catalog.models.shares import ShareLevel


@dataclass(frozen=True)
class Shared:
    """A customer number shared with somebody, and by whom."""

    customer_number: str
    from_account_id: str
    level: ShareLevel
    customer_name: str
    from_name: str
    from_company: str


def find_numbers(
    session: Session, account_id: str, *, after: str | None, limit: int
) -> Sequence[CustomerNumber]:
    """The next customer numbers of ``account_id``, in their order."""
    found = select(CustomerNumber).where(CustomerNumber.account_id == account_id)
    if after is not None:
        found = found.where(CustomerNumber.customer_number > after)
    return session.scalars(found.order_by(CustomerNumber.customer_number).limit(limit)).all()


def count_licenses(
    session: Session, account_id: str, customer_numbers: Sequence[str], now: datetime
) -> dict[str, int]:
    """How many licenses ``account_id`` sees, by customer number; those with none are left out."""
    ids = visible_ids(
        session, account_id, now, [License.customer_number.in_(customer_numbers)], [], limit=None
    )
    counted = (
        select(License.customer_number, func.count())
        .where(License.id.in_(ids))
        .group_by(License.customer_number)
    )
    return dict(iter(session.execute(counted)))


def find_shared(
    session: Session, account_id: str, now: datetime, *, after: tuple[str, str] | None, limit: int
) -> Sequence[Shared]:
    """The next customer numbers that are shared with ``account_id`` now, each once for each giver."""
    shared = numbers_shared(account_id, now).subquery()
    customer = (
        select(License.customer_name)
        .where(
            License.owner_account_id == shared.c.from_account_id,
            License.customer_number == shared.c.customer_number,
        )
        .order_by(License.registered_order.desc(), License.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    found = select(
        shared.c.customer_number,
        shared.c.from_account_id,
        shared.c.level,
        func.coalesce(customer, ""),
        func.coalesce(Person.name, ""),
        func.coalesce(Person.company_name, ""),
    ).outerjoin(Person, Person.account_id == shared.c.from_account_id)
    place = tuple_(shared.c.customer_number, shared.c.from_account_id)
    if after is not None:
        found = found.where(place > after)
    rows = session.execute(found.order_by(shared.c.customer_number, shared.c.from_account_id).limit(limit))
    return [
        Shared(number, giver, level, customer_name, name, company)
        for number, giver, level, customer_name, name, company in rows
    ]


def put_number(session: Session, number: CustomerNumber) -> CustomerNumber:
    """Add a customer number, or renew what is said of it; it stays added when it was."""
    proposed = postgresql.insert(CustomerNumber).values(
        account_id=number.account_id,
        customer_number=number.customer_number,
        customer_name=number.customer_name,
        order_number=number.order_number,
        comment=number.comment,
        added_at=number.added_at,
    )
    renewed = {name: proposed.excluded[name] for name in ("customer_name", "order_number", "comment")}
    return session.scalars(
        proposed.on_conflict_do_update(
            index_elements=[CustomerNumber.account_id, CustomerNumber.customer_number], set_=renewed
        ).returning(CustomerNumber),
        execution_options={"populate_existing": True},
    ).one()


def remove_number(session: Session, account_id: str, customer_number: str) -> bool:
    """Remove a customer number from the account; whether it was there."""
    removed = session.scalars(
        delete(CustomerNumber)
        .where(CustomerNumber.account_id == account_id, CustomerNumber.customer_number == customer_number)
        .returning(CustomerNumber.customer_number)
    )
    return removed.first() is not None


def lock_tries(session: Session, account_id: str, *, since: datetime) -> Sequence[datetime]:
    """When ``account_id`` tried after ``since``, oldest first; nobody counts its tries meanwhile.

    Earlier ones are removed, so that an account has never more than a few rows.
    """
    lock_named(session, f"customer number tries {account_id}")
    mine = CustomerNumberTry.account_id == account_id
    session.execute(delete(CustomerNumberTry).where(mine, CustomerNumberTry.at <= since))
    found = select(CustomerNumberTry.at).where(mine)
    return session.scalars(found.order_by(CustomerNumberTry.at, CustomerNumberTry.position)).all()


def add_try(session: Session, account_id: str, now: datetime) -> int:
    """Keep a try; its position."""
    return session.scalars(
        insert(CustomerNumberTry).values(account_id=account_id, at=now).returning(CustomerNumberTry.position)
    ).one()


def remove_try(session: Session, position: int) -> None:
    """Forget a try."""
    session.execute(delete(CustomerNumberTry).where(CustomerNumberTry.position == position))
