"""SQL of who sees which license: the one place that says what ownership, shares and additions give.

A share gives what its *giver* owns, now: whoever gets a license by a share cannot give it on, and a license
that changes hands leaves the shares of its former owner at once.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, cast

from sqlalchemy import (
    ColumnElement,
    Select,
    Text,
    and_,
    any_,
    case,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    type_coerce,
    union,
)
from sqlalchemy.dialects.postgresql import ARRAY, aggregate_order_by
from sqlalchemy.orm import Session

from keydesk.chassis.problems import NotFound
from keydesk.services.catalog.access.rules import MAY_SEE, Access
from keydesk.services.catalog.models import Addition, CustomerNumber, License, Share, ShareScope
from keydesk.services.catalog.models.shares import ShareLevel


def access_of(account_id: str, now: datetime) -> ColumnElement[Access]:
    """What ``account_id`` may do with the `License` of the same statement, as an expression."""
    full = _shared(account_id, now).where(Share.level == "full").exists()
    added = exists().where(Addition.license_id == License.id, Addition.account_id == account_id)
    access = case(
        (License.owner_account_id == account_id, "owner"),
        (full, "full"),
        (_shared(account_id, now).exists(), "view"),
        (added, "added"),
        else_="none",
    )
    return cast("ColumnElement[Access]", access)


def has_access(account_id: str, access: Access, now: datetime) -> ColumnElement[bool]:
    """Whether `access_of` is ``access`` for a `License` that ``account_id`` sees: cheaper than to compare."""
    if access == "owner":
        return License.owner_account_id == account_id
    if access == "added":
        return License.owner_account_id.is_(None)
    full = _shared(account_id, now).where(Share.level == "full").exists()
    others = License.owner_account_id != account_id
    return and_(others, full if access == "full" else ~full)


def find_visible(session: Session, account_id: str, license_id: str, now: datetime) -> tuple[License, Access]:
    """The license and what ``account_id`` may do with it; raises `NotFound` where it may not even see it."""
    row = session.execute(
        select(License, access_of(account_id, now)).where(License.id == license_id)
    ).one_or_none()
    if row is None or row[1] not in MAY_SEE:
        raise NotFound
    return row[0], row[1]


def accesses(
    session: Session, account_id: str, license_ids: Sequence[str], now: datetime
) -> dict[str, Access]:
    """What ``account_id`` may do with each of these licenses; ``unknown`` for those not heard of."""
    found = select(License.id, access_of(account_id, now)).where(License.id.in_(license_ids))
    known = dict(iter(session.execute(found)))
    return {id: known.get(id, "unknown") for id in license_ids}


def visible_ids(
    session: Session,
    account_id: str,
    now: datetime,
    narrowing: Iterable[ColumnElement[bool]],
    order: Sequence[ColumnElement[Any]],
    *,
    limit: int | None,
) -> Select[str]:
    """The ids of the licenses that ``account_id`` sees, narrowed; the first ``limit`` of each source.

    Every source (what is owned, what each giver shares by customer number, single licenses, additions) is
    read in the order that the page is sorted by and no further than a page, so that a page costs the same
    however many licenses stand behind it. Givers and their numbers are asked for first and written into the
    statement: only for the very giver can PostgreSQL judge which index is the best.
    """
    narrowing = tuple(narrowing)

    def first(found: Select[str]) -> Select[str]:
        ids = found.where(*narrowing).order_by(*order).limit(limit).subquery()
        return select(ids.c.id)

    sources = [first(select(License.id).where(License.owner_account_id == account_id))]
    sources += [
        first(
            select(License.id).where(
                License.owner_account_id == giver,
                License.customer_number == any_(literal(numbers, ARRAY(Text))),
            )
        )
        for giver, numbers in session.execute(_numbers_by_giver(account_id, now))
    ]
    single = select(License.id).join(ShareScope, ShareScope.license_id == License.id)
    single = single.join(Share, Share.id == ShareScope.share_id)
    sources.append(
        first(single.where(*_holds(account_id, now), License.owner_account_id == Share.from_account_id))
    )
    added = select(License.id).join(Addition, Addition.license_id == License.id)
    sources.append(first(added.where(Addition.account_id == account_id)))
    found = union(*sources).subquery()
    return select(found.c.id)


def givers(account_id: str, now: datetime) -> Select[str]:
    """The accounts that share licenses with ``account_id``."""
    return select(Share.from_account_id).where(*_holds(account_id, now))


def numbers_shared(account_id: str, now: datetime) -> Select[str, str | None, ShareLevel]:
    """Giver, customer number and level (the furthest) of what is shared with ``account_id`` by number."""
    # "full" comes before "view".
    return (
        select(Share.from_account_id, ShareScope.customer_number, func.min(Share.level).label("level"))
        .join(ShareScope, ShareScope.share_id == Share.id)
        .where(*_holds(account_id, now), ShareScope.customer_number.is_not(None))
        .group_by(Share.from_account_id, ShareScope.customer_number)
    )


def numbers_managed(account_id: str, now: datetime) -> Select[str]:
    """The customer numbers of the licenses that ``account_id`` owns or has full access to, and its own."""
    first = (
        select(License.customer_number)
        .where(License.owner_account_id == account_id)
        .order_by(License.customer_number)
        .limit(1)
    )
    # One look into the index for each number: there may be a hundred thousand licenses with it.
    owned = first.cte("owned_numbers", recursive=True)
    following = first.where(License.customer_number > owned.c.customer_number).correlate(owned)
    owned = owned.union_all(select(following.scalar_subquery()).where(owned.c.customer_number.is_not(None)))
    shared = numbers_shared(account_id, now).subquery()
    full = select(shared.c.customer_number).where(
        shared.c.level == "full",
        exists().where(
            License.owner_account_id == shared.c.from_account_id,
            License.customer_number == shared.c.customer_number,
        ),
    )
    single = (
        select(License.customer_number)
        .join(ShareScope, ShareScope.license_id == License.id)
        .join(Share, Share.id == ShareScope.share_id)
        .where(
            *_holds(account_id, now),
            Share.level == "full",
            License.owner_account_id == Share.from_account_id,
        )
    )
    proved = select(CustomerNumber.customer_number).where(CustomerNumber.account_id == account_id)
    found = union(
        select(owned.c.customer_number).where(owned.c.customer_number.is_not(None)), full, single, proved
    ).subquery("managed")
    return select(found.c.customer_number).where(found.c.customer_number != "")


def _numbers_by_giver(account_id: str, now: datetime) -> Select[str, Sequence[str]]:
    number = ShareScope.customer_number
    numbers = func.array_agg(aggregate_order_by(number.distinct(), number))
    return (
        select(Share.from_account_id, type_coerce(numbers, ARRAY(Text)))
        .join(ShareScope, ShareScope.share_id == Share.id)
        .where(*_holds(account_id, now), ShareScope.customer_number.is_not(None))
        .group_by(Share.from_account_id)
        .order_by(Share.from_account_id)
    )


def _holds(account_id: str, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        Share.to_account_id == account_id,
        Share.removed_at.is_(None),
        or_(Share.ends_at.is_(None), Share.ends_at > now),
    )


def _shared(account_id: str, now: datetime) -> Select[int]:
    """The shares by which ``account_id`` sees the `License` of the enclosing statement."""
    return (
        select(literal_column("1"))
        .select_from(Share)
        .join(ShareScope, ShareScope.share_id == Share.id)
        .where(
            *_holds(account_id, now),
            Share.from_account_id == License.owner_account_id,
            or_(
                ShareScope.license_id == License.id,
                and_(
                    ShareScope.customer_number.is_not(None),
                    ShareScope.customer_number == License.customer_number,
                ),
            ),
        )
        .correlate(License)
    )
