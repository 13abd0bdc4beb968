"""What an account keeps by name, so many and no more: saved searches, and views of the queue."""

from collections.abc import Sequence
from typing import TypeVar

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from keydesk.chassis.database import lock_named
from keydesk.chassis.problems import NotFound, Problem
from keydesk.services.catalog.models import SavedSearch, SupportView

Kept = TypeVar("Kept", SavedSearch, SupportView)


def keep(session: Session, row: Kept, *, most: int, taken: Problem, too_many: Problem) -> Kept:
    """Keep ``row``; raises ``taken`` for a name that its account has already, ``too_many`` past ``most``."""
    model = type(row)
    lock_named(session, f"{model.__tablename__} of {row.account_id}")
    own = select(func.count()).select_from(model).where(model.account_id == row.account_id)
    if session.scalar(own.where(func.lower(model.name) == func.lower(row.name))):
        raise taken
    if session.scalars(own).one() >= most:
        raise too_many
    session.add(row)
    session.flush()
    return row


def kept_by(session: Session, model: type[Kept], account_id: str) -> Sequence[Kept]:
    """What the account keeps, by name."""
    kept = select(model).where(model.account_id == account_id)
    return session.scalars(kept.order_by(func.lower(model.name), model.id)).all()


def forget(session: Session, model: type[Kept], account_id: str, id: str) -> None:
    """Keep it no longer. Raises `NotFound` for what is not the account's."""
    own = delete(model).where(model.id == id, model.account_id == account_id)
    if session.scalar(own.returning(model.id)) is None:
        raise NotFound
