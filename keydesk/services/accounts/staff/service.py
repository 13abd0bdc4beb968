"""What staff may know of accounts: who they are, never a credential. And letting their owners try again."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.http.pages import Page, decode_last, page_of
from keydesk.chassis.problems import NotFound
from keydesk.services.accounts.agreements.repository import has_accepted, latest_acceptance
from keydesk.services.accounts.agreements.versions import Agreement
from keydesk.services.accounts.authentication.service import device_keys, login_keys
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.people.announcing import announce_change
from keydesk.services.accounts.people.repository import account_for_update
from keydesk.services.accounts.staff.repository import find_accounts
from keydesk.services.accounts.staff.schemas import StaffAccount, StaffAccountDocument
from keydesk.services.accounts.throttles.rules import LOGIN
from keydesk.services.accounts.throttles.service import forget_all, slowed


def list_accounts(
    session: Session, *, query: str | None, limit: int, cursor: str | None
) -> Page[StaffAccount]:
    """A page of the accounts that ``query`` finds, newest first."""
    before = decode_last(cursor, str)
    rows = find_accounts(session, query=query or "", before=before, limit=limit + 1)
    page, next_cursor = page_of(rows, limit, lambda account: (account.id,))
    return Page(items=[_shown(account) for account in page], next_cursor=next_cursor)


def show_account(
    session: Session, account_id: str, *, agreement: Agreement, now: datetime
) -> StaffAccountDocument:
    """One account, whole; raises `NotFound`."""
    account = session.get(Account, account_id)
    if account is None or account.status == "superseded":
        raise NotFound
    return _document(session, account, agreement, now)


def unlock(
    session: Session, account_id: str, reason: str, *, actor: str, agreement: Agreement, now: datetime
) -> StaffAccountDocument:
    """Let the account's owner try to log in at once, whatever was tried before; raises `NotFound`.

    Unlocking what is not locked changes nothing, but is kept in the audit trail all the same.
    """
    account = account_for_update(session, account_id)
    if account is None or account.status == "superseded":
        raise NotFound
    was = account.status
    before = slowed(session, login_keys(account), device_keys(account), LOGIN, now=now)
    forget_all(session, login_keys(account), device_keys(account))
    if was == "locked" and account.verified:
        account.status = "active"
        announce_change(session, account, agreement_version=agreement.version)
    details = {"reason": reason, "status": was, "failed_logins": before.tries}
    record(session, now=now, actor=actor, action="account.unlocked", subject=account.id, details=details)
    return _document(session, account, agreement, now)


def _document(
    session: Session, account: Account, agreement: Agreement, now: datetime
) -> StaffAccountDocument:
    accepted = latest_acceptance(session, account.id)
    waiting = slowed(session, login_keys(account), device_keys(account), LOGIN, now=now)
    columns = {
        name: getattr(account, name) for name in StaffAccountDocument.model_fields if hasattr(account, name)
    }
    return StaffAccountDocument.model_validate(
        {
            **columns,
            "additional_email_confirmed": account.confirmed_additional_email is not None,
            "agreed": has_accepted(session, account.id, agreement.version),
            "agreement": {"version": accepted.version, "accepted_at": accepted.accepted_at}
            if accepted
            else None,
            "failed_logins": waiting.tries,
            "login_refused_until": waiting.until,
        }
    )


def _shown(account: Account) -> StaffAccount:
    return StaffAccount.model_validate(account, from_attributes=True)
