"""Use cases of the fields that an account defines. What they say of a license is `on_license`'s."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.catalog.fields import repository
from keydesk.services.catalog.fields.problems import FieldChangedMeanwhile, TooManyFields
from keydesk.services.catalog.fields.schemas import (
    Deletion,
    FieldChange,
    FieldDocument,
    Fields,
    LicenseWithValue,
    NewField,
)
from keydesk.services.catalog.models import Field
from keydesk.services.catalog.models.fields import FieldKind

MOST_PER_ACCOUNT = 30
EXAMPLES = 10

_NAME_TAKEN = FieldError(
    "/name",
    "name_taken",
    Text(N_("You have a field with this name already. Capital and small letters do not make a difference.")),
)
_NEEDS_CHOICES = Text(N_("List at least one value to choose from."))
_TAKES_NO_CHOICES = Text(N_("Only a field of the kind “choice” has values to choose from."))
_TWICE = Text(N_("“%(choice)s” is there twice."))
_IN_USE = N_("Values that you left out are used by licenses: %(count)s. Change those first.")


def list_fields(session: Session, account_id: str) -> Fields:
    """All fields of the account, in their order."""
    fields = repository.find_fields(session, account_id)
    counts = repository.count_values(session, [field.id for field in fields])
    return Fields(items=[_document(field, counts.get(field.id, 0)) for field in fields])


def show_field(session: Session, field: Field) -> FieldDocument:
    """A field with the number of licenses that have a value."""
    return _document(field, repository.count_values(session, [field.id]).get(field.id, 0))


def add_field(session: Session, account_id: str, wanted: NewField, now: datetime) -> Field:
    """A new field, after the others. Raises `TooManyFields`, and `Invalid` with what is wrong."""
    _check_choices(wanted.kind, wanted.choices)
    repository.lock_fields_of(session, account_id)
    count = len(repository.find_fields(session, account_id))
    if count >= MOST_PER_ACCOUNT:
        raise TooManyFields(most=MOST_PER_ACCOUNT)
    field = Field(
        **wanted.model_dump(),
        id=new_id("fld"),
        account_id=account_id,
        position=count + 1,
        revision=1,
        created_at=now,
    )
    if not repository.stored(session, field):
        raise Invalid(errors=[_NAME_TAKEN])
    return field


def change_field(
    session: Session, account_id: str, field_id: str, change: FieldChange, *, if_match: str | None
) -> Field:
    """Change a field, or move it among the others.

    Raises `NotFound`, `FieldChangedMeanwhile`, and `Invalid` with what is wrong; a choice that licenses use
    cannot be removed.
    """
    field = _locked(session, account_id, field_id, if_match)
    changed = {
        name: value
        for name, value in change.model_dump(exclude_none=True, exclude={"position"}).items()
        if value != getattr(field, name)
    }
    if "choices" in changed:
        _check_choices(field.kind, changed["choices"])
        _check_unused(session, field, removed=set(field.choices) - set(changed["choices"]))
    moved = change.position is not None and _move(session, field, change.position)
    if not changed and not moved:
        return field
    for name, value in changed.items():
        setattr(field, name, value)
    field.revision += 1
    if not repository.stored(session, field):
        raise Invalid(errors=[_NAME_TAKEN])
    return field


def show_deletion(session: Session, account_id: str, field_id: str) -> Deletion:
    """What deleting a field takes away; raises `NotFound` for one that is not the account's."""
    field = repository.find_field(session, account_id, field_id)
    if field is None:
        raise NotFound
    return Deletion(
        values=repository.count_values(session, [field.id]).get(field.id, 0),
        examples=[
            LicenseWithValue(id=id, serial_number=serial_number, value=value)
            for id, serial_number, value in repository.first_values(session, field.id, EXAMPLES)
        ],
    )


def remove_field(session: Session, account_id: str, field_id: str, *, if_match: str | None) -> None:
    """Delete a field with all its values. Raises `NotFound`, `FieldChangedMeanwhile`."""
    repository.remove_field(session, _locked(session, account_id, field_id, if_match))


def entity_tag(field: Field | FieldDocument) -> str:
    """The field's ETag: another one after each change (RFC 9110, 8.8.3)."""
    return f'"{field.revision}"'


def matches(if_match: str, tag: str) -> bool:
    """Whether ``If-Match`` names this entity tag, or any."""
    named = {each.strip() for each in if_match.split(",")}
    return "*" in named or tag in named


def _locked(session: Session, account_id: str, field_id: str, if_match: str | None) -> Field:
    repository.lock_fields_of(session, account_id)
    field = repository.find_field(session, account_id, field_id)
    if field is None:
        raise NotFound
    if if_match is not None and not matches(if_match, entity_tag(field)):
        raise FieldChangedMeanwhile
    return field


def _move(session: Session, field: Field, position: int) -> bool:
    """Put the field at ``position``, at most the last, and the others around it; whether it moved."""
    others = [other for other in repository.find_fields(session, field.account_id) if other.id != field.id]
    before = field.position
    repository.renumber([*others[: position - 1], field, *others[position - 1 :]])
    return field.position != before


def _check_choices(kind: FieldKind, choices: list[str]) -> None:
    if kind != "choice" and choices:
        raise Invalid(errors=[FieldError("/choices", "takes_no_choices", _TAKES_NO_CHOICES)])
    if kind == "choice" and not choices:
        raise Invalid(errors=[FieldError("/choices", "needs_choices", _NEEDS_CHOICES)])
    for place, choice in enumerate(choices):
        if choice in choices[:place]:
            twice = Text(_TWICE.message, {"choice": choice})
            raise Invalid(errors=[FieldError("/choices", "choice_twice", twice)])


def _check_unused(session: Session, field: Field, *, removed: set[str]) -> None:
    used = repository.count_choices(session, field.id, removed)
    if used:
        raise Invalid(errors=[FieldError("/choices", "choice_in_use", Text(_IN_USE, {"count": used}))])


def _document(field: Field, values: int) -> FieldDocument:
    return FieldDocument(
        id=field.id,
        name=field.name,
        kind=field.kind,
        choices=field.choices,
        position=field.position,
        in_list=field.in_list,
        shared=field.shared,
        revision=field.revision,
        values=values,
    )
