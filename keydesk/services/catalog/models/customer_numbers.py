"""Customer numbers that people added to their account, and their tries at it that failed."""

from datetime import datetime

from sqlalchemy import BigInteger, Identity, Index
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


class CustomerNumberTry(Base):
    """A try to name an order of a customer, kept while it is under way and for an hour once it failed."""

    __tablename__ = "customer_number_tries"
    __table_args__ = (Index("ix_customer_number_tries_account_id", "account_id", "at"),)

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    account_id: Mapped[str]
    at: Mapped[datetime]
