"""Who accepted which version of the user agreement."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from keydesk.services.accounts.models import AgreementAcceptance


def acceptance(session: Session, account_id: str, version: str) -> AgreementAcceptance | None:
    """How and when the account accepted ``version``, if it did."""
    return session.get(AgreementAcceptance, (account_id, version))


def has_accepted(session: Session, account_id: str, version: str) -> bool:
    """Whether the account accepted ``version``."""
    return acceptance(session, account_id, version) is not None


def latest_acceptance(session: Session, account_id: str) -> AgreementAcceptance | None:
    """The version that the account accepted last."""
    return session.scalar(
        select(AgreementAcceptance)
        .where(AgreementAcceptance.account_id == account_id)
        .order_by(AgreementAcceptance.accepted_at.desc())
        .limit(1)
    )


def add_acceptance(
    session: Session, account_id: str, version: str, *, now: datetime, address: str, language: str
) -> bool:
    """Keep that the account accepts ``version``; False when it had done so before."""
    added = session.execute(
        insert(AgreementAcceptance)
        .values(account_id=account_id, version=version, accepted_at=now, address=address, language=language)
        .on_conflict_do_nothing()
        .returning(AgreementAcceptance.version)
    )
    return added.first() is not None
