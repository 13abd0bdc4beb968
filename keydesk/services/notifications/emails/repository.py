"""SQL of emails: writing them down, and reading the log. Sending has its own, in delivery/."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, delete, func, or_, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from keydesk.services.notifications.emails.plans import ToldState
from keydesk.services.notifications.models import DeliveryAttempt, Email, Recipient, Waiting

NOTICES_LOCK = 5_311_020
"""Advisory lock: see `lock_notices`."""


def add_emails(session: Session, rows: Sequence[dict[str, Any]]) -> list[str]:
    """Insert the emails whose event, recipient and kind are not there yet; the ids of those."""
    statement = postgresql.insert(Email).on_conflict_do_nothing().returning(Email.id)
    return list(session.scalars(statement, rows))


def upsert_recipients(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Add recipients, or renew those whose revision is older. ``rows`` name each account once, in order."""
    proposed = postgresql.insert(Recipient)
    renewed = ("revision", "email", "additional_email", "first_name", "language")
    session.execute(
        proposed.on_conflict_do_update(
            index_elements=[Recipient.account_id],
            set_={name: proposed.excluded[name] for name in renewed},
            where=Recipient.revision < proposed.excluded.revision,
        ),
        rows,
    )


def lock_notices(session: Session) -> None:
    """Until this transaction ends, no other brings notices and accounts together.

    Without it, one transaction could add a notice while another adds its account, neither sees the
    other's row, and the notice waits for ever.
    """
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": NOTICES_LOCK})


def add_waiting(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Remember notices until `take_addressable` finds their accounts."""
    session.execute(postgresql.insert(Waiting).on_conflict_do_nothing(), rows)


def take_addressable(session: Session, account_ids: Collection[str]) -> Sequence[tuple[Waiting, Recipient]]:
    """Take out the notices that wait for these accounts, in their facts' order, with whom to write to."""
    found = session.execute(
        select(Waiting, Recipient)
        .join(Recipient, Recipient.account_id == Waiting.account_id)
        .where(Waiting.account_id.in_(account_ids))
        .order_by(Waiting.event_id)
    ).all()
    events = [waiting.event_id for waiting, _ in found]
    session.execute(delete(Waiting).where(Waiting.event_id.in_(events)))
    return [(waiting, recipient) for waiting, recipient in found]


def is_told(session: Session, state: ToldState, *, besides: str) -> bool:
    """Whether an account has an email about this state of a request, from another event than ``besides``."""
    found = select(Email.id).where(
        Email.account_id == state.account_id,
        Email.kind == "request_changed",
        Email.params["request_id"].astext == state.request_id,
        Email.params["status"].astext == state.status,
        Email.params["news"].astext == "state",
        Email.event_id != besides,
    )
    return session.scalar(select(found.exists())) is True


def lock_email(session: Session, email_id: str) -> Email | None:
    """The email, kept from workers and from others who would send it again until this transaction ends."""
    return session.scalar(select(Email).where(Email.id == email_id).with_for_update())


@dataclass(frozen=True)
class Search:
    """Which emails are looked for.

    ``query`` is the start of an address, or the whole id of an account or of an email.
    """

    query: str | None = None
    kind: str | None = None
    status: str | None = None


def find_emails(
    session: Session, search: Search, *, before: str | None, limit: int
) -> Sequence[tuple[Email, str | None]]:
    """Emails, newest first, beginning before the id ``before``; each with why its last try failed, if it did.

    Tries from before it was sent again do not count.
    """
    last_try = and_(
        DeliveryAttempt.email_id == Email.id,
        DeliveryAttempt.number == Email.attempts,
        DeliveryAttempt.number > Email.attempts_before,
    )
    wanted = select(Email, DeliveryAttempt.reason).outerjoin(DeliveryAttempt, last_try)
    if search.query:
        wanted = wanted.where(
            or_(
                func.lower(Email.recipient).startswith(search.query.lower(), autoescape=True),
                Email.account_id == search.query,
                Email.id == search.query,
            )
        )
    if search.kind is not None:
        wanted = wanted.where(Email.kind == search.kind)
    if search.status is not None:
        wanted = wanted.where(Email.status == search.status)
    if before is not None:
        wanted = wanted.where(Email.id < before)
    found = session.execute(wanted.order_by(Email.id.desc()).limit(limit))
    return [(email, reason) for email, reason in found]
