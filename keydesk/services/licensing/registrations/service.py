"""Use cases of a registration, from its first serial number to its acceptance. Issuing is `issuance`'s.

Every use case takes the account that acts, and sees no registration of anybody else.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.licensing.models.registrations import Registration
from keydesk.services.licensing.products.fields import Field
from keydesk.services.licensing.registrations import information, repository
from keydesk.services.licensing.registrations.lines import MAX_LINES
from keydesk.services.licensing.registrations.problems import RegistrationClosed, TooManySerialNumbers
from keydesk.services.licensing.registrations.repository import fields_of

_NOT_HERE = Text(N_("There is no such line or product in this registration."))


def start(session: Session, account_id: str, serial_numbers: Sequence[str], now: datetime) -> Registration:
    """A new draft with these serial numbers, none being fine."""
    registration = Registration(
        id=new_id("reg"),
        account_id=account_id,
        status="draft",
        total=0,
        done=0,
        created_at=now,
        updated_at=now,
    )
    session.add(registration)
    session.flush()
    _add(session, registration.id, serial_numbers)
    return registration


def find(session: Session, account_id: str, registration_id: str) -> Registration:
    """The account's registration; raises `NotFound`."""
    found = repository.find(session, registration_id, account_id)
    if found is None:
        raise NotFound
    return found


def add_serial_numbers(
    session: Session, account_id: str, registration_id: str, serial_numbers: Sequence[str], now: datetime
) -> Registration:
    """Add lines to a draft. Raises `NotFound`, `RegistrationClosed`, `TooManySerialNumbers`."""
    draft = _lock_draft(session, account_id, registration_id, now)
    if repository.count_items(session, registration_id) + len(serial_numbers) > MAX_LINES:
        raise TooManySerialNumbers
    _add(session, registration_id, serial_numbers)
    return draft


def remove_item(session: Session, account_id: str, registration_id: str, item_id: str, now: datetime) -> None:
    """Remove one line of a draft. Raises `NotFound`, `RegistrationClosed`."""
    _lock_draft(session, account_id, registration_id, now)
    if repository.remove_item(session, registration_id, item_id) is None:
        raise NotFound


def remove_refused(session: Session, account_id: str, registration_id: str, now: datetime) -> None:
    """Remove every refused line of a draft. Raises `NotFound`, `RegistrationClosed`."""
    _lock_draft(session, account_id, registration_id, now)
    repository.remove_in_state(session, registration_id, "refused")


def remove(session: Session, account_id: str, registration_id: str, now: datetime) -> None:
    """Remove a draft. Raises `NotFound`, `RegistrationClosed`."""
    repository.remove(session, _lock_draft(session, account_id, registration_id, now))


def separate_item(
    session: Session, account_id: str, registration_id: str, item_id: str, now: datetime
) -> Registration:
    """Move one line of a draft to a new draft of its own. Raises `NotFound`, `RegistrationClosed`."""
    _lock_draft(session, account_id, registration_id, now)
    shared = repository.shared_information(session, registration_id)
    item = repository.remove_item(session, registration_id, item_id)
    if item is None:
        raise NotFound
    own = start(session, account_id, [item.serial_number], now)
    [line] = repository.read_lines(session, own.id)
    if line.sku is not None:
        said = {**shared.get(line.sku, {}), **item.information}
        repository.set_shared_information(session, own.id, {line.sku: said} if said else {})
    return own


def give_information(
    session: Session,
    account_id: str,
    registration_id: str,
    *,
    by_product: dict[str, dict[str, Any]],
    by_item: dict[str, dict[str, Any]],
    now: datetime,
) -> Registration:
    """Keep values for the products and lines of a draft; what is not named stays as it was.

    Raises `NotFound`, `RegistrationClosed`, and `Invalid` with every wrong place, keeping nothing then.
    """
    draft = _lock_draft(session, account_id, registration_id, now)
    sku_of = repository.skus_by_item(session, registration_id)
    products = repository.products(session, set(sku_of.values()))
    asked = {sku: fields_of(product) for sku, product in products.items()}
    errors: list[FieldError] = []
    shared: dict[str, dict[str, Any]] = {}
    for sku, said in by_product.items():
        pointer = f"/by_product/{information.pointer_part(sku)}"
        shared[sku] = _checked(asked.get(sku), said, pointer, errors)
    own: dict[str, dict[str, Any]] = {}
    for item_id, said in by_item.items():
        pointer = f"/by_item/{information.pointer_part(item_id)}"
        own[item_id] = _checked(asked.get(sku_of.get(item_id, "")), said, pointer, errors)
    if errors:
        raise Invalid(errors=errors)
    repository.set_shared_information(session, registration_id, shared)
    repository.set_own_information(session, registration_id, own)
    return draft


def _checked(
    fields: list[Field] | None, said: dict[str, Any], pointer: str, errors: list[FieldError]
) -> dict[str, Any]:
    if fields is None:
        errors.append(FieldError(pointer, "not_in_registration", _NOT_HERE))
        return {}
    kept, wrong = information.checked(fields, said, pointer)
    errors.extend(wrong)
    return kept


def _add(session: Session, registration_id: str, serial_numbers: Sequence[str]) -> None:
    if serial_numbers:
        ids = [new_id("itm") for _ in serial_numbers]
        repository.add_items(session, registration_id, ids, serial_numbers)


def _lock_draft(session: Session, account_id: str, registration_id: str, now: datetime) -> Registration:
    registration = repository.lock(session, registration_id, account_id)
    if registration is None:
        raise NotFound
    if registration.status != "draft":
        raise RegistrationClosed
    registration.updated_at = now
    return registration
