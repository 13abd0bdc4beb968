"""SQL of fields and their values.

A value counts while its field is the owner's of its license: once a license changes hands, those of its
former owner are out of sight.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, func, or_, select
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from keydesk.chassis.database import lock_named
from keydesk.services.catalog.access.visibility import givers
from keydesk.services.catalog.models import Field, FieldValue, License, Person

_COUNTS: ColumnElement[bool] = and_(
    License.id == FieldValue.license_id, License.owner_account_id == Field.account_id
)


def listed_fields(session: Session, account_id: str, now: datetime) -> Sequence[Field]:
    """The fields that are columns of the account's list: its own in order, then others' that are shared."""
    own = Field.account_id == account_id
    others = Field.shared & Field.account_id.in_(givers(account_id, now))
    found = select(Field).where(Field.in_list, or_(own, others))
    return session.scalars(found.order_by(own.desc(), Field.account_id, Field.position)).all()


def listed_values(session: Session, account_id: str, license_ids: Sequence[str]) -> dict[str, dict[str, str]]:
    """What the listed fields say of licenses that the account sees, by license id and field id.

    The account's own fields on its own licenses, and on others' the fields that their owner shares.
    """
    if not license_ids:
        return {}
    found = session.execute(
        select(FieldValue.license_id, FieldValue.field_id, FieldValue.value)
        .join(Field, Field.id == FieldValue.field_id)
        .join(License, _COUNTS)
        .where(
            FieldValue.license_id.in_(license_ids),
            Field.in_list,
            or_(Field.shared, Field.account_id == account_id),
        )
    )
    values: dict[str, dict[str, str]] = {}
    for license_id, field_id, value in found:
        values.setdefault(license_id, {})[field_id] = value
    return values


def lock_fields_of(session: Session, account_id: str) -> None:
    """Let nobody else define, change or fill in fields of this account until the transaction ends."""
    lock_named(session, f"fields of {account_id}")


def hold_fields_of(session: Session, account_id: str) -> None:
    """Keep the fields of this account as they are until the transaction ends; others may fill them in."""
    lock_named(session, f"fields of {account_id}", shared=True)


def find_fields(session: Session, account_id: str) -> Sequence[Field]:
    """The fields of an account, in their order."""
    own = select(Field).where(Field.account_id == account_id)
    return session.scalars(own.order_by(Field.position, Field.id)).all()


def find_field(session: Session, account_id: str, field_id: str) -> Field | None:
    """One of the account's fields."""
    own = select(Field).where(Field.id == field_id, Field.account_id == account_id)
    return session.scalar(own)


def stored(session: Session, field: Field) -> bool:
    """Write a new or changed field; False where another has its name, and then all has to be undone."""
    session.add(field)
    try:
        session.flush()
    except IntegrityError as error:
        if "uq_fields_name" not in str(error.orig):
            raise
        return False
    return True


def remove_field(session: Session, field: Field) -> None:
    """Delete a field with its values, and close the gap that it leaves."""
    session.execute(delete(Field).where(Field.id == field.id))
    session.expunge(field)
    renumber(find_fields(session, field.account_id))


def renumber(fields: Iterable[Field]) -> None:
    """Number fields as they come."""
    for position, field in enumerate(fields, start=1):
        field.position = position


def count_values(session: Session, field_ids: Collection[str]) -> dict[str, int]:
    """How many licenses have a value, by field id; fields without one are left out."""
    counted = (
        select(FieldValue.field_id, func.count())
        .join(Field, Field.id == FieldValue.field_id)
        .join(License, _COUNTS)
        .where(FieldValue.field_id.in_(field_ids))
        .group_by(FieldValue.field_id)
    )
    return dict(iter(session.execute(counted)))


def count_choices(session: Session, field_id: str, choices: Collection[str]) -> int:
    """How many licenses have one of these choices."""
    counted = (
        select(func.count())
        .select_from(FieldValue)
        .join(Field, Field.id == FieldValue.field_id)
        .join(License, _COUNTS)
        .where(FieldValue.field_id == field_id, FieldValue.value.in_(choices))
    )
    return session.execute(counted).scalar_one()


def first_values(session: Session, field_id: str, limit: int) -> Sequence[tuple[str, str, str]]:
    """Id, serial number and value of the first licenses that have one."""
    found = (
        select(License.id, License.serial_number, FieldValue.value)
        .select_from(FieldValue)
        .join(Field, Field.id == FieldValue.field_id)
        .join(License, _COUNTS)
        .where(FieldValue.field_id == field_id)
        .order_by(License.serial_number, License.id)
        .limit(limit)
    )
    return [(id, serial_number, value) for id, serial_number, value in session.execute(found)]


def lock_license(session: Session, license_id: str) -> None:
    """Let nobody else write to this license's fields, or hand it over, until the transaction ends."""
    session.execute(select(License.id).where(License.id == license_id).with_for_update(key_share=True))


def values_of(
    session: Session, license_id: str, field_ids: Collection[str]
) -> dict[str, tuple[FieldValue, str]]:
    """What these fields say of a license and the name of who said so, by field id."""
    found = (
        select(FieldValue, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.account_id == FieldValue.changed_by)
        .where(FieldValue.license_id == license_id, FieldValue.field_id.in_(field_ids))
    )
    said = session.execute(found, execution_options={"populate_existing": True})
    return {value.field_id: (value, name) for value, name in said}


def set_values(
    session: Session, license_id: str, values: Mapping[str, str | None], *, by: str, now: datetime
) -> None:
    """Write these values of a license, by field id; None takes one away."""
    gone = [field_id for field_id, value in values.items() if value is None]
    if gone:
        ended = delete(FieldValue).where(FieldValue.license_id == license_id, FieldValue.field_id.in_(gone))
        session.execute(ended.execution_options(synchronize_session=False))
    rows = [
        {"field_id": id, "license_id": license_id, "value": value, "changed_at": now, "changed_by": by}
        for id, value in sorted(values.items())
        if value is not None
    ]
    if rows:
        said = postgresql.insert(FieldValue)
        renewed = {name: said.excluded[name] for name in ("value", "changed_at", "changed_by")}
        written = said.on_conflict_do_update(
            index_elements=[FieldValue.field_id, FieldValue.license_id], set_=renewed
        )
        session.execute(written, rows)
