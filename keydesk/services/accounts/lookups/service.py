"""Whether an address has an account is told by email to its owner, and to nobody else (guide, “Do I
already have an account?”).
"""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.outbox import emit
from keydesk.services.accounts.contract import AccountLookupRequested
from keydesk.services.accounts.models import key_of
from keydesk.services.accounts.people.repository import (
    living_account_by_email,
    lock_name,
    pending_account_by_email,
)
from keydesk.services.accounts.throttles.service import count_mail
from keydesk.services.accounts.verifications.service import request_verification


def look_up(session: Session, email: str, *, language: str, now: datetime) -> None:
    """Send ``email`` the answer: its login ID, or a new link where a sign-up waits for one, or no account.

    Raises `TooManyRequests` when it is asked for too often.
    """
    count_mail(session, email, now=now)
    lock_name(session, email)
    owner = living_account_by_email(session, email)
    pending = pending_account_by_email(session, email) if owner is None else None
    if pending is not None:
        request_verification(session, pending, "sign_up", email=pending.email, language=language, now=now)
        return
    fact = AccountLookupRequested(
        email=owner.email if owner else email,
        login_id=owner.login_id if owner else None,
        language=(owner.language if owner else None) or language,
    )
    emit(session, fact, subject=owner.id if owner else key_of(email))
