"""Gives an account a new password, and ends what rested on the old one."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.database import Database
from keydesk.chassis.i18n import DEFAULT_LANGUAGE, N_, Text
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.accounts.contract import PasswordChanged
from keydesk.services.accounts.links.service import end_links
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.passwords.hashing import hash_password, verify_password
from keydesk.services.accounts.passwords.rules import check_password
from keydesk.services.accounts.passwords.schemas import NewPassword, PasswordChange
from keydesk.services.accounts.people.repository import account_for_update
from keydesk.services.accounts.throttles.rules import LOGIN
from keydesk.services.accounts.throttles.service import count_try, forget, throttle_key


def change_password(
    database: Database, account_id: str, change: PasswordChange, *, session_id: str | None, now: datetime
) -> None:
    """Replace the password; every session but ``session_id`` ends.

    Raises `Invalid` for a wrong current password or a new one that may not be chosen, `TooManyRequests`
    while somebody who guesses the current one has to wait. Tries are counted in a transaction of their own.
    """
    key = throttle_key("password", account_id)
    with database.transaction() as session:
        require_choosable(_account(session, account_id), change)
        count_try(session, key, LOGIN, now=now)
    with database.transaction() as session:
        account = _account(session, account_id)
        if not verify_password(account.password_hash, change.current_password):
            wrong = Text(N_("This is not your current password."))
            raise Invalid(errors=[FieldError("/current_password", "password_wrong", wrong)])
        forget(session, key)
        set_password(
            session,
            account,
            change.password,
            kept_session_id=session_id,
            action="password.changed",
            now=now,
        )


def require_choosable(account: Account, new: NewPassword) -> None:
    """Raises `Invalid` for a password that may not be chosen."""
    about = (account.first_name, account.last_name, account.company_name, account.email, account.login_id)
    errors = check_password(new.password, new.password_repeated, about=about)
    if errors:
        raise Invalid(errors=errors)


def set_password(
    session: Session,
    account: Account,
    password: str,
    *,
    kept_session_id: str | None,
    action: str,
    now: datetime,
) -> None:
    """Give ``account``, locked by the caller, a password that it may choose; ``action`` is for the audit."""
    account.password_hash = hash_password(password)
    account.session_epoch += 1
    end_links(session, account, "password_reset", now=now)
    fact = PasswordChanged(
        account_id=account.id,
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        language=account.language or DEFAULT_LANGUAGE,
        kept_session_id=kept_session_id,
    )
    emit(session, fact, subject=account.id)
    record(session, now=now, actor=account.id, action=action, subject=account.id)


def _account(session: Session, account_id: str) -> Account:
    account = account_for_update(session, account_id)
    if account is None:
        raise NotFound
    return account
