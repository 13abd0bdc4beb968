"""What is tidied up by the clock: sign-ups that nobody proved, links long over, old counters."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.work import Sweep, WorkContext
from keydesk.services.accounts.links.repository import remove_links
from keydesk.services.accounts.people.repository import remove_unproved_accounts
from keydesk.services.accounts.throttles.service import forget_old

UNPROVED_KEPT = timedelta(days=30)
"""How long a sign-up is kept whose address nobody proved: its details are of no use to anyone."""
LINKS_KEPT = timedelta(days=30)


def _sweep(context: WorkContext) -> None:
    with context.transaction() as session:
        remove_leftovers(session, now=context.now())


def remove_leftovers(session: Session, *, now: datetime) -> None:
    """Remove what has outlived its use."""
    remove_unproved_accounts(session, created_before=now - UNPROVED_KEPT)
    remove_links(session, expired_before=now - LINKS_KEPT)
    forget_old(session, now=now)


LEFTOVERS = Sweep("accounts.leftovers", timedelta(hours=1), _sweep)
