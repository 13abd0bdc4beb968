"""API tokens in the database."""

from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from keydesk.services.accounts.models import ApiToken


def holding_tokens(session: Session, account_id: str, *, now: datetime) -> list[ApiToken]:
    """The account's tokens that hold, newest first."""
    held = select(ApiToken).where(ApiToken.account_id == account_id, _holds(now))
    return list(session.scalars(held.order_by(ApiToken.id.desc())))


def holding_token(session: Session, token_hash: bytes, *, now: datetime) -> ApiToken | None:
    """The token with this hash, if it holds."""
    return session.scalar(select(ApiToken).where(ApiToken.token_hash == token_hash, _holds(now)))


def token_for_update(session: Session, account_id: str, token_id: str) -> ApiToken | None:
    """One of the account's tokens that was not revoked, locked until the transaction ends."""
    own = select(ApiToken).where(ApiToken.id == token_id, ApiToken.account_id == account_id)
    return session.scalar(own.where(ApiToken.revoked_at.is_(None)).with_for_update())


def _holds(now: datetime) -> ColumnElement[bool]:
    not_expired = or_(ApiToken.expires_at.is_(None), ApiToken.expires_at > now)
    return ApiToken.revoked_at.is_(None) & not_expired
