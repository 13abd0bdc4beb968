"""`Criteria` as SQL: what narrows the licenses that somebody sees. None of it widens what they see."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute

from keydesk.services.catalog.access.visibility import has_access
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.licenses.maintenance import last_days_of
from keydesk.services.catalog.models import Field, FieldValue, License

_STARTS: dict[str, InstrumentedAttribute[str]] = {
    "customer_number": License.customer_number,
    "order_number": License.order_number,
    "host_id": License.host_id,
    "serial_number": License.serial_number,
}
"""Criteria that say how a column starts; all of them are among `models.SEARCHED`."""


def narrowing_of(criteria: Criteria, account_id: str, now: datetime) -> list[ColumnElement[bool]]:
    """What `License` has to fulfil, as ``account_id`` sees it ``now``."""
    return [
        *_printed(criteria),
        *_standing(criteria, now.date()),
        *_dated(criteria),
        *_whose(criteria, account_id, now),
        *(_described(wanted, account_id) for wanted in criteria.field),
    ]


def _printed(criteria: Criteria) -> list[ColumnElement[bool]]:
    found = [_holds(word) for word in (criteria.query or "").split()]
    for name, column in _STARTS.items():
        start = getattr(criteria, name)
        if start is not None:
            found.append(column.like(f"{_literally(start)}%", escape="\\"))
            if start.isascii():
                found.append(_holds(start))  # follows from it, and has an index
    if criteria.product is not None:
        found.append(License.sku == criteria.product)
    if criteria.price_tier is not None:
        tiers = (License.deployed_price_tier, License.entitled_price_tier)
        found.append(or_(*(tier == criteria.price_tier for tier in tiers)))
    return found


def _holds(text: str) -> ColumnElement[bool]:
    """Whether what is searched holds ``text``, whatever its case."""
    return License.searched.like(func.lower(f"%{_literally(text)}%"), escape="\\")


def _standing(criteria: Criteria, today: date) -> list[ColumnElement[bool]]:
    if criteria.status is None:
        return []
    if criteria.status == "not_registered":
        return [License.registered_at.is_(None)]
    return [
        License.registered_at.is_not(None),
        License.maintenance_order.between(*last_days_of(criteria.status, today)),
    ]


def _dated(criteria: Criteria) -> list[ColumnElement[bool]]:
    found = [
        *_between(License.ordered_on, criteria.ordered_from, criteria.ordered_to),
        *_between(License.maintenance_order, criteria.ends_from, criteria.ends_to),
    ]
    if criteria.ends_from is not None or criteria.ends_to is not None:
        found.append(License.maintenance_end.is_not(None))
    if criteria.registered_from is not None or criteria.registered_to is not None:
        found.append(License.registered_at.is_not(None))
    if criteria.registered_from is not None:
        found.append(License.registered_order >= _begin_of(criteria.registered_from))
    if criteria.registered_to is not None and criteria.registered_to < date.max:
        found.append(License.registered_order < _begin_of(criteria.registered_to + timedelta(days=1)))
    return found


def _between(column: Any, first: date | None, last: date | None) -> list[ColumnElement[bool]]:
    return [
        *([column >= first] if first is not None else []),
        *([column <= last] if last is not None else []),
    ]


def _begin_of(day: date) -> datetime:
    return datetime.combine(day, time.min, UTC)


def _whose(criteria: Criteria, account_id: str, now: datetime) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if criteria.owner is not None:
        found.append(License.owner_account_id == criteria.owner)
    if criteria.shared_by is not None:
        # Whatever somebody sees of another owner's, that owner shares with them.
        found += [License.owner_account_id == criteria.shared_by, License.owner_account_id != account_id]
    if criteria.access is not None:
        found.append(has_access(account_id, criteria.access, now))
    return found


def _described(wanted: str, account_id: str) -> ColumnElement[bool]:
    """A field counts where its value is shown: it is the owner's, who is the caller or shares it."""
    field_id, _, start = wanted.partition(":")
    return (
        select(FieldValue.license_id)
        .join(Field, Field.id == FieldValue.field_id)
        .where(
            FieldValue.license_id == License.id,
            FieldValue.field_id == field_id,
            func.lower(FieldValue.value).like(func.lower(f"{_literally(start)}%"), escape="\\"),
            Field.account_id == License.owner_account_id,
            or_(Field.shared, Field.account_id == account_id),
        )
        .correlate(License)
        .exists()
    )


def _literally(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
