"""Tells the other rooms how an account is now."""

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.outbox import emit
from keydesk.services.accounts.agreements.repository import has_accepted
from keydesk.services.accounts.contract import AccountChanged, AccountStatus
from keydesk.services.accounts.models import Account


def announce_change(session: Session, account: Account, *, agreement_version: str) -> None:
    """Raise the account's revision and tell of it, within the transaction that changed it."""
    account.revision += 1
    announce(session, account, agreement_version=agreement_version)


def announce(session: Session, account: Account, *, agreement_version: str) -> None:
    """Tell of an account as it is."""
    session.flush()
    status: AccountStatus = account.status  # type: ignore[assignment]  # a constraint holds the column to these
    fact = AccountChanged(
        account_id=account.id,
        revision=account.revision,
        status=status,
        login_id=account.login_id,
        email=account.email,
        additional_email=account.confirmed_additional_email,
        first_name=account.first_name,
        last_name=account.last_name,
        company_name=account.company_name,
        language=account.language,
        roles=account.roles,
        verified=account.verified,
        agreed=has_accepted(session, account.id, agreement_version),
    )
    emit(session, fact, subject=account.id)
