"""Signing up. The answer is the same for every address; its owner is told by email which case it is.

A new address becomes a pending account. A pending one is superseded: whoever signs up last and opens the
link is the owner. For one that has an account, that account's owner is told.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.services.accounts.agreements.repository import add_acceptance
from keydesk.services.accounts.agreements.service import require_current
from keydesk.services.accounts.agreements.versions import Agreement
from keydesk.services.accounts.contract import SignUpOfExistingAccountTried
from keydesk.services.accounts.links.service import end_links
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.passwords.hashing import hash_password
from keydesk.services.accounts.passwords.rules import check_password
from keydesk.services.accounts.people.announcing import announce, announce_change
from keydesk.services.accounts.people.details import Details, checked
from keydesk.services.accounts.people.email_addresses import check_email
from keydesk.services.accounts.people.login_ids import check_login_id, login_id_taken
from keydesk.services.accounts.people.repository import (
    living_account_by_email,
    lock_name,
    login_is_taken,
    pending_account_by_email,
)
from keydesk.services.accounts.sign_up.schemas import SignUp, SignUpForm
from keydesk.services.accounts.throttles.service import count_mail
from keydesk.services.accounts.verifications.service import request_verification


@dataclass(frozen=True)
class Applicant:
    """A form without mistakes, its fields as they are kept."""

    details: Details
    email: str
    additional_email: str | None
    login_id: str


def check_form(session: Session, form: SignUpForm) -> Applicant:
    """The form as it would be kept; creates nothing. Raises `Invalid` with everything that is wrong."""
    details, errors = checked(form.details())
    email, email_errors = check_email(form.email, form.email_repeated, field="email")
    additional_email, additional_errors = _additional(form)
    login_id = form.login_id or email
    errors += [*email_errors, *additional_errors]
    if not email_errors:
        errors += _login_id_errors(session, login_id, email)
    about = (form.first_name, form.last_name, form.company_name, form.email, login_id)
    errors += check_password(form.password, form.password_repeated, about=about)
    if errors:
        raise Invalid(errors=errors)
    return Applicant(details, email, additional_email, login_id)


def sign_up(
    session: Session, form: SignUp, *, agreement: Agreement, language: str, address: str, now: datetime
) -> str:
    """Take in a sign-up; the address that an email goes to.

    Raises `Invalid` for the form or for an agreement that is no longer in force, and `TooManyRequests`
    where too many emails to this address were asked for.
    """
    applicant = check_form(session, form)
    require_current(form.agreement.version, agreement, pointer="/agreement/version")
    password_hash = hash_password(form.password)  # also where it is not needed, so that time tells nothing
    count_mail(session, applicant.email, now=now)
    lock_name(session, applicant.email)
    language = form.language or language
    owner = living_account_by_email(session, applicant.email)
    if owner is not None:
        _tell_owner(session, owner, language=language)
        return applicant.email
    _supersede_pending(session, applicant.email, agreement, now=now)
    account = _pending_account(applicant, password_hash, language=language, now=now)
    session.add(account)
    session.flush()
    add_acceptance(session, account.id, agreement.version, now=now, address=address, language=language)
    announce(session, account, agreement_version=agreement.version)
    request_verification(session, account, "sign_up", email=account.email, language=language, now=now)
    record(
        session, now=now, actor=account.id, action="account.signed_up", subject=account.id,
        details={"agreement": agreement.version, "address": address},
    )  # fmt: skip
    return applicant.email


def _additional(form: SignUpForm) -> tuple[str | None, list[FieldError]]:
    if not form.additional_email:
        return None, []
    return check_email(form.additional_email, form.additional_email_repeated or "", field="additional_email")


def _login_id_errors(session: Session, login_id: str, email: str) -> list[FieldError]:
    errors = check_login_id(login_id, email)
    # Whether an address has an account is nobody's business; a login ID that is taken shows by nature.
    if not errors and "@" not in login_id and login_is_taken(session, login_id):
        return [login_id_taken()]
    return errors


def _tell_owner(session: Session, owner: Account, *, language: str) -> None:
    fact = SignUpOfExistingAccountTried(
        email=owner.email,
        first_name=owner.first_name,
        last_name=owner.last_name,
        login_id=owner.login_id,
        language=owner.language or language,
    )
    emit(session, fact, subject=owner.id)


def _supersede_pending(session: Session, email: str, agreement: Agreement, *, now: datetime) -> None:
    pending = pending_account_by_email(session, email)
    if pending is not None:
        pending.status = "superseded"
        end_links(session, pending, "sign_up", now=now)
        announce_change(session, pending, agreement_version=agreement.version)


def _pending_account(applicant: Applicant, password_hash: str, *, language: str, now: datetime) -> Account:
    return Account(
        id=new_id("acc"),
        revision=1,
        status="pending",
        login_id=applicant.login_id,
        email=applicant.email,
        additional_email=applicant.additional_email,
        password_hash=password_hash,
        session_epoch=1,
        language=language,
        roles=["customer"],
        created_at=now,
        **vars(applicant.details),
    )
