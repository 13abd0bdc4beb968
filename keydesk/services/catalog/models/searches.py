"""What people keep of their searches: searches by name, the columns they chose, and exports."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, Index, Text, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import Base

ExportFormat = Literal["csv", "xlsx"]
ExportStatus = Literal["queued", "processing", "completed", "failed"]


class SavedSearch(Base):
    """A search that somebody keeps by name."""

    __tablename__ = "saved_searches"
    __table_args__ = (Index("uq_saved_searches_name", "account_id", text("lower(name)"), unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    name: Mapped[str]
    criteria: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="query parameters of the list")
    created_at: Mapped[datetime]


class ListColumns(Base):
    """The columns that an account sees in its list of licenses; without a row, the usual ones."""

    __tablename__ = "list_columns"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))


class Export(Base):
    """A search's licenses as a file, made by a job and kept until it expires."""

    __tablename__ = "exports"
    __table_args__ = (
        CheckConstraint("format IN ('csv', 'xlsx')", name="format_known"),
        CheckConstraint("status IN ('queued', 'processing', 'completed', 'failed')", name="status_known"),
        CheckConstraint("(content IS NOT NULL) = (status = 'completed')", name="content_once_completed"),
        Index("ix_exports_account_id", "account_id", "id"),
        Index("ix_exports_expires_at", "expires_at"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    format: Mapped[ExportFormat] = mapped_column(Text)
    language: Mapped[str]
    criteria: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="query parameters of the list")
    columns: Mapped[list[str]] = mapped_column(ARRAY(Text))
    status: Mapped[ExportStatus] = mapped_column(Text, server_default="queued")
    done: Mapped[int] = mapped_column(server_default=text("0"))
    total: Mapped[int] = mapped_column(server_default=text("0"))
    content: Mapped[bytes | None]
    created_at: Mapped[datetime]
    moved_at: Mapped[datetime] = mapped_column(comment="when it was queued or got further")
    expires_at: Mapped[datetime]
