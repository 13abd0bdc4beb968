"""Use cases of emails: write down those that facts ask for, queue them, show the log."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import Page, decode_cursor, encode_cursor
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Event
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.licensing.contract import RegistrationCompleted
from keydesk.services.notifications.content.rendering import subject_of
from keydesk.services.notifications.delivery.queue import queue_sending
from keydesk.services.notifications.delivery.repository import PATIENCE
from keydesk.services.notifications.emails import repository
from keydesk.services.notifications.emails.plans import Plan, greeted, known_language, plan_of
from keydesk.services.notifications.emails.schemas import EmailLogEntry


def take_in(session: Session, events: Sequence[Event], *, now: datetime) -> None:
    """Queue every email that ``events`` ask for, each once, and remember the accounts they tell of."""
    plans = [(event.id, plan) for event in events if (plan := plan_of(event.fact, event.time)) is not None]
    queue(session, plans, now=now)
    accounts = [event.fact for event in events if isinstance(event.fact, AccountChanged)]
    completed = [(event.id, event.fact) for event in events if isinstance(event.fact, RegistrationCompleted)]
    if accounts or completed:
        repository.lock_confirmations(session)
        _remember_accounts(session, accounts)
        _remember_registrations(session, completed)
        concerned = {fact.account_id for fact in accounts} | {fact.account_id for _, fact in completed}
        _confirm_registrations(session, concerned, now=now)


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


def list_emails(
    session: Session, *, query: str | None, limit: int, cursor: str | None
) -> Page[EmailLogEntry]:
    """The email log, newest first."""
    position = decode_cursor(cursor, str)
    before = str(position[0]) if position is not None else None
    found = repository.find_emails(session, query, before=before, limit=limit + 1)
    page = found[:limit]
    entries = [
        EmailLogEntry.model_validate(
            {
                "id": email.id,
                "to": email.recipient,
                "kind": email.kind,
                "subject": subject_of(email.kind, email.language, email.params),
                "status": email.status,
                "attempts": email.attempts,
                "created_at": email.created_at,
                "sent_at": email.sent_at,
            }
        )
        for email in page
    ]
    return Page(items=entries, next_cursor=encode_cursor(page[-1].id) if len(found) > limit else None)


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


def _remember_registrations(session: Session, completed: Iterable[tuple[str, RegistrationCompleted]]) -> None:
    rows = [
        {
            "event_id": event_id,
            "account_id": fact.account_id,
            "registration_id": fact.registration_id,
            "completed_at": fact.completed_at,
            "total": fact.total,
        }
        for event_id, fact in completed
    ]
    if rows:
        repository.add_waiting(session, rows)


def _confirm_registrations(session: Session, account_ids: Collection[str], *, now: datetime) -> None:
    plans = []
    for waiting, recipient in repository.take_confirmable(session, account_ids):
        params = {
            "registration_id": waiting.registration_id,
            "completed_at": waiting.completed_at.isoformat(),
            "name": greeted(recipient.first_name),
            "total": waiting.total,
        }
        addresses = {recipient.email, recipient.additional_email or recipient.email}
        plans += [
            (
                waiting.event_id,
                Plan("registration_confirmation", address, recipient.language, recipient.account_id, params),
            )
            for address in sorted(addresses)
        ]
    queue(session, plans, now=now)
