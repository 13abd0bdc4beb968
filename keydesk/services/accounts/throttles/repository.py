"""Throttles in the database."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from keydesk.services.accounts.models import Throttle


def locked_throttle(session: Session, key: str, *, now: datetime) -> Throttle:
    """The throttle of ``key``, new if need be, locked until the transaction ends."""
    while True:
        session.execute(insert(Throttle).values(key=key, tries=0, last_try_at=now).on_conflict_do_nothing())
        found = session.scalar(select(Throttle).where(Throttle.key == key).with_for_update())
        if found is not None:
            return found
        # Between the two statements somebody who succeeded removed it.


def remove_throttles(session: Session, keys: Sequence[str]) -> None:
    """Remove the throttles of ``keys``."""
    session.execute(delete(Throttle).where(Throttle.key.in_(keys)))


def throttles_of(session: Session, keys: Sequence[str], prefix: str) -> Sequence[Throttle]:
    """Those of ``keys`` and those whose key begins with ``prefix``."""
    return session.scalars(select(Throttle).where(_is_of(keys, prefix))).all()


def remove_throttles_of(session: Session, keys: Sequence[str], prefix: str) -> None:
    """Remove those of `throttles_of`."""
    session.execute(delete(Throttle).where(_is_of(keys, prefix)))


def remove_old_throttles(session: Session, *, last_try_before: datetime) -> None:
    """Remove those that nobody has tried since."""
    session.execute(delete(Throttle).where(Throttle.last_try_at < last_try_before))


def _is_of(keys: Sequence[str], prefix: str) -> ColumnElement[bool]:
    return or_(Throttle.key.in_(keys), Throttle.key.startswith(prefix, autoescape=True))
