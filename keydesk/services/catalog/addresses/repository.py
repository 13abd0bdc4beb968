"""SQL of install-at addresses: keeping each once, searching those that somebody may use, moving licenses."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, func, literal, select, tuple_
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import InstrumentedAttribute, Session

from keydesk.chassis.ids import new_id
from keydesk.services.catalog.access.visibility import numbers_managed
from keydesk.services.catalog.addresses.rules import Parts, as_document, fingerprint_of, postal_code_key
from keydesk.services.catalog.models import Address, License
from keydesk.services.catalog.models.addresses import AddressSource

MOST_COMPARED = 200
"""Addresses with one postal code that are compared with a new one."""

_ORDERED: Mapping[str, InstrumentedAttribute[str]] = {
    "address_1": Address.address_1_order,
    "address_2": Address.address_2_order,
    "address_3": Address.address_3_order,
    "address_4": Address.address_4_order,
    "city": Address.city_order,
    "postal_code": Address.postal_code_order,
}
_ORDER = (Address.country, Address.address_1_order, Address.id)
_LAST = "\U0010ffff"
"""The last code point: what starts with something stands between it and it with this behind."""


class Sought(NamedTuple):
    """Which addresses; None does not narrow."""

    country: str | None = None
    state: str | None = None
    other_state: str | None = None
    where: str | None = None
    starts_with: str | None = None
    customer_number: str | None = None


class Keeping(NamedTuple):
    """An address of a customer number."""

    customer_number: str
    parts: Parts


def keep(
    session: Session, addresses: Iterable[Keeping], source: AddressSource, now: datetime
) -> dict[Keeping, str]:
    """Add the addresses that their customer numbers do not have yet; the id of each of them."""
    # In one order, so that two transactions never wait for each other.
    prints = {each: (each.customer_number, fingerprint_of(each.parts)) for each in addresses}
    wanted = {key: each for each, key in sorted(prints.items(), key=lambda item: item[1])}
    if not wanted:
        return {}
    rows = [
        {
            **as_document(each.parts),
            "id": new_id("adr"),
            "customer_number": each.customer_number,
            "fingerprint": key[1],
            "postal_code_key": postal_code_key(each.parts.postal_code),
            "source": source,
            "created_at": now,
        }
        for key, each in wanted.items()
    ]
    session.execute(postgresql.insert(Address).on_conflict_do_nothing(), rows)
    kept = select(Address.customer_number, Address.fingerprint, Address.id).where(
        tuple_(Address.customer_number, Address.fingerprint).in_(list(wanted))
    )
    ids = {(number, fingerprint): id for number, fingerprint, id in session.execute(kept)}
    return {each: ids[key] for each, key in prints.items()}


def find(session: Session, address_id: str) -> Address | None:
    """The address, of whichever customer number."""
    return session.get(Address, address_id)


def find_usable(session: Session, account_id: str, address_id: str, now: datetime) -> Address | None:
    """The address, if its customer number is one of those that ``account_id`` manages."""
    found = select(Address).where(
        Address.id == address_id, Address.customer_number.in_(numbers_managed(account_id, now))
    )
    return session.scalars(found).one_or_none()


def manages(session: Session, account_id: str, customer_number: str, now: datetime) -> bool:
    """Whether ``customer_number`` is one of those that ``account_id`` manages."""
    managed = numbers_managed(account_id, now).subquery()
    found = select(literal(value=True)).where(managed.c.customer_number == customer_number)
    return session.scalars(found).first() is not None


def search(
    session: Session, account_id: str, sought: Sought, *, after: Address | None, limit: int, now: datetime
) -> Sequence[Address]:
    """The next ``limit`` addresses that ``account_id`` may use, by country and first line."""
    return session.scalars(page_statement(account_id, sought, after=after, limit=limit, now=now)).all()


def page_statement(
    account_id: str, sought: Sought, *, after: Address | None, limit: int, now: datetime
) -> Select[Address]:
    """The statement of `search`: each customer number's are read in order, no further than a page."""
    numbers = _numbers(account_id, sought, now)
    narrowing = _narrowing(sought)
    if after is not None:
        narrowing.append(tuple_(*_ORDER) > tuple_(*(getattr(after, each.key) for each in _ORDER)))
    found = (
        select(Address.id)
        .where(Address.customer_number == numbers.c.customer_number, *narrowing)
        .order_by(*_ORDER)
        .limit(limit)
        .correlate(numbers)
        .lateral()
    )
    ids = select(found.c.id).select_from(numbers.join(found, literal(value=True)))
    return select(Address).where(Address.id.in_(ids)).order_by(*_ORDER).limit(limit)


def count(session: Session, account_id: str, sought: Sought, *, most: int, now: datetime) -> int:
    """How many addresses `search` has in all, counted no further than ``most``."""
    numbers = _numbers(account_id, sought, now)
    found = (
        select(literal(1))
        .select_from(Address)
        .join(numbers, numbers.c.customer_number == Address.customer_number)
        .where(*_narrowing(sought))
        .limit(most)
    )
    return session.scalars(select(func.count()).select_from(found.subquery())).one()


def with_postal_code(
    session: Session, account_id: str, customer_number: str, parts: Parts, now: datetime
) -> Sequence[Address]:
    """Addresses with the postal code of ``parts``: the number's, and those that ``account_id`` may use."""
    found = (
        select(Address)
        .where(
            Address.customer_number.in_(
                select(_numbers(account_id, Sought(), now).c.customer_number).union(
                    select(literal(customer_number))
                )
            ),
            Address.country == parts.country,
            Address.postal_code_key == postal_code_key(parts.postal_code),
        )
        # The number's own come first, so that the same address is never left out.
        .order_by(Address.customer_number != customer_number, Address.id)
        .limit(MOST_COMPARED)
    )
    return session.scalars(found).all()


def find_all(session: Session, address_ids: Collection[str]) -> dict[str, Address]:
    """These addresses by id, of whichever customer numbers."""
    return {each.id: each for each in session.scalars(select(Address).where(Address.id.in_(address_ids)))}


def lock_license(session: Session, license_id: str) -> License | None:
    """The license as it is now, and nobody else moves it until this transaction ends."""
    found = select(License).where(License.id == license_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def put(session: Session, license: License, address: Address, install_at: dict[str, Any]) -> None:
    """Install the license at ``address``."""
    license.address_id = address.id
    license.install_at = install_at
    session.flush()


def _numbers(account_id: str, sought: Sought, now: datetime) -> Any:
    # Licenses may compare their numbers in another way, by which no index of addresses could be read.
    managed = numbers_managed(account_id, now).subquery()
    number = managed.c.customer_number.collate("default").label("customer_number")
    found = select(number)
    if sought.customer_number is not None:
        found = found.where(managed.c.customer_number == sought.customer_number)
    return found.subquery("numbers")


def _narrowing(sought: Sought) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if sought.country is not None:
        found.append(Address.country == sought.country)
    if sought.state is not None:
        found.append(Address.state == sought.state)
    if sought.other_state is not None:
        found.append(func.lower(Address.other_state) == func.lower(sought.other_state))
    if sought.starts_with is not None:
        part, start = _ORDERED[sought.where or "address_1"], func.lower(sought.starts_with)
        found += [part >= start, part < start.concat(_LAST)]
    return found
