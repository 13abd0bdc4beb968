"""The user agreement in force, and accepting it when it is newer than the one accepted before."""

from datetime import datetime
from typing import Annotated

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.chassis.resources import resource
from keydesk.services.accounts.agreements.repository import add_acceptance
from keydesk.services.accounts.agreements.versions import AGREEMENTS, Agreement
from keydesk.services.accounts.people.announcing import announce_change
from keydesk.services.accounts.people.repository import account_for_update
from keydesk.services.accounts.settings import AccountsSettings


def current_agreement(settings: AccountsSettings) -> Agreement:
    """The agreement that the settings put in force. A resource."""
    return AGREEMENTS[settings.agreement_version]


CurrentAgreement = Annotated[Agreement, resource(current_agreement)]


def require_current(version: str, agreement: Agreement, *, pointer: str) -> None:
    """Raises `Invalid` where ``version`` is not the one in force: the person read another text."""
    if version != agreement.version:
        newer = Text(N_("The user agreement has changed in the meantime. Please read it again."))
        raise Invalid(errors=[FieldError(pointer, "agreement_outdated", newer)])


def accept(
    session: Session,
    account_id: str,
    version: str,
    agreement: Agreement,
    *,
    now: datetime,
    address: str,
    language: str,
) -> None:
    """Keep that the account accepts the agreement in force; doing it again changes nothing.

    Raises `Invalid` for another version, `NotFound` when the account is gone.
    """
    require_current(version, agreement, pointer="/version")
    account = account_for_update(session, account_id)
    if account is None:
        raise NotFound
    if add_acceptance(session, account.id, version, now=now, address=address, language=language):
        announce_change(session, account, agreement_version=agreement.version)
        record(
            session, now=now, actor=account.id, action="agreement.accepted", subject=account.id,
            details={"version": version},
        )  # fmt: skip
