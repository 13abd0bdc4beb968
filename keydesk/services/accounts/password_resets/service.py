"""A forgotten password: the owner of the account's address sets a new one by a link, within 30 minutes."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.services.accounts.authentication.service import login_keys
from keydesk.services.accounts.contract import PasswordResetOfUnknownRequested, PasswordResetRequested
from keydesk.services.accounts.links.service import LinkExpired, LinkMaker, make_link, spend_link
from keydesk.services.accounts.models import Account, key_of
from keydesk.services.accounts.password_resets.schemas import Reset
from keydesk.services.accounts.passwords.service import require_choosable, set_password
from keydesk.services.accounts.people.email_addresses import normal_email
from keydesk.services.accounts.people.repository import account_by_login, account_for_update
from keydesk.services.accounts.throttles.service import count_mail, forget
from keydesk.services.accounts.verifications.service import request_verification


def request_reset(session: Session, login: str, *, language: str, now: datetime) -> None:
    """Send a link to the address of the account that logs in with ``login``.

    A sign-up that waits gets a new link to verify its address; an address without an account is told so;
    a login ID that nobody has leads to nothing. The answer is the same for all. Raises `Invalid` for
    an empty ``login``, `TooManyRequests` when it is asked for too often.
    """
    if not login:
        raise Invalid(errors=[FieldError("/login_id", "needed", Text(N_("This is needed.")))])
    count_mail(session, login, now=now)
    found = account_by_login(session, login)
    account = account_for_update(session, found.id) if found else None
    if account is None:
        _tell_unknown(session, login, language=language)
    elif account.status == "pending":
        request_verification(session, account, "sign_up", email=account.email, language=language, now=now)
    elif account.status == "active":
        _send_link(session, account, language=language, now=now)


def complete_reset(session: Session, maker: LinkMaker, reset: Reset, *, now: datetime) -> None:
    """Set the new password, spend the link, end every session, and let who was locked out try again.

    Raises `Invalid` for a password that may not be chosen (the link still works), `LinkUnknown`,
    `LinkExpired`.
    """
    account, _link = spend_link(session, maker, reset.token, "password_reset", now=now)
    if account.status != "active":
        raise LinkExpired
    require_choosable(account, reset)
    forget(session, *login_keys(account))
    set_password(session, account, reset.password, kept_session_id=None, action="password.reset", now=now)


def _send_link(session: Session, account: Account, *, language: str, now: datetime) -> None:
    link = make_link(session, account, "password_reset", email=account.email, now=now)
    fact = PasswordResetRequested(
        reset_id=link.id,
        account_id=account.id,
        email=account.email,
        first_name=account.first_name,
        last_name=account.last_name,
        language=account.language or language,
    )
    emit(session, fact, subject=account.id)


def _tell_unknown(session: Session, login: str, *, language: str) -> None:
    email = normal_email(login)
    if email is not None:
        emit(session, PasswordResetOfUnknownRequested(email=email, language=language), subject=key_of(email))
