"""Views of the support desk's queue that its staff keep by name."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import Base


class SupportView(Base):
    """What somebody in support narrows the queue by, again and again."""

    __tablename__ = "support_views"
    __table_args__ = (Index("uq_support_views_name", "account_id", text("lower(name)"), unique=True),)

    id: Mapped[str] = mapped_column(primary_key=True)
    account_id: Mapped[str]
    name: Mapped[str]
    narrowing: Mapped[dict[str, Any]] = mapped_column(JSONB, comment="query parameters of the queue")
    created_at: Mapped[datetime]
