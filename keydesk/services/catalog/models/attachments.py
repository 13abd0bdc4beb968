"""Files on requests: what is known of each. The files themselves stand outside the database."""

from datetime import datetime
from typing import Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import Base

ScanStatus = Literal["pending", "clean", "infected", "not_scanned", "lost"]
"""``not_scanned``: this installation had no scanner then; ``lost``: there was no file to scan."""


class Attachment(Base):
    """A file that somebody whom a request concerns, or support, put on it. Its id is the file's name."""

    __tablename__ = "attachments"
    __table_args__ = (
        CheckConstraint("scan IN ('pending', 'clean', 'infected', 'not_scanned', 'lost')", name="scan_known"),
        CheckConstraint("char_length(file_name) BETWEEN 1 AND 150", name="file_name_bounded"),
        CheckConstraint("size BETWEEN 1 AND 10485760", name="size_bounded"),
        CheckConstraint("(scan = 'pending') = (scanned_at IS NULL)", name="scanned_once_known"),
        Index("ix_attachments_request_id", "request_id", "id"),
        Index("ix_attachments_pending", "queued_at", postgresql_where=text("scan = 'pending'")),
        Index("ix_attachments_not_scanned", "id", postgresql_where=text("scan = 'not_scanned'")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    account_id: Mapped[str]
    from_support: Mapped[bool]
    file_name: Mapped[str]
    media_type: Mapped[str]
    size: Mapped[int]
    sha256: Mapped[str] = mapped_column(comment="of the content, in hexadecimal")
    at: Mapped[datetime]
    scan: Mapped[ScanStatus] = mapped_column(Text, server_default="pending")
    scanned_at: Mapped[datetime | None]
    queued_at: Mapped[datetime] = mapped_column(comment="when its scan was last queued")
    times_queued: Mapped[int] = mapped_column(server_default=text("1"))
