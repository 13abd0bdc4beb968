"""My account: seeing it and changing it. A new address counts only once its owner opened the link."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import FieldError, Invalid, NotFound, Problem
from keydesk.services.accounts.agreements.repository import latest_acceptance
from keydesk.services.accounts.agreements.versions import Agreement
from keydesk.services.accounts.links.service import end_links
from keydesk.services.accounts.models import Account, key_of
from keydesk.services.accounts.people.announcing import announce_change
from keydesk.services.accounts.people.details import Details, checked
from keydesk.services.accounts.people.email_addresses import check_email
from keydesk.services.accounts.people.repository import account_for_update
from keydesk.services.accounts.profile.schemas import AcceptedVersion, AccountChange, AccountDocument
from keydesk.services.accounts.throttles.service import count_mail
from keydesk.services.accounts.verifications.service import request_verification

DETAILS = tuple(Details.__dataclass_fields__)


class AccountChangedMeanwhile(Problem):
    """``If-Match`` names an older state of the account."""

    status, code = 412, "account_changed_meanwhile"
    title = N_("Your account was changed in the meantime")
    detail = N_("Look at it again, then repeat your change.")


def show_account(session: Session, account_id: str, *, agreement: Agreement) -> tuple[AccountDocument, str]:
    """The account and its entity tag; raises `NotFound` when it is gone."""
    account = session.get(Account, account_id)
    if account is None:
        raise NotFound
    return _document(session, account, agreement), entity_tag(account)


def change_account(
    session: Session,
    account_id: str,
    change: AccountChange,
    *,
    if_match: str | None,
    agreement: Agreement,
    language: str,
    now: datetime,
) -> tuple[AccountDocument, str]:
    """Change the account; the account as it is then, and its entity tag.

    Raises `Invalid` with everything that is wrong, `AccountChangedMeanwhile`, `NotFound`, and
    `TooManyRequests` where too many emails to a new address were asked for.
    """
    account = account_for_update(session, account_id)
    if account is None:
        raise NotFound
    if if_match is not None and not _matches(if_match, account):
        raise AccountChangedMeanwhile
    before = _document(session, account, agreement)
    errors = _change_details(account, change) if change.details() else []
    errors += _change_email(session, account, change, language=language, now=now)
    errors += _change_additional_email(session, account, change, language=language, now=now)
    if errors:
        raise Invalid(errors=errors)
    if "language" in change.model_fields_set:
        account.language = change.language or None
    if _document(session, account, agreement) != before:
        announce_change(session, account, agreement_version=agreement.version)
        record(
            session, now=now, actor=account.id, action="account.changed", subject=account.id,
            details={"fields": sorted(change.model_fields_set)},
        )  # fmt: skip
    return _document(session, account, agreement), entity_tag(account)


def entity_tag(account: Account) -> str:
    """The account's ETag: another one after each change (RFC 9110, 8.8.3)."""
    return f'"{account.revision}"'


def _matches(if_match: str, account: Account) -> bool:
    tags = {tag.strip() for tag in if_match.split(",")}
    return "*" in tags or entity_tag(account) in tags


def _change_details(account: Account, change: AccountChange) -> list[FieldError]:
    before = Details(**{field: getattr(account, field) for field in DETAILS})
    details, errors = checked(replace(before, **change.details()))
    if not errors:
        for field in DETAILS:
            setattr(account, field, getattr(details, field))
    return errors


def _change_email(
    session: Session, account: Account, change: AccountChange, *, language: str, now: datetime
) -> list[FieldError]:
    if "email" not in change.model_fields_set:
        return []
    email, errors = check_email(change.email or "", change.email_repeated or "", field="email")
    if errors:
        return errors
    if key_of(email) == key_of(account.email):
        account.pending_email = None
        end_links(session, account, "email_change", now=now)
        return []
    count_mail(session, email, now=now)
    account.pending_email = email
    request_verification(session, account, "email_change", email=email, language=language, now=now)
    return []


def _change_additional_email(
    session: Session, account: Account, change: AccountChange, *, language: str, now: datetime
) -> list[FieldError]:
    if "additional_email" not in change.model_fields_set:
        return []
    if not change.additional_email:
        account.additional_email = account.additional_email_confirmed_at = None
        end_links(session, account, "additional_email", now=now)
        return []
    email, errors = check_email(
        change.additional_email, change.additional_email_repeated or "", field="additional_email"
    )
    if errors:
        return errors
    if account.additional_email is not None and key_of(email) == key_of(account.additional_email):
        return []
    count_mail(session, email, now=now)
    account.additional_email, account.additional_email_confirmed_at = email, None
    request_verification(session, account, "additional_email", email=email, language=language, now=now)
    return []


def _document(session: Session, account: Account, agreement: Agreement) -> AccountDocument:
    accepted = latest_acceptance(session, account.id)
    own = {
        field: getattr(account, field) for field in AccountDocument.model_fields if hasattr(account, field)
    }
    return AccountDocument(
        **own,
        email_verified=account.verified,
        additional_email_confirmed=account.confirmed_additional_email is not None,
        agreement=AcceptedVersion(version=accepted.version, accepted_at=accepted.accepted_at)
        if accepted
        else None,
        agreed=accepted is not None and accepted.version == agreement.version,
    )
