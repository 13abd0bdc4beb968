"""API tokens: made and shown once, listed, revoked, and checked for the gateway."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.problems import FieldError, Invalid, NotFound, Problem, ScopeMissing
from keydesk.services.accounts.agreements.versions import Agreement
from keydesk.services.accounts.api_tokens.repository import (
    holding_token,
    holding_tokens,
    token_for_update,
)
from keydesk.services.accounts.api_tokens.schemas import NewToken
from keydesk.services.accounts.authentication.principals import principal_of
from keydesk.services.accounts.authentication.schemas import CheckedToken
from keydesk.services.accounts.contract import ApiTokenRevoked
from keydesk.services.accounts.models import Account, ApiToken
from keydesk.services.accounts.people.repository import account_for_update

PREFIX = "kd_"
MOST_PER_ACCOUNT = 50
_USE_NOTED_EVERY = timedelta(hours=1)


class TooManyTokens(Problem):
    """The account has as many tokens as it may."""

    status, code = 409, "too_many_tokens"
    title = N_("You have too many tokens")
    detail = N_("An account can have %(most)s tokens. Revoke one that you no longer need.")


class TokenRefused(Problem):
    """No token that holds."""

    status, code = 401, "token_refused"
    title = N_("This token does not hold")
    detail = N_("It was revoked, has expired, or never was one. Make a new one in your account.")


def make_token(session: Session, caller: Caller, wanted: NewToken, *, now: datetime) -> tuple[ApiToken, str]:
    """A token for the caller's account, and the secret text that opens with it.

    Raises `ScopeMissing` for a scope that the caller does not have (a token cannot make a mightier one),
    `Invalid` for a day that has passed, `TooManyTokens`, `NotFound`.
    """
    for scope in wanted.scopes:
        if not caller.has_scope(scope):
            raise ScopeMissing(scope=scope)
    expires_at = _end_of_day(wanted, now)
    account = account_for_update(session, caller.known_account_id)
    if account is None:
        raise NotFound
    if len(holding_tokens(session, account.id, now=now)) >= MOST_PER_ACCOUNT:
        raise TooManyTokens(most=MOST_PER_ACCOUNT)
    secret = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        id=new_id("tok"),
        account_id=account.id,
        name=wanted.name,
        scopes=sorted(set(wanted.scopes)),
        token_hash=_hash(secret),
        created_at=now,
        expires_at=expires_at,
    )
    session.add(token)
    record(
        session, now=now, actor=account.id, action="api_token.made", subject=token.id,
        details={"scopes": token.scopes},
    )  # fmt: skip
    return token, secret


def list_tokens(session: Session, account_id: str, *, now: datetime) -> Sequence[ApiToken]:
    """The account's tokens that hold, newest first."""
    return holding_tokens(session, account_id, now=now)


def revoke_token(session: Session, account_id: str, token_id: str, *, now: datetime) -> None:
    """Let a token hold no longer; raises `NotFound` for one that is not the account's."""
    token = token_for_update(session, account_id, token_id)
    if token is None:
        raise NotFound
    token.revoked_at = now
    emit(session, ApiTokenRevoked(token_id=token.id, account_id=account_id), subject=account_id)
    record(session, now=now, actor=account_id, action="api_token.revoked", subject=token.id)


def check_token(session: Session, text: str, *, agreement: Agreement, now: datetime) -> CheckedToken:
    """Whose token ``text`` is and what it may do. Raises `TokenRefused` for any that does not hold."""
    token = holding_token(session, _hash(text), now=now)
    account = session.get(Account, token.account_id) if token else None
    if token is None or account is None or account.status != "active":
        raise TokenRefused
    if token.last_used_at is None or token.last_used_at + _USE_NOTED_EVERY <= now:
        token.last_used_at = now
    return CheckedToken(
        principal=principal_of(session, account, agreement_version=agreement.version),
        token_id=token.id,
        scopes=token.scopes,
        expires_at=token.expires_at,
    )


def _end_of_day(wanted: NewToken, now: datetime) -> datetime | None:
    if wanted.expires_on is None:
        return None
    if wanted.expires_on < now.date():
        passed = Text(N_("This day has passed. Choose today or a later one."))
        raise Invalid(errors=[FieldError("/expires_on", "day_passed", passed)])
    return datetime.combine(wanted.expires_on, time(23, 59, 59), UTC)


def _hash(text: str) -> bytes:
    """SHA-256 is enough here: the token is 256 random bits, so there is nothing to guess."""
    return hashlib.sha256(text.encode()).digest()
