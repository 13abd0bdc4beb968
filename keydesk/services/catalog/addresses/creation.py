"""What the machine of requests does with one for a new address: checking, deciding, creating, moving.

Each step is one transaction of that machine, in which the request is locked.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from keydesk.chassis import audit
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.services.catalog.access.rules import allows
from keydesk.services.catalog.access.visibility import accesses
from keydesk.services.catalog.addresses import repository
from keydesk.services.catalog.addresses.repository import Keeping
from keydesk.services.catalog.addresses.rules import (
    ALIKE_FROM,
    as_document,
    checked,
    in_one_line,
    likeness,
    parts_of,
)
from keydesk.services.catalog.addresses.schemas import (
    AddressAsked,
    AddressToDecide,
    NewAddress,
    SimilarAddress,
)
from keydesk.services.catalog.addresses.service import put, shown
from keydesk.services.catalog.history.repository import record_for
from keydesk.services.catalog.models import Address, AddressRequest, License
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests.rules import Finding

MOST_SIMILAR = 5
"""Addresses that are proposed instead."""

_NOT_OF_THIS_KIND = Text(N_("A request of this kind does not take this."))
_ONE_OF_BOTH = Text(N_("Correct the address, or choose another one; not both."))
_UNKNOWN = Text(N_("The requester cannot use this address. Choose one of those that are proposed."))


class Chosen(NamedTuple):
    """What support chose instead of the address that was asked for, if anything."""

    address: NewAddress | None = None
    use_address_id: str | None = None


AS_ASKED = Chosen()


def check(session: Session, request: Request, now: datetime) -> list[Finding]:
    """What support should know of the address, and those that are like it, which are kept as proposals."""
    asked = session.get_one(AddressRequest, request.id)
    parts = parts_of(asked.address)
    _, errors = checked(parts)
    found = [Finding("address_incomplete", len(errors)) if errors else Finding("address_complete", 1)]
    requester = request.requester_account_id
    alike = [
        (alikeness, each)
        for each in repository.with_postal_code(session, requester, asked.customer_number, parts, now)
        if (alikeness := likeness(parts, parts_of(each))) >= ALIKE_FROM
    ]
    alike.sort(key=lambda pair: (-pair[0], pair[1].customer_number != asked.customer_number, pair[1].id))
    asked.similar = [each.id for _, each in alike[:MOST_SIMILAR]]
    same = sum(alikeness == 1 for alikeness, _ in alike)
    found += [Finding("address_known", same), Finding("address_similar", len(alike) - same)]
    if asked.license_state == "waits":
        may = _may_move(session, requester, asked.license_id, now)
        found.append(Finding("license_waits" if may else "license_stays", 1))
    return [each for each in found if each.licenses]


def choose(session: Session, request: Request, chosen: Chosen, *, by: str, now: datetime) -> None:
    """Keep what support chose. Raises `Invalid` for what cannot be, or a request of another kind."""
    if chosen == AS_ASKED:
        return
    asked = session.get(AddressRequest, request.id)
    if asked is None:
        names = [name for name, value in chosen._asdict().items() if value is not None]
        raise Invalid(
            errors=[FieldError(f"/{name}", "not_of_this_kind", _NOT_OF_THIS_KIND) for name in names]
        )
    before = in_one_line(asked.address)
    if chosen.address is not None and chosen.use_address_id is not None:
        raise Invalid(errors=[FieldError("/use_address_id", "one_of_both", _ONE_OF_BOTH)])
    if chosen.address is not None:
        parts, errors = checked(parts_of(chosen.address.model_dump()))
        if errors:
            raise Invalid(
                errors=[FieldError(f"/address{each.pointer}", each.code, each.detail) for each in errors]
            )
        asked.address = as_document(parts)
        after = in_one_line(parts)
    else:
        address = _usable(session, request, asked, chosen.use_address_id or "", now)
        asked.use_address_id = address.id
        after = in_one_line(address)
    session.flush()
    if after != before:
        details = {"address": [before, after]}
        audit.record(
            session, now=now, actor=by, action="request.address_chosen", subject=request.id, details=details
        )


def carry_out(session: Session, request: Request, now: datetime) -> None:
    """Create the address, or take the one that is there, and move the license that waits for it.

    It stays where it is if its requester may no longer move it.
    """
    asked = session.get_one(AddressRequest, request.id, populate_existing=True)
    if asked.use_address_id is None:
        wanted = Keeping(asked.customer_number, parts_of(asked.address))
        asked.address_id = repository.keep(session, [wanted], "request", now)[wanted]
    else:
        asked.address_id = asked.use_address_id
    session.flush()
    if asked.license_state != "waits" or asked.license_id is None:
        return
    requester = request.requester_account_id
    license = repository.lock_license(session, asked.license_id)
    if license is None or not _may_move(session, requester, asked.license_id, now):
        asked.license_state = "stayed"
    else:
        address = session.get_one(Address, asked.address_id)
        details = put(session, license, address)
        if details is not None:
            record_for(session, requester, "moved", [license.id], now=now, details=details)
        asked.license_state = "moved"
    session.flush()


def show_asked(session: Session, request: Request) -> AddressAsked | None:
    """The address that ``request`` is about, if it is about one."""
    asked = session.get(AddressRequest, request.id) if request.kind == "address_creation" else None
    return _asked(session, asked) if asked is not None else None


def show_to_decide(session: Session, request: Request) -> AddressToDecide | None:
    """The address that ``request`` is about with those like it, if it is about one."""
    asked = session.get(AddressRequest, request.id) if request.kind == "address_creation" else None
    if asked is None:
        return None
    return AddressToDecide(**dict(_asked(session, asked)), similar=_similar(session, asked))


def _asked(session: Session, asked: AddressRequest) -> AddressAsked:
    license = session.get(License, asked.license_id) if asked.license_id else None
    created = session.get(Address, asked.address_id) if asked.address_id else None
    return AddressAsked(
        **as_document(parts_of(asked.address)),
        customer_number=asked.customer_number,
        license_id=asked.license_id,
        serial_number=license.serial_number if license else "",
        license_state=asked.license_state,
        created=shown(created) if created is not None else None,
    )


def _similar(session: Session, asked: AddressRequest) -> Sequence[SimilarAddress]:
    known = repository.find_all(session, asked.similar)
    parts = parts_of(asked.address)
    return [
        SimilarAddress(**dict(shown(known[id])), same=likeness(parts, parts_of(known[id])) == 1)
        for id in asked.similar
        if id in known
    ]


def _usable(
    session: Session, request: Request, asked: AddressRequest, address_id: str, now: datetime
) -> Address:
    address = repository.find(session, address_id)
    if address is not None and address.customer_number != asked.customer_number:
        address = repository.find_usable(session, request.requester_account_id, address_id, now)
    if address is None:
        raise Invalid(errors=[FieldError("/use_address_id", "address_unknown", _UNKNOWN)])
    return address


def _may_move(session: Session, account_id: str, license_id: str | None, now: datetime) -> bool:
    if license_id is None:
        return False
    return allows(accesses(session, account_id, [license_id], now)[license_id], "move")
