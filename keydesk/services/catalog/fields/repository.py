"""SQL of fields and their values.

A value counts while its field is the owner's of its license: once a license changes hands, those of its
former owner are out of sight.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from keydesk.services.catalog.access.visibility import givers
from keydesk.services.catalog.models import Field, FieldValue, License


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
        .join(License, License.id == FieldValue.license_id)
        .where(
            FieldValue.license_id.in_(license_ids),
            License.owner_account_id == Field.account_id,
            Field.in_list,
            or_(Field.shared, Field.account_id == account_id),
        )
    )
    values: dict[str, dict[str, str]] = {}
    for license_id, field_id, value in found:
        values.setdefault(license_id, {})[field_id] = value
    return values
