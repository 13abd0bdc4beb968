"""Says of an account what the gateway needs to speak for it."""

from sqlalchemy.orm import Session

from keydesk.services.accounts.agreements.repository import has_accepted
from keydesk.services.accounts.authentication.schemas import Principal
from keydesk.services.accounts.models import Account


def principal_of(session: Session, account: Account, *, agreement_version: str) -> Principal:
    """The account as it is now."""
    return Principal(
        account_id=account.id,
        login_id=account.login_id,
        name=account.name,
        company_name=account.company_name,
        roles=account.roles,
        verified=account.verified,
        agreed=has_accepted(session, account.id, agreement_version),
        language=account.language,
        session_epoch=account.session_epoch,
    )
