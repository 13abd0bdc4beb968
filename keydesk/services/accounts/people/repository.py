"""Accounts in the database, found by what people call themselves."""

from datetime import datetime

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from keydesk.chassis.database import lock_named
from keydesk.services.accounts.models import LIVING_STATUSES, Account, key_of


def lock_name(session: Session, name: str) -> None:
    """Let nobody else decide about this email address or login ID until the transaction ends.

    Take the lock of an email address before that of a login ID, so that two transactions never wait
    for each other.
    """
    lock_named(session, f"name:{key_of(name)}")


def account_for_update(session: Session, account_id: str) -> Account | None:
    """The account, locked until the transaction ends."""
    return session.get(Account, account_id, with_for_update=True, populate_existing=True)


def living_account_by_email(session: Session, email: str) -> Account | None:
    """The account whose verified address this is."""
    return session.scalar(
        select(Account).where(Account.email_key == key_of(email), Account.status.in_(LIVING_STATUSES))
    )


def pending_account_by_email(session: Session, email: str) -> Account | None:
    """The newest sign-up with this address, while nobody has verified it."""
    return session.scalar(
        select(Account).where(Account.email_key == key_of(email), Account.status == "pending")
    )


def login_is_taken(session: Session, login_id: str) -> bool:
    """Whether somebody logs in with this login ID."""
    return session.scalar(_by_login(login_id).where(Account.status.in_(LIVING_STATUSES)).limit(1)) is not None


def account_by_login(session: Session, login: str) -> Account | None:
    """The account that logs in with ``login``, a login ID or an email address.

    Where no account does, the newest sign-up that would.
    """
    waiting_last = (Account.status == "pending").asc()
    candidates = _by_login(login).where(Account.status.in_((*LIVING_STATUSES, "pending")))
    return session.scalar(candidates.order_by(waiting_last, Account.created_at.desc()).limit(1))


def remove_unproved_accounts(session: Session, *, created_before: datetime) -> None:
    """Remove sign-ups whose address nobody proved."""
    unproved = Account.status.in_(("pending", "superseded"))
    session.execute(delete(Account).where(unproved, Account.created_at < created_before))


def _by_login(login: str) -> Select[Account]:
    key = key_of(login)
    return select(Account).where(or_(Account.login_key == key, Account.email_key == key))
