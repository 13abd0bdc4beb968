"""SQL of shares. Lists take the same number of statements however long they are."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    Text,
    and_,
    cast,
    column,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Session, aliased

from keydesk.services.catalog.models import License, Person, Share, ShareScope


@dataclass(frozen=True)
class Choice:
    """What is to be shared, in the order in which it was chosen."""

    customer_numbers: Sequence[str]
    license_ids: Sequence[str]


@dataclass
class Coverage:
    """What a share covers now."""

    customer_numbers: list[str] = field(default_factory=list)
    licenses: list[tuple[str, str]] = field(default_factory=list)
    """Id and serial number of the single ones that its giver still owns."""
    license_count: int = 0


def find_active_person(session: Session, login_id: str) -> Person | None:
    """The active account with this login ID, whatever its case."""
    return session.scalars(
        select(Person)
        .where(func.lower(Person.login_id) == func.lower(login_id), Person.login_id != "", Person.active)
        .order_by(Person.account_id)
        .limit(1)
    ).one_or_none()


def find_person(session: Session, account_id: str) -> Person | None:
    """Who ``account_id`` is, if accounts has told."""
    return session.get(Person, account_id)


def owned_customer_numbers(
    session: Session, account_id: str, *, after: str | None, limit: int
) -> Sequence[tuple[str, str, int]]:
    """Customer numbers of the licenses that ``account_id`` owns, each with a name and how many there are."""
    statement = (
        select(License.customer_number, func.max(License.customer_name), func.count())
        .where(License.owner_account_id == account_id, License.customer_number != "")
        .group_by(License.customer_number)
        .order_by(License.customer_number)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(License.customer_number > after)
    return [(number, name, count) for number, name, count in session.execute(statement)]


def those_owned(session: Session, account_id: str, customer_numbers: Collection[str]) -> set[str]:
    """Those of ``customer_numbers`` that a license of ``account_id`` has."""
    # One look into the index for each number: there may be a hundred thousand licenses with it.
    asked = (
        func.unnest(cast(literal(list(customer_numbers), ARRAY(Text)), ARRAY(Text)))
        .table_valued(column("number", Text), name="asked")
        .render_derived()
    )
    owned = exists().where(License.owner_account_id == account_id, License.customer_number == asked.c.number)
    return set(session.scalars(select(asked.c.number).where(owned)))


def owned_licenses(session: Session, account_id: str, license_ids: Collection[str]) -> set[str]:
    """Those of ``license_ids`` that ``account_id`` owns."""
    if not license_ids:
        return set()
    return set(
        session.scalars(
            select(License.id).where(License.id.in_(license_ids), License.owner_account_id == account_id)
        )
    )


def scopes_of(session: Session, share_id: str) -> Choice:
    """The customer numbers and the single licenses that a share names."""
    rows = session.execute(
        select(ShareScope.customer_number, ShareScope.license_id)
        .where(ShareScope.share_id == share_id)
        .order_by(ShareScope.customer_number, ShareScope.license_id)
    ).all()
    numbers = [number for number, _ in rows if number is not None]
    return Choice(numbers, [license_id for _, license_id in rows if license_id is not None])


def add_scopes(
    session: Session, share_id: str, customer_numbers: Collection[str], license_ids: Collection[str]
) -> None:
    """Let a share cover these as well; it names none of them yet."""
    rows = [
        {"share_id": share_id, "customer_number": number, "license_id": None}
        for number in sorted(customer_numbers)
    ] + [
        {"share_id": share_id, "customer_number": None, "license_id": license_id}
        for license_id in sorted(license_ids)
    ]
    if rows:
        session.execute(insert(ShareScope), rows)


def remove_scopes(
    session: Session, share_id: str, customer_numbers: Collection[str], license_ids: Collection[str]
) -> None:
    """Let a share cover these no longer."""
    if customer_numbers or license_ids:
        session.execute(
            delete(ShareScope).where(
                ShareScope.share_id == share_id,
                or_(
                    ShareScope.customer_number.in_(customer_numbers),
                    ShareScope.license_id.in_(license_ids),
                ),
            )
        )


def given_share(
    session: Session, account_id: str, share_id: str, *, for_update: bool = False
) -> Share | None:
    """A share that ``account_id`` gave and has not removed."""
    statement = select(Share).where(
        Share.id == share_id, Share.from_account_id == account_id, Share.removed_at.is_(None)
    )
    if for_update:
        statement = statement.with_for_update()
    return session.scalars(statement).one_or_none()


def given_shares(
    session: Session, account_id: str, *, license_id: str | None, before: str | None, limit: int
) -> Sequence[tuple[Share, Person | None]]:
    """The shares that ``account_id`` gave and has not removed, newest first, with those who got them."""
    statement = (
        select(Share, Person)
        .outerjoin(Person, Person.account_id == Share.to_account_id)
        .where(Share.from_account_id == account_id, Share.removed_at.is_(None))
        .order_by(Share.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Share.id < before)
    if license_id is not None:
        statement = statement.where(_covers(license_id))
    return [(share, person) for share, person in session.execute(statement)]


def received_share(
    session: Session, account_id: str, share_id: str, now: datetime, *, for_update: bool = False
) -> Share | None:
    """A share that ``account_id`` was given, if it holds now."""
    statement = select(Share).where(Share.id == share_id, *_held_by(account_id, now))
    if for_update:
        statement = statement.with_for_update()
    return session.scalars(statement).one_or_none()


def received_shares(
    session: Session, account_id: str, *, hidden: bool | None, before: str | None, limit: int, now: datetime
) -> Sequence[tuple[Share, Person | None]]:
    """The shares that ``account_id`` was given and that hold now, newest first, with their givers."""
    statement = (
        select(Share, Person)
        .outerjoin(Person, Person.account_id == Share.from_account_id)
        .where(*_held_by(account_id, now))
        .order_by(Share.id.desc())
        .limit(limit)
    )
    if before is not None:
        statement = statement.where(Share.id < before)
    if hidden is not None:
        statement = statement.where(Share.hidden_at.is_not(None) if hidden else Share.hidden_at.is_(None))
    return [(share, person) for share, person in session.execute(statement)]


def coverage_of(session: Session, share_ids: Collection[str]) -> dict[str, Coverage]:
    """What each of these shares covers now."""
    found: dict[str, Coverage] = defaultdict(Coverage)
    if not share_ids:
        return found
    for share_id, number in session.execute(
        select(ShareScope.share_id, ShareScope.customer_number)
        .where(ShareScope.share_id.in_(share_ids), ShareScope.customer_number.is_not(None))
        .order_by(ShareScope.share_id, ShareScope.customer_number)
    ):
        found[share_id].customer_numbers.append(str(number))
    for share_id, license_id, serial_number in session.execute(
        select(ShareScope.share_id, License.id, License.serial_number)
        .select_from(ShareScope)
        .join(Share, Share.id == ShareScope.share_id)
        .join(License, License.id == ShareScope.license_id)
        .where(ShareScope.share_id.in_(share_ids), License.owner_account_id == Share.from_account_id)
        .order_by(ShareScope.share_id, License.serial_number, License.id)
    ):
        found[share_id].licenses.append((license_id, serial_number))
    for share_id, count in _counts(session, share_ids):
        found[share_id].license_count = count
    return found


def _counts(session: Session, share_ids: Collection[str]) -> Sequence[tuple[str, int]]:
    """How many licenses each share covers; each customer number of a giver is counted once for all."""
    scoped = (
        select(ShareScope.share_id, Share.from_account_id, ShareScope.customer_number, ShareScope.license_id)
        .join(Share, Share.id == ShareScope.share_id)
        .where(ShareScope.share_id.in_(share_ids))
        .cte("scoped")
    )
    named = (
        select(scoped.c.from_account_id, scoped.c.customer_number)
        .where(scoped.c.customer_number.is_not(None))
        .distinct()
        .subquery()
    )
    counted = (
        select(named.c.from_account_id, named.c.customer_number, func.count().label("licenses"))
        .join(
            License,
            and_(
                License.owner_account_id == named.c.from_account_id,
                License.customer_number == named.c.customer_number,
            ),
        )
        .group_by(named.c.from_account_id, named.c.customer_number)
        .subquery()
    )
    by_number = select(scoped.c.share_id, counted.c.licenses).join(
        counted,
        and_(
            counted.c.from_account_id == scoped.c.from_account_id,
            counted.c.customer_number == scoped.c.customer_number,
        ),
    )
    other = scoped.alias("other")
    single = (
        select(scoped.c.share_id, literal(1).label("licenses"))
        .join(License, License.id == scoped.c.license_id)
        .where(
            License.owner_account_id == scoped.c.from_account_id,
            ~exists().where(
                other.c.share_id == scoped.c.share_id, other.c.customer_number == License.customer_number
            ),
        )
    )
    both = union_all(by_number, single).subquery()
    total = select(both.c.share_id, func.sum(both.c.licenses)).group_by(both.c.share_id)
    return [(share_id, int(count)) for share_id, count in session.execute(total)]


def _held_by(account_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Share.to_account_id == account_id,
        Share.removed_at.is_(None),
        or_(Share.ends_at.is_(None), Share.ends_at > now),
    )


def _covers(license_id: str) -> ColumnElement[bool]:
    """Whether the `Share` of the enclosing statement covers this license, which its giver owns."""
    covered = aliased(License)
    return exists().where(
        covered.id == license_id,
        covered.owner_account_id == Share.from_account_id,
        ShareScope.share_id == Share.id,
        or_(ShareScope.license_id == covered.id, ShareScope.customer_number == covered.customer_number),
    )
