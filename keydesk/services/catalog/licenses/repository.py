"""SQL of the catalog's licenses: taking facts in set by set, and reading lists by keyset."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    Text,
    cast,
    column,
    delete,
    func,
    insert,
    literal,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute, Session

from keydesk.services.catalog.access.rules import Access
from keydesk.services.catalog.access.visibility import access_of, visible_ids
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.licenses.narrowing import narrowing_of
from keydesk.services.catalog.models import Addition, HistoryEntry, License, Person

ORDERS: dict[str, InstrumentedAttribute[Any]] = {
    "registered_at": License.registered_order,
    "serial_number": License.serial_number,
    "product": License.product_name,
    "maintenance_end": License.maintenance_order,
}
"""The column behind each `Sort`; models.py has an index for each, below the owner."""

_TOLD = [each for each in License.__table__.columns if each.computed is None]
"""The columns of a license that come from its fact; the others follow from them."""


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
    told = ("revision", "name", "company_name", "login_id", "active", "roles")
    newer = {name: proposed.excluded[name] for name in told}
    session.execute(
        proposed.on_conflict_do_update(
            index_elements=[Person.account_id],
            set_=newer,
            where=Person.revision < proposed.excluded.revision,
        ),
        rows,
    )


def end_additions(session: Session, serial_numbers: Sequence[str]) -> list[tuple[str, str]]:
    """Forget what was added before it was registered; account id and serial number of each addition."""
    unregistered = (
        select(License.id)
        .where(License.registered_at.is_(None), License.serial_number.in_(serial_numbers))
        .order_by(License.id)
        .with_for_update()
    )
    found = session.scalars(unregistered).all()
    if not found:
        return []
    added = session.execute(
        select(Addition.account_id, License.serial_number)
        .join(License, License.id == Addition.license_id)
        .where(License.id.in_(found))
        .order_by(License.serial_number, Addition.account_id)
    ).all()
    session.execute(delete(License).where(License.id.in_(found)))
    return [(account_id, serial_number) for account_id, serial_number in added]


def find_licenses(
    session: Session,
    account_id: str,
    criteria: Criteria,
    *,
    after: License | None,
    limit: int,
    now: datetime,
) -> Sequence[tuple[License, Access]]:
    """The next ``limit`` licenses that ``account_id`` sees by ``criteria``, from ``after`` on."""
    ordered_by = ORDERS[criteria.sort.removeprefix("-")]
    backwards = criteria.sort.startswith("-")
    narrowing = narrowing_of(criteria, account_id, now)
    if after is not None:
        place, last = tuple_(ordered_by, License.id), tuple_(getattr(after, ordered_by.key), after.id)
        narrowing.append(place < last if backwards else place > last)
    order = [each.desc() if backwards else each.asc() for each in (ordered_by, License.id)]
    ids = visible_ids(session, account_id, now, narrowing, order, limit=limit)
    found = select(License, access_of(account_id, now)).where(License.id.in_(ids))
    return [(license, access) for license, access in session.execute(found.order_by(*order).limit(limit))]


def count_licenses(session: Session, account_id: str, criteria: Criteria, *, most: int, now: datetime) -> int:
    """How many licenses that ``account_id`` sees fulfil ``criteria``, counted no further than ``most``."""
    narrowing = narrowing_of(criteria, account_id, now)
    ids = visible_ids(session, account_id, now, narrowing, (), limit=most)
    return session.scalars(select(func.count()).select_from(ids.limit(most).subquery())).one()


def find_person(session: Session, account_id: str | None) -> Person | None:
    """Who ``account_id`` is, if accounts has told."""
    return session.get(Person, account_id) if account_id is not None else None


def find_addition(session: Session, account_id: str, license_id: str) -> datetime | None:
    """When ``account_id`` added the license to its catalog, if it did so before it was registered."""
    addition = session.get(Addition, (account_id, license_id))
    return addition.added_at if addition is not None else None
