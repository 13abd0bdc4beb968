"""Use cases of install-at addresses: keeping those of registrations, searching, moving a license to one."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import decode_last, page_of
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.catalog.access.rules import allows
from keydesk.services.catalog.access.visibility import find_visible
from keydesk.services.catalog.addresses import repository
from keydesk.services.catalog.addresses.problems import MoveRefused
from keydesk.services.catalog.addresses.repository import Keeping, Sought
from keydesk.services.catalog.addresses.rules import as_document, in_one_line, parts_of, taken_in
from keydesk.services.catalog.addresses.schemas import AddressPage, AddressSearch, AddressShown, Moved
from keydesk.services.catalog.history.repository import record
from keydesk.services.catalog.models import Address, License

MOST_COUNTED = 10_000


def keep_addresses_of(session: Session, rows: Sequence[dict[str, Any]], now: datetime) -> None:
    """Give these licenses, as they are about to be kept, the addresses that they are installed at.

    What a registration names becomes an address of its customer number, unless that has it already.
    """
    named: list[tuple[dict[str, Any], Keeping]] = []
    for row in rows:
        parts = taken_in(row["install_at"]) if row.get("install_at") and row["customer_number"] else None
        if parts is not None:
            named.append((row, Keeping(row["customer_number"], parts)))
    ids = repository.keep(session, {address for _, address in named}, "registration", now)
    for row, address in named:
        row["address_id"] = ids[address]


def search(session: Session, account_id: str, wanted: AddressSearch, now: datetime) -> AddressPage:
    """One page of the addresses that ``account_id`` may use. Raises `Invalid` for a cursor of others."""
    sought = Sought(
        country=wanted.country.upper() if wanted.country else None,
        state=wanted.state,
        other_state=wanted.other_state,
        where=wanted.where,
        starts_with=wanted.starts_with,
        customer_number=wanted.customer_number,
    )
    after = _place_of(session, account_id, wanted.cursor, now)
    found = repository.search(session, account_id, sought, after=after, limit=wanted.limit + 1, now=now)
    page, next_cursor = page_of(found, wanted.limit, lambda address: (address.id,))
    return AddressPage(
        items=[shown(address) for address in page],
        next_cursor=next_cursor,
        total=repository.count(session, account_id, sought, most=MOST_COUNTED, now=now),
    )


def show_address(session: Session, account_id: str, address_id: str, now: datetime) -> AddressShown:
    """An address that ``account_id`` may use; raises `NotFound` for any other."""
    address = repository.find_usable(session, account_id, address_id, now)
    if address is None:
        raise NotFound
    return shown(address)


def move_license(session: Session, caller: Caller, license_id: str, address_id: str, now: datetime) -> Moved:
    """Install a license at another address. Where it is there already, nothing happens.

    Raises `NotFound`, `MoveRefused`, and `Invalid` for an address that the caller may not use.
    """
    account_id = caller.known_account_id
    repository.lock_license(session, license_id)
    license, access = find_visible(session, account_id, license_id, now)
    if not allows(access, "move"):
        raise MoveRefused
    address = repository.find_usable(session, account_id, address_id, now)
    if address is None:
        unknown = Text(N_("We do not know this address among those of your customer numbers. Search for it."))
        raise Invalid(errors=[FieldError("/address_id", "address_unknown", unknown)])
    before = said_of(license)
    details = put(session, license, address)
    if details is not None:
        record(session, caller, "moved", [license.id], now=now, details=details)
    return Moved(license_id=license.id, address=shown(address), before=before)


def put(session: Session, license: License, address: Address) -> Mapping[str, Any] | None:
    """Install a locked license at ``address``; what its history is to say, or None where it was there."""
    if license.address_id == address.id:
        return None
    before = said_of(license)
    repository.put(session, license, address, as_document(parts_of(address)))
    return {"address": [before, in_one_line(address)]}


def said_of(license: License) -> str:
    """Where a license is installed, in one line; empty where that is not known."""
    return in_one_line(license.install_at) if license.install_at else ""


def shown(address: Address) -> AddressShown:
    """An address as the API shows it."""
    return AddressShown(
        **as_document(parts_of(address)),
        id=address.id,
        customer_number=address.customer_number,
        source=address.source,
        created_at=address.created_at,
        in_one_line=in_one_line(address),
    )


def _place_of(session: Session, account_id: str, cursor: str | None, now: datetime) -> Address | None:
    last = decode_last(cursor, str)
    if last is None:
        return None
    address = repository.find_usable(session, account_id, last, now)
    if address is None:
        unknown = Text(N_("This cursor belongs to another list. Start again from the first page."))
        raise Invalid(errors=[FieldError("/cursor", "cursor_unknown", unknown)])
    return address
