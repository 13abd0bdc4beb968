"""Finds accounts for staff."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from keydesk.services.accounts.models import Account


def find_accounts(session: Session, *, query: str, before: str | None, limit: int) -> Sequence[Account]:
    """Accounts in whose names or addresses every word of ``query`` stands, newest first.

    Ids are in the order of their making, so a page begins ``before`` the last id of the one before it.
    """
    found = select(Account).where(Account.status != "superseded")
    for word in query.split():
        found = found.where(func.strpos(Account.searched, func.lower(word)) > 0)
    if before is not None:
        found = found.where(Account.id < before)
    return session.scalars(found.order_by(Account.id.desc()).limit(limit)).all()
