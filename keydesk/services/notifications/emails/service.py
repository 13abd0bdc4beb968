"""Use cases of emails: write down those that facts ask for, queue them, show the log, send again."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import cast

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.http.pages import Page, decode_last, page_of
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.problems import NotFound
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.notifications.content.rendering import subject_of
from keydesk.services.notifications.delivery.queue import queue_sending
from keydesk.services.notifications.delivery.repository import PATIENCE
from keydesk.services.notifications.emails import repository
from keydesk.services.notifications.emails.plans import (
    Addressee,
    EmailKind,
    Notice,
    Plan,
    ToldState,
    known_language,
    notice_of,
    plan_of,
    plans_for,
    told_again,
    told_state,
)
from keydesk.services.notifications.emails.problems import EmailUnderWay
from keydesk.services.notifications.emails.repository import Search
from keydesk.services.notifications.emails.schemas import EmailLogEntry
from keydesk.services.notifications.models import Email, Waiting


def take_in(session: Session, events: Sequence[Event], *, now: datetime) -> None:
    """Queue every email that ``events`` ask for, each once, and remember the accounts they tell of."""
    plans = [(event.id, plan) for event in events if (plan := plan_of(event.fact, event.time)) is not None]
    queue(session, plans, now=now)
    accounts = [event.fact for event in events if isinstance(event.fact, AccountChanged)]
    notices = [(event.id, notice) for event in events if (notice := notice_of(event.fact)) is not None]
    if accounts or notices:
        repository.lock_notices(session)
        _remember_accounts(session, accounts)
        _remember_notices(session, notices)
        concerned = {fact.account_id for fact in accounts} | {notice.account_id for _, notice in notices}
        _tell(session, concerned, now=now)


def queue(session: Session, plans: Iterable[tuple[str, Plan]], *, now: datetime) -> None:
    """Write down an email for each (event id, plan) that has none yet, and queue its sending."""
    rows = [
        {
            "id": new_id("eml"),
            "event_id": event_id,
            "kind": plan.kind,
            "recipient": plan.recipient,
            "account_id": plan.account_id,
            "language": plan.language,
            "params": plan.params,
            "expected_by": now + PATIENCE,
            "created_at": now,
        }
        for event_id, plan in plans
    ]
    if not rows:
        return
    queue_sending(session, repository.add_emails(session, rows))


def list_emails(session: Session, search: Search, *, limit: int, cursor: str | None) -> Page[EmailLogEntry]:
    """The email log, newest first."""
    before = decode_last(cursor, str)
    found = repository.find_emails(session, search, before=before, limit=limit + 1)
    page, following = page_of(found, limit, lambda row: (row[0].id,))
    return Page(items=[_entry(email, reason) for email, reason in page], next_cursor=following)


def resend_email(session: Session, email_id: str, *, actor: str, now: datetime) -> EmailLogEntry:
    """Queue an email once more that was sent or has failed, to the same address; ``actor`` asks for it.

    Its text is composed anew: a link in it that has run out fails it again, and the log says so. Raises
    `NotFound`, and `EmailUnderWay` where its sending has not ended yet.
    """
    email = repository.lock_email(session, email_id)
    if email is None:
        raise NotFound
    if email.status not in {"sent", "failed"}:
        raise EmailUnderWay
    details = {"kind": email.kind, "was": email.status, "attempts": email.attempts}
    record(session, now=now, actor=actor, action="email.resent", subject=email.id, details=details)
    email.status, email.sent_at = "queued", None
    email.attempts_before, email.expected_by = email.attempts, now + PATIENCE
    queue_sending(session, [email.id])
    return _entry(email, None)


def _entry(email: Email, reason: str | None) -> EmailLogEntry:
    return EmailLogEntry.model_validate(
        {
            "id": email.id,
            "to": email.recipient,
            "kind": email.kind,
            "subject": subject_of(email.kind, email.language, email.params),
            "status": email.status,
            "attempts": email.attempts,
            "reason": reason,
            "created_at": email.created_at,
            "sent_at": email.sent_at,
        }
    )


def _remember_accounts(session: Session, facts: Iterable[AccountChanged]) -> None:
    latest: dict[str, AccountChanged] = {}
    for fact in facts:
        known = latest.get(fact.account_id)
        if known is None or known.revision < fact.revision:
            latest[fact.account_id] = fact
    rows = [
        {
            "account_id": fact.account_id,
            "revision": fact.revision,
            "email": fact.email,
            "additional_email": fact.additional_email,
            "first_name": fact.first_name,
            "language": known_language(fact.language),
        }
        for _, fact in sorted(latest.items())
    ]
    if rows:
        repository.upsert_recipients(session, rows)


def _remember_notices(session: Session, notices: Iterable[tuple[str, Notice]]) -> None:
    rows = [
        {
            "event_id": event_id,
            "account_id": notice.account_id,
            "kind": notice.kind,
            "params": notice.params,
        }
        for event_id, notice in notices
    ]
    if rows:
        repository.add_waiting(session, rows)


def _tell(session: Session, account_ids: Collection[str], *, now: datetime) -> None:
    """Queue the emails for which both the notice and the account's address are known now."""
    plans: list[tuple[str, Plan]] = []
    told: set[ToldState] = set()
    for waiting, recipient in repository.take_addressable(session, account_ids):
        notice = _news(session, waiting, told)
        if notice is None:
            continue
        addressee = Addressee(
            recipient.email, recipient.additional_email, recipient.first_name, recipient.language
        )
        plans += [(waiting.event_id, plan) for plan in plans_for(notice, addressee)]
    queue(session, plans, now=now)


def _news(session: Session, waiting: Waiting, told: set[ToldState]) -> Notice | None:
    """What waits, without the state of a request where the account was told of it before (see ``told``).

    A fact with the same state again means that somebody wrote: that must not look like the decision's reason.
    """
    notice = Notice(cast("EmailKind", waiting.kind), waiting.account_id, waiting.params)
    state = told_state(notice)
    if state is None:
        return notice
    if state in told or repository.is_told(session, state, besides=waiting.event_id):
        return told_again(notice)
    told.add(state)
    return notice
