"""SQL of views of the queue."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, text
from sqlalchemy.orm import Session

from keydesk.services.catalog.models import SupportView


def lock_views(session: Session, account_id: str) -> None:
    """Let nobody else keep a view for this account until the transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    session.execute(lock, {"name": f"support views of {account_id}"})


def list_views(session: Session, account_id: str) -> Sequence[SupportView]:
    """The account's views by name."""
    kept = select(SupportView).where(SupportView.account_id == account_id)
    return session.scalars(kept.order_by(func.lower(SupportView.name), SupportView.id)).all()


def has_view_called(session: Session, account_id: str, name: str) -> bool:
    """Whether the account keeps a view by this name, whatever its case."""
    called = select(SupportView.id).where(
        SupportView.account_id == account_id, func.lower(SupportView.name) == func.lower(name)
    )
    return session.scalar(called) is not None


def count_views(session: Session, account_id: str) -> int:
    """How many views the account keeps."""
    kept = select(func.count()).select_from(SupportView).where(SupportView.account_id == account_id)
    return session.scalars(kept).one()


def add_view(session: Session, view: SupportView) -> None:
    """Keep a view."""
    session.add(view)
    session.flush()


def remove_view(session: Session, account_id: str, view_id: str) -> bool:
    """Forget one of the account's views; whether there was one."""
    own = delete(SupportView).where(SupportView.id == view_id, SupportView.account_id == account_id)
    return session.scalar(own.returning(SupportView.id)) is not None
