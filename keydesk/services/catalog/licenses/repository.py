"""SQL of the catalog's licenses: taking facts in set by set, and reading lists by keyset."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import orjson
from sqlalchemy import JSON, ColumnElement, Text, cast, column, func, insert, literal, select, tuple_
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

_TOLD = [each for each in License.__table__.columns if each.computed is None]
"""The columns of a license that come from its fact; the others follow from them."""


@dataclass(frozen=True)
class Filters:
    """Which of an owner's licenses are wanted; what is None does not narrow."""

    words: tuple[str, ...] = ()
    """Each must be found somewhere in `models.SEARCHED`, whatever its case."""
    sku: str | None = None
    last_days: tuple[date, date] | None = None
    """First and last end of maintenance; `date.max` stands for none."""


def add_licenses(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the licenses that are not there yet, each with the first line of its history.

    ``rows`` come in the order of their ids, so that two batches never wait for each other.

    One statement with one parameter, whatever the number of rows: licenses are issued by the thousand.
    """
    told = (
        func.json_to_recordset(cast(literal(orjson.dumps(rows).decode(), Text), JSON))
        .table_valued(*(column(each.name, each.type) for each in _TOLD), name="told")
        .render_derived(with_types=True)
    )
    added = (
        postgresql.insert(License)
        .from_select([each.name for each in _TOLD], select(told))
        .on_conflict_do_nothing()
        .returning(License.id, License.registered_at, License.registered_by)
        .cte("added")
    )
    begun = select(added.c.id, literal("registered"), added.c.registered_at, added.c.registered_by)
    session.execute(insert(HistoryEntry).from_select(["license_id", "action", "at", "account_id"], begun))


def upsert_people(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add people, or renew those whose revision is older. ``rows`` name each account once, in order."""
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
    ordered_by = ORDERS[sort.removeprefix("-")]
    backwards = sort.startswith("-")
    wanted = select(License).where(License.owner_account_id == owner, *_narrowing(filters))
    if after is not None:
        place, last = tuple_(ordered_by, License.id), tuple_(getattr(after, ordered_by.key), after.id)
        wanted = wanted.where(place < last if backwards else place > last)
    order = (ordered_by.desc(), License.id.desc()) if backwards else (ordered_by, License.id)
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
