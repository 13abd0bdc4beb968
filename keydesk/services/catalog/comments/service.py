"""Use cases of comments: reading those on a license that one sees, and adding one."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import Page, decode_cursor, encode_cursor
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import FieldError, Forbidden, Invalid
from keydesk.services.catalog.access.rules import allows
from keydesk.services.catalog.access.visibility import find_visible
from keydesk.services.catalog.comments import repository
from keydesk.services.catalog.comments.schemas import CommentDocument, Order
from keydesk.services.catalog.history.repository import record
from keydesk.services.catalog.models import Comment


class CommentingRefused(Forbidden):
    """The caller sees the license, and may not comment on it."""

    code = "license_view_only"
    title = N_("You can only look at this license")
    detail = N_("Its owner and those who have full access to it can add comments.")


def list_comments(
    session: Session,
    account_id: str,
    license_id: str,
    *,
    order: Order,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Page[CommentDocument]:
    """One page of the comments on a license that ``account_id`` sees.

    Raises `NotFound`, and `Invalid` for a cursor of another list.
    """
    license, _ = find_visible(session, account_id, license_id, now)
    after = _place_of(session, license.id, order, cursor)
    found = repository.find_comments(
        session, license.id, latest_first=order == "-at", after=after, limit=limit + 1
    )
    page = found[:limit]
    return Page(
        items=[_document(comment, name) for comment, name in page],
        next_cursor=encode_cursor(order, page[-1][0].id) if len(found) > limit else None,
    )


def add_comment(
    session: Session, caller: Caller, license_id: str, content: str, now: datetime
) -> CommentDocument:
    """Add a comment to a license, and a line to its history. Raises `NotFound`, `CommentingRefused`."""
    account_id = caller.known_account_id
    license, access = find_visible(session, account_id, license_id, now)
    if not allows(access, "add_comment"):
        raise CommentingRefused
    comment = Comment(id=new_id("cmt"), license_id=license.id, account_id=account_id, content=content, at=now)
    session.add(comment)
    record(session, caller, "commented", [license.id], now=now)
    return _document(comment, repository.name_of(session, account_id))


def _place_of(session: Session, license_id: str, order: Order, cursor: str | None) -> Comment | None:
    position = decode_cursor(cursor, str, str)
    if position is None:
        return None
    place = repository.find_comment(session, license_id, str(position[1])) if position[0] == order else None
    if place is None:
        unknown = Text(N_("This cursor belongs to another list. Start again from the first page."))
        raise Invalid(errors=[FieldError("/cursor", "cursor_unknown", unknown)])
    return place


def _document(comment: Comment, name: str) -> CommentDocument:
    return CommentDocument(
        id=comment.id, content=comment.content, at=comment.at, account_id=comment.account_id, name=name
    )
