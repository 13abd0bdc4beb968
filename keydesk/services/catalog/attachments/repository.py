"""SQL of files on requests: what is known of them."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy import func, select, text, update
from sqlalchemy.orm import Session

from keydesk.services.catalog.models import Person
from keydesk.services.catalog.models.attachments import Attachment, ScanStatus


def add(session: Session, attachment: Attachment) -> None:
    """Keep what is known of a file."""
    session.add(attachment)
    session.flush()


def find(session: Session, request_id: str, attachment_id: str) -> Attachment | None:
    """The file of this request."""
    found = select(Attachment).where(Attachment.id == attachment_id, Attachment.request_id == request_id)
    return session.scalars(found).one_or_none()


def of_request(session: Session, request_id: str) -> Sequence[tuple[Attachment, str | None]]:
    """A request's files with their senders' names, in the order in which they came."""
    found = (
        select(Attachment, Person.name)
        .outerjoin(Person, Person.account_id == Attachment.account_id)
        .where(Attachment.request_id == request_id)
        .order_by(Attachment.id)
    )
    return [(attachment, name) for attachment, name in session.execute(found)]


def count(session: Session, request_id: str) -> int:
    """How many files a request has or had."""
    found = select(func.count()).where(Attachment.request_id == request_id)
    return session.scalars(found).one()


def scan_status(session: Session, attachment_id: str) -> ScanStatus | None:
    """How far scanning the file is; None where there is no such file."""
    return session.scalars(select(Attachment.scan).where(Attachment.id == attachment_id)).one_or_none()


def set_scanned(session: Session, attachment_id: str, scan: ScanStatus, now: datetime) -> None:
    """Write down what scanning found, unless that is known already."""
    session.execute(
        update(Attachment)
        .where(Attachment.id == attachment_id, Attachment.scan == "pending")
        .values(scan=scan, scanned_at=now)
        .execution_options(synchronize_session=False)
    )


def take_overdue(
    session: Session, now: datetime, *, first: timedelta, longest: timedelta, limit: int
) -> list[str]:
    """Files whose scan seems lost, counted as queued again; each time, the patience with one doubles."""
    rows = session.execute(
        text(
            "WITH overdue AS ("
            "    SELECT id FROM attachments a WHERE scan = 'pending'"
            "    AND queued_at < :now - least(:first * power(2, least(times_queued, 16) - 1), :longest)"
            "    AND NOT EXISTS (SELECT FROM outbox o"
            "        WHERE o.published_at IS NULL AND o.kind = 'job' AND o.subject = a.id)"
            "    ORDER BY queued_at LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE attachments a SET queued_at = :now, times_queued = times_queued + 1"
            " FROM overdue WHERE a.id = overdue.id RETURNING a.id"
        ),
        {"now": now, "first": first, "longest": longest, "limit": limit},
    )
    return [row.id for row in rows]


def take_not_scanned(session: Session, now: datetime, *, limit: int) -> list[str]:
    """Files from when there was no scanner, which wait for their scan from now on."""
    unscanned = (
        select(Attachment.id)
        .where(Attachment.scan == "not_scanned")
        .order_by(Attachment.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = (
        update(Attachment)
        .where(Attachment.id.in_(unscanned))
        .values(scan="pending", scanned_at=None, queued_at=now, times_queued=1)
        .returning(Attachment.id)
        .execution_options(synchronize_session=False)
    )
    return list(session.scalars(taken))


def standing(session: Session, attachment_ids: Collection[str]) -> set[str]:
    """Those of these files that there is a row of, and that may stand."""
    found = select(Attachment.id).where(Attachment.id.in_(attachment_ids), Attachment.scan != "infected")
    return set(session.scalars(found))
