"""Use cases of what fields say of a license: its owner's fields, seen and filled in by those who may."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.services.catalog.access.rules import Access, allows
from keydesk.services.catalog.access.visibility import find_visible
from keydesk.services.catalog.fields import repository
from keydesk.services.catalog.fields.problems import (
    FieldsNotYoursToEdit,
    IfMatchNeeded,
    ValuesChangedMeanwhile,
)
from keydesk.services.catalog.fields.schemas import FieldOnLicense, FieldsOfLicense
from keydesk.services.catalog.fields.service import matches
from keydesk.services.catalog.fields.values import ValueRefused, canonical
from keydesk.services.catalog.history.repository import record
from keydesk.services.catalog.models import Field, FieldValue, License

Said = Mapping[str, tuple[FieldValue, str]]
"""By field id: the value, and the name of who said so."""

_NO_SUCH_FIELD = Text(N_("This license has no such field, or not for you."))


def show_values(
    session: Session, account_id: str, license_id: str, now: datetime
) -> tuple[FieldsOfLicense, str]:
    """The fields of a license that ``account_id`` sees, and their entity tag. Raises `NotFound`."""
    license, access = find_visible(session, account_id, license_id, now)
    fields = _seen_fields(session, license, access)
    said = _said(session, license, fields)
    return _document(fields, said), _entity_tag(said)


def set_values(
    session: Session,
    caller: Caller,
    license_id: str,
    values: Mapping[str, str | None],
    *,
    if_match: str | None,
    now: datetime,
) -> tuple[FieldsOfLicense, str]:
    """Write values of a license, all of them or none; the fields as they are then, and their entity tag.

    Raises `NotFound`, `FieldsNotYoursToEdit`, `IfMatchNeeded`, `ValuesChangedMeanwhile`, and `Invalid` with
    every value that is wrong.
    """
    account_id = caller.known_account_id
    repository.lock_license(session, license_id)  # before looking: two editors come one after the other
    license, access = find_visible(session, account_id, license_id, now)
    if not allows(access, "edit_fields"):
        raise FieldsNotYoursToEdit
    if if_match is None:
        raise IfMatchNeeded
    if license.owner_account_id is not None:
        repository.hold_fields_of(session, license.owner_account_id)
    fields = _seen_fields(session, license, access)
    said = _said(session, license, fields)
    if not matches(if_match, _entity_tag(said)):
        raise ValuesChangedMeanwhile
    before = {field_id: value.value for field_id, (value, _) in said.items()}
    changed = _changed(fields, before, values)
    if not changed:
        return _document(fields, said), _entity_tag(said)
    repository.set_values(session, license.id, changed, by=account_id, now=now)
    # Everybody who sees the license reads its history, so it tells of shared fields only.
    told = {
        field.name: [before.get(field.id), changed[field.id]]
        for field in fields
        if field.shared and field.id in changed
    }
    record(session, caller, "fields_changed", [license.id], now=now, details=told)
    said = _said(session, license, fields)
    return _document(fields, said), _entity_tag(said)


def _seen_fields(session: Session, license: License, access: Access) -> Sequence[Field]:
    """The owner's fields: all of them for the owner, the shared ones for those who were given a share."""
    if license.owner_account_id is None:
        return []
    fields = repository.find_fields(session, license.owner_account_id)
    return [field for field in fields if access == "owner" or (field.shared and access in ("full", "view"))]


def _said(session: Session, license: License, fields: Sequence[Field]) -> Said:
    return repository.values_of(session, license.id, [field.id for field in fields])


def _changed(
    fields: Sequence[Field], before: Mapping[str, str], values: Mapping[str, str | None]
) -> dict[str, str | None]:
    """What differs from ``before``, in the form in which it is kept; raises `Invalid`."""
    by_id = {field.id: field for field in fields}
    changed: dict[str, str | None] = {}
    errors: list[FieldError] = []
    for field_id, entered in values.items():
        field = by_id.get(field_id)
        pointer = f"/values/{field_id.replace('~', '~0').replace('/', '~1')}"
        if field is None:
            errors.append(FieldError(pointer, "field_unknown", _NO_SUCH_FIELD))
        elif entered is None or entered != before.get(field_id):
            try:
                kept = canonical(field.kind, field.choices, entered)
            except ValueRefused as refused:
                errors.append(FieldError(pointer, refused.code, refused.detail))
                continue
            if kept != before.get(field_id):
                changed[field_id] = kept
    if errors:
        raise Invalid(errors=errors)
    return changed


def _document(fields: Sequence[Field], said: Said) -> FieldsOfLicense:
    return FieldsOfLicense(fields=[_field_of(field, said.get(field.id)) for field in fields])


def _field_of(field: Field, said: tuple[FieldValue, str] | None) -> FieldOnLicense:
    value, name = said or (None, None)
    return FieldOnLicense(
        id=field.id,
        name=field.name,
        kind=field.kind,
        choices=field.choices,
        value=value.value if value else None,
        changed_at=value.changed_at if value else None,
        changed_by_name=name,
    )


def _entity_tag(said: Said) -> str:
    """Another one whenever somebody changed a value that the caller sees."""
    told = hashlib.sha256()
    for field_id, (value, _) in sorted(said.items()):
        told.update(f"{field_id}\n{value.value}\n{value.changed_at.timestamp()}\n".encode())
    return f'"{told.hexdigest()[:32]}"'
