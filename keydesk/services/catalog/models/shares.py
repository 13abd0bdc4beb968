"""Shares: which of an owner's licenses another account sees, and how far it may go with them."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import Base

ShareLevel = Literal["view", "full"]


class Share(Base):
    """Licenses of one account that another may see (G26). Holds from its making until removed or ended."""

    __tablename__ = "shares"
    __table_args__ = (
        CheckConstraint("level IN ('view', 'full')", name="level_known"),
        CheckConstraint("from_account_id <> to_account_id", name="with_somebody_else"),
        Index("ix_shares_from_account_id", "from_account_id", "id"),
        Index("ix_shares_to_account_id", "to_account_id", "id", postgresql_where=text("removed_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    from_account_id: Mapped[str]
    to_account_id: Mapped[str]
    level: Mapped[ShareLevel] = mapped_column(Text)
    comment: Mapped[str] = mapped_column(comment="the owner's own note")
    ends_at: Mapped[datetime | None] = mapped_column(comment="no longer holds from then on")
    hidden_at: Mapped[datetime | None] = mapped_column(comment="the other side put it out of sight")
    created_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]
    revision: Mapped[int] = mapped_column(server_default=text("1"), comment="for If-Match")


class ShareScope(Base):
    """What a share covers: every license of its giver with one customer number, or a single license."""

    __tablename__ = "share_scopes"
    __table_args__ = (
        CheckConstraint("num_nonnulls(customer_number, license_id) = 1", name="one_of_both"),
        Index("uq_share_scopes_customer_number", "share_id", "customer_number", unique=True),
        Index("uq_share_scopes_license_id", "share_id", "license_id", unique=True),
    )

    position: Mapped[int] = mapped_column(Identity(), primary_key=True)
    share_id: Mapped[str] = mapped_column(ForeignKey("shares.id", ondelete="CASCADE"))
    customer_number: Mapped[str | None]
    license_id: Mapped[str | None] = mapped_column(ForeignKey("licenses.id"))
