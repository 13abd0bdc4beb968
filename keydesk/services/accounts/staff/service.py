"""What staff may know of accounts: who they are, never a credential."""

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import Page, decode_cursor, page_of
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.staff.repository import find_accounts
from keydesk.services.accounts.staff.schemas import StaffAccount


def list_accounts(
    session: Session, *, query: str | None, limit: int, cursor: str | None
) -> Page[StaffAccount]:
    """A page of the accounts that ``query`` finds, newest first."""
    position = decode_cursor(cursor, str)
    before = str(position[0]) if position else None
    rows = find_accounts(session, query=query or "", before=before, limit=limit + 1)
    page, next_cursor = page_of(rows, limit, lambda account: (account.id,))
    return Page(items=[_shown(account) for account in page], next_cursor=next_cursor)


def _shown(account: Account) -> StaffAccount:
    return StaffAccount.model_validate(account, from_attributes=True)
