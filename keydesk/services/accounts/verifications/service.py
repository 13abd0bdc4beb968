"""Asks for the proof that an email address is somebody's, and takes it in when they open the link."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.messaging.outbox import emit
from keydesk.services.accounts.contract import EmailVerificationRequested
from keydesk.services.accounts.links.service import (
    LinkExpired,
    LinkMaker,
    VerificationPurpose,
    make_link,
    purpose_of,
    spend_link,
)
from keydesk.services.accounts.models import Account, Link, key_of
from keydesk.services.accounts.people.announcing import announce_change
from keydesk.services.accounts.people.repository import (
    account_for_update,
    living_account_by_email,
    lock_name,
    login_is_taken,
    pending_account_by_email,
)
from keydesk.services.accounts.throttles.service import count_mail


@dataclass(frozen=True)
class Verified:
    """What a link proved."""

    email: str
    purpose: VerificationPurpose
    login_id: str


def request_verification(
    session: Session,
    account: Account,
    purpose: VerificationPurpose,
    *,
    email: str,
    language: str,
    now: datetime,
) -> None:
    """Send ``email`` a link; older ones of the account with this purpose no longer work."""
    link = make_link(session, account, purpose, email=email, now=now)
    fact = EmailVerificationRequested(
        verification_id=link.id,
        account_id=account.id,
        email=email,
        purpose=purpose,
        first_name=account.first_name,
        last_name=account.last_name,
        company_name=account.company_name,
        language=account.language or language,
    )
    emit(session, fact, subject=account.id)


def request_again(
    session: Session, email: str, *, account_id: str | None, language: str, now: datetime
) -> None:
    """Send a new link to ``email`` if anything waits for its proof: a sign-up, or the caller's own change.

    The same for everyone who asks; raises `TooManyRequests` when it is asked for too often.
    """
    count_mail(session, email, now=now)
    lock_name(session, email)
    pending = pending_account_by_email(session, email)
    if pending is not None and living_account_by_email(session, email) is None:
        request_verification(session, pending, "sign_up", email=pending.email, language=language, now=now)
    account = account_for_update(session, account_id) if account_id else None
    if account is None:
        return
    if account.pending_email and key_of(account.pending_email) == key_of(email):
        request_verification(
            session, account, "email_change", email=account.pending_email, language=language, now=now
        )
    if account.unconfirmed_additional_email and key_of(account.unconfirmed_additional_email) == key_of(email):
        request_verification(
            session,
            account,
            "additional_email",
            email=account.unconfirmed_additional_email,
            language=language,
            now=now,
        )


def verify(
    session: Session, maker: LinkMaker, token: str, *, agreement_version: str, language: str, now: datetime
) -> Verified:
    """Take in the proof that ``token`` gives.

    Raises `LinkUnknown`, or `LinkExpired` also where somebody else proved the address in the meantime.
    """
    account, link = spend_link(session, maker, token, "email_verification", now=now)
    purpose = purpose_of(link)
    if purpose == "sign_up":
        _activate(session, account, link, language=language, now=now)
    elif purpose == "email_change":
        _change_email(session, account, link, now=now)
    else:
        _confirm_additional(account, link, now=now)
    announce_change(session, account, agreement_version=agreement_version)
    record(session, now=now, actor=account.id, action=f"email_verified.{purpose}", subject=account.id)
    return Verified(link.email, purpose, account.login_id)


def _activate(session: Session, account: Account, link: Link, *, language: str, now: datetime) -> None:
    if account.status != "pending" or living_account_by_email(session, link.email) is not None:
        raise LinkExpired
    lock_name(session, account.login_id)
    if login_is_taken(session, account.login_id):
        # Somebody with this login ID was faster. Theirs is proved; this person logs in by email.
        account.login_id = account.email
    account.status = "active"
    account.email_verified_at = now
    session.flush()
    if account.additional_email is not None:
        # Only now: a sign-up that nobody proved sends no email to third parties.
        request_verification(
            session,
            account,
            "additional_email",
            email=account.additional_email,
            language=language,
            now=now,
        )


def _change_email(session: Session, account: Account, link: Link, *, now: datetime) -> None:
    if account.status != "active" or living_account_by_email(session, link.email) is not None:
        raise LinkExpired
    if key_of(account.login_id) == key_of(account.email):
        account.login_id = link.email
    account.email = link.email
    account.email_verified_at = now
    account.pending_email = None


def _confirm_additional(account: Account, link: Link, *, now: datetime) -> None:
    if account.status != "active" or account.unconfirmed_additional_email != link.email:
        raise LinkExpired
    account.additional_email_confirmed_at = now
