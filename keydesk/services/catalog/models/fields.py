"""What people write about licenses: fields of their own, values in them, and comments."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, Text, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import Base

FieldKind = Literal["text", "number", "date", "choice"]


class Field(Base):
    """A field that an account defined for its licenses (G10)."""

    __tablename__ = "fields"
    __table_args__ = (
        CheckConstraint("kind IN ('text', 'number', 'date', 'choice')", name="kind_known"),
        CheckConstraint("(kind = 'choice') = (cardinality(choices) > 0)", name="choices_of_a_choice"),
        Index("uq_fields_name", "account_id", text("lower(name)"), unique=True),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    name: Mapped[str]
    kind: Mapped[FieldKind] = mapped_column(Text)
    choices: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default="{}")
    position: Mapped[int] = mapped_column(Integer, comment="where it stands among the account's fields")
    in_list: Mapped[bool] = mapped_column(comment="a column of the license list")
    shared: Mapped[bool] = mapped_column(comment="seen by those with whom a license is shared")
    revision: Mapped[int] = mapped_column(server_default=text("1"), comment="for If-Match")
    created_at: Mapped[datetime]


class FieldValue(Base):
    """What a field says of a license, in its canonical form: a date as in ISO 8601, a number as decimal."""

    __tablename__ = "field_values"
    __table_args__ = (Index("ix_field_values_license_id", "license_id"),)

    field_id: Mapped[str] = mapped_column(ForeignKey("fields.id", ondelete="CASCADE"), primary_key=True)
    license_id: Mapped[str] = mapped_column(ForeignKey("licenses.id"), primary_key=True)
    value: Mapped[str]
    changed_at: Mapped[datetime]
    changed_by: Mapped[str] = mapped_column(comment="account id")


class Comment(Base):
    """A comment on a license, seen by all who see the license (G22)."""

    __tablename__ = "comments"
    __table_args__ = (
        CheckConstraint("char_length(content) BETWEEN 1 AND 4000", name="content_bounded"),
        Index("ix_comments_license_id", "license_id", "at", "id"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    license_id: Mapped[str] = mapped_column(ForeignKey("licenses.id"))
    account_id: Mapped[str] = mapped_column(comment="who wrote it")
    content: Mapped[str]
    at: Mapped[datetime]
