"""Links in the database."""

from datetime import datetime

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from keydesk.services.accounts.models import Link


def link_by_id(session: Session, link_id: str) -> Link | None:
    """The link, as it is now."""
    return session.get(Link, link_id)


def lock_link(session: Session, link: Link) -> None:
    """Read ``link`` again and lock it until the transaction ends."""
    session.refresh(link, with_for_update=True)


def end_open_links(session: Session, account_id: str, purpose: str, *, now: datetime) -> None:
    """End every link of the account with this purpose that was neither used nor ended before."""
    session.execute(
        update(Link)
        .where(Link.account_id == account_id, Link.purpose == purpose)
        .where(Link.spent_at.is_(None), Link.ended_at.is_(None))
        .values(ended_at=now)
    )


def remove_links(session: Session, *, expired_before: datetime) -> None:
    """Remove links that are long over."""
    session.execute(delete(Link).where(Link.expires_at < expired_before))
