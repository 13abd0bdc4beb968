"""Whether a login ID and a password fit, at a pace that makes guessing useless.

Tries are counted in a transaction of their own, before the password is looked at: a refusal undoes the
caller's transaction, and no lock is held while a password is being hashed.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import EmailNotVerified, NotFound, Problem
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.services.accounts.agreements.versions import Agreement
from keydesk.services.accounts.authentication.device_cookies import new_cookie, trusted_device
from keydesk.services.accounts.authentication.principals import principal_of
from keydesk.services.accounts.authentication.schemas import Authenticated, Credentials, Principal
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.passwords.hashing import hash_password, is_outdated, verify_password
from keydesk.services.accounts.people.repository import account_by_login, account_for_update
from keydesk.services.accounts.settings import AccountsSettings
from keydesk.services.accounts.throttles.rules import LOGIN
from keydesk.services.accounts.throttles.service import count_try, forget, throttle_key

log = get_logger(__name__)


class CredentialsWrong(Problem):
    """No such login ID, or not its password; which of them is not told."""

    status, code = 401, "credentials_wrong"
    title = N_("Login ID or password wrong")
    detail = N_("Check both, capital letters too. If you forgot your password, ask for a new one.")


@dataclass(frozen=True)
class DeviceSecret:
    """What device cookies are signed with. A resource."""

    value: bytes

    @classmethod
    def from_settings(cls, settings: AccountsSettings) -> "DeviceSecret":
        """The one of the settings."""
        return cls(settings.device_secret.get_secret_value().encode())


def authenticate(
    database: Database, credentials: Credentials, *, agreement: Agreement, secret: DeviceSecret, now: datetime
) -> Authenticated:
    """Whose the credentials are.

    Raises `CredentialsWrong`, `EmailNotVerified` (only for the right password of a pending account), or
    `TooManyRequests` while somebody who guesses has to wait.
    """
    with database.transaction() as session:
        account = account_by_login(session, credentials.login_id)
        key = _throttle_of(account, credentials, secret, now)
        count_try(session, key, LOGIN, now=now)
    if not verify_password(account.password_hash if account else None, credentials.password):
        log.info("login_refused", address=credentials.address, account_id=account.id if account else None)
        raise CredentialsWrong
    assert account is not None  # noqa: S101 - no password fits where there is no account
    if account.status == "pending":
        raise EmailNotVerified
    with database.transaction() as session:
        admitted = _admit(session, account, credentials.password, agreement=agreement)
        forget(session, key)
    log.info("login", address=credentials.address, account_id=account.id)
    return Authenticated(account=admitted, device=new_cookie(secret.value, account.id, now=now))


def show_principal(session: Session, account_id: str, *, agreement: Agreement) -> Principal:
    """The account as it is now; raises `NotFound` when it may no longer act."""
    account = session.get(Account, account_id)
    if account is None or account.status != "active":
        raise NotFound
    return principal_of(session, account, agreement_version=agreement.version)


def login_keys(account: Account) -> tuple[str, str]:
    """The throttles of everything that one can log in to the account with, but for trusted devices."""
    return throttle_key("login", account.login_id), throttle_key("login", account.email)


def device_keys(account: Account) -> str:
    """What the throttles of the account's trusted devices begin with."""
    return f"device:{account.id}:"


def _throttle_of(
    account: Account | None, credentials: Credentials, secret: DeviceSecret, now: datetime
) -> str:
    if account is not None:
        device = trusted_device(credentials.device, secret.value, account.id, now=now)
        if device is not None:
            return f"{device_keys(account)}{device}"
    return throttle_key("login", credentials.login_id)


def _admit(session: Session, checked: Account, password: str, *, agreement: Agreement) -> Principal:
    """The account as it is now, unless its password was changed while the old one was being checked."""
    account = account_for_update(session, checked.id)
    if account is None or account.status != "active" or account.session_epoch != checked.session_epoch:
        raise CredentialsWrong
    if is_outdated(account.password_hash):
        account.password_hash = hash_password(password)
    return principal_of(session, account, agreement_version=agreement.version)
