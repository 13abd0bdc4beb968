"""SQL of the catalog's licenses: taking facts in set by set, and reading lists by keyset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute, Session

from keydesk.services.catalog.licenses.schemas import Sort
from keydesk.services.catalog.models import HistoryEntry, License, Person

ORDERS: dict[str, InstrumentedAttribute[Any]] = {
    "registered_at": License.registered_at,
    "serial_number": License.serial_number,
    "product": License.product_name,
    "maintenance_end": License.maintenance_order,
}
"""The column behind each `Sort`; models.py has an index for each, below the owner."""


@dataclass(frozen=True)
class Filters:
    """Which of an owner's licenses are wanted; what is None does not narrow."""

    words: tuple[str, ...] = ()
    """Each must be found somewhere in `models.SEARCHED`, whatever its case."""
    sku: str | None = None
    last_days: tuple[date, date] | None = None
    """First and last end of maintenance; `date.max` stands for none."""


def add_licenses(session: Session, rows: Sequence[dict[str, Any]]) -> set[str]:
    """Insert the licenses that are not there yet; the ids of those."""
    statement = postgresql.insert(License).on_conflict_do_nothing().returning(License.id)
    return set(session.scalars(statement, rows))


def add_history(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Append to the history."""
    session.execute(insert(HistoryEntry), rows)


def upsert_people(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add people, or renew those whose revision is older. ``rows`` name each account once."""
    proposed = postgresql.insert(Person)
    newer = {name: proposed.excluded[name] for name in ("revision", "name", "company_name")}
    session.execute(
        proposed.on_conflict_do_update(
            index_elements=[Person.account_id],
            set_=newer,
            where=Person.revision < proposed.excluded.revision,
        ),
        rows,
    )


def find_licenses(
    session: Session, owner: str, filters: Filters, sort: Sort, *, after: License | None, limit: int
) -> Sequence[License]:
    """The next ``limit`` licenses of ``owner`` in the order of ``sort``, beginning after ``after``."""
    column = ORDERS[sort.removeprefix("-")]
    backwards = sort.startswith("-")
    wanted = select(License).where(License.owner_account_id == owner, *_narrowing(filters))
    if after is not None:
        place, last = tuple_(column, License.id), tuple_(getattr(after, column.key), after.id)
        wanted = wanted.where(place < last if backwards else place > last)
    order = (column.desc(), License.id.desc()) if backwards else (column, License.id)
    return session.scalars(wanted.order_by(*order).limit(limit)).all()


def _narrowing(filters: Filters) -> list[ColumnElement[bool]]:
    narrowing: list[ColumnElement[bool]] = [
        License.searched.like(func.lower(f"%{_literally(word)}%"), escape="\\") for word in filters.words
    ]
    if filters.sku is not None:
        narrowing.append(License.sku == filters.sku)
    if filters.last_days is not None:
        narrowing.append(License.maintenance_order.between(*filters.last_days))
    return narrowing


def _literally(word: str) -> str:
    return word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


def find_license(session: Session, owner: str, license_id: str) -> License | None:
    """The license if it is this owner's."""
    return session.scalar(select(License).where(License.id == license_id, License.owner_account_id == owner))


def find_person(session: Session, account_id: str) -> Person | None:
    """Who ``account_id`` is, if accounts has told."""
    return session.get(Person, account_id)


def find_history(session: Session, license_id: str) -> Sequence[tuple[HistoryEntry, str | None]]:
    """What was done to a license, oldest first, with the names of those who did it."""
    statement = (
        select(HistoryEntry, Person.name)
        .outerjoin(Person, Person.account_id == HistoryEntry.account_id)
        .where(HistoryEntry.license_id == license_id)
        .order_by(HistoryEntry.at, HistoryEntry.position)
    )
    return [(entry, name) for entry, name in session.execute(statement)]
