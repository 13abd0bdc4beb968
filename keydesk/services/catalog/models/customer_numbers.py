"""Customer numbers that people added to their account."""

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.models.base import Base


class CustomerNumber(Base):
    """A customer number that an account proved to know by one of its order numbers (G9)."""

    __tablename__ = "customer_numbers"

    account_id: Mapped[str] = mapped_column(primary_key=True)
    customer_number: Mapped[str] = mapped_column(primary_key=True)
    customer_name: Mapped[str]
    order_number: Mapped[str] = mapped_column(comment="the one that matched")
    comment: Mapped[str]
    added_at: Mapped[datetime]
