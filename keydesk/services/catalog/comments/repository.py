"""SQL of comments."""

from collections.abc import Sequence

from sqlalchemy import func, select, tuple_
from sqlalchemy.orm import Session

from keydesk.services.catalog.models import Comment, Person


def find_comment(session: Session, license_id: str, comment_id: str) -> Comment | None:
    """One comment on this license."""
    found = select(Comment).where(Comment.id == comment_id, Comment.license_id == license_id)
    return session.scalar(found)


def find_comments(
    session: Session, license_id: str, *, latest_first: bool, after: Comment | None, limit: int
) -> Sequence[tuple[Comment, str]]:
    """The next ``limit`` comments on a license after that one, with the names of their authors."""
    found = (
        select(Comment, func.coalesce(Person.name, ""))
        .outerjoin(Person, Person.account_id == Comment.account_id)
        .where(Comment.license_id == license_id)
    )
    if after is not None:
        place, last = tuple_(Comment.at, Comment.id), tuple_(after.at, after.id)
        found = found.where(place < last if latest_first else place > last)
    order = [each.desc() if latest_first else each.asc() for each in (Comment.at, Comment.id)]
    return [(comment, name) for comment, name in session.execute(found.order_by(*order).limit(limit))]


def name_of(session: Session, account_id: str) -> str:
    """What this account is called, if accounts has told."""
    person = session.get(Person, account_id)
    return person.name if person is not None else ""
