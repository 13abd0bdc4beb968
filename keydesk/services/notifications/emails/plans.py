"""Which email a fact asks for. Pure: facts in, plans out, and never a secret in a plan."""

import re
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any, Literal

from keydesk.chassis.i18n import DEFAULT_LANGUAGE, LANGUAGES
from keydesk.chassis.messaging.facts import Fact
from keydesk.services.accounts.contract import (
    AccountLookupRequested,
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetOfUnknownRequested,
    PasswordResetRequested,
    SignUpOfExistingAccountTried,
)
from keydesk.services.catalog.contract import AdditionEnded, LicensesShared, RequestChanged, SharingEnded
from keydesk.services.licensing.contract import RegistrationCompleted
from keydesk.services.notifications.emails.harmless import harmless_line, harmless_text

EmailKind = Literal[
    "verification",
    "existing_account",
    "lookup_answer",
    "password_reset",
    "password_reset_unknown",
    "password_changed",
    "registration_confirmation",
    "addition_ended",
    "licenses_shared",
    "sharing_ended",
    "request_changed",
]
"""Each has a template of its name in content/templates."""

_LONGEST_NAME = 60
_LONGEST_COMPANY = 100
_LONGEST_TITLE = 200
_LONGEST_MESSAGE = 2000
_LONGEST_NUMBER = 60
_MOST_NUMBERS = 20
"""Customer numbers in one email; the page that it links to has the rest."""
_DECIDED = frozenset({"completed", "rejected", "failed"})
"""States of a request whose message is the reason for them."""
_TOLD = frozenset({"submitted", "pending_approval"})
"""Others that a person cares about; the rest pass by themselves, and whoever withdrew a request knows."""

_LINK_LIKE = re.compile(r"[:/@\\<>]|www\.|\.\w{2,}", re.IGNORECASE)


@dataclass(frozen=True)
class Plan:
    """An email to be written: to whom, in which language, and what its text needs."""

    kind: EmailKind
    recipient: str
    language: str
    account_id: str | None = None
    params: dict[str, Any] = field(default_factory=dict)


def plan_of(fact: Fact, at: datetime) -> Plan | None:
    """The email that ``fact``, told ``at`` that time, asks for by itself; none for any other fact."""
    match fact:
        case EmailVerificationRequested():
            kind: EmailKind = "verification"
            params: dict[str, Any] = {
                "verification_id": fact.verification_id,
                "purpose": fact.purpose,
                "name": greeted(fact.first_name),
            }
        case SignUpOfExistingAccountTried():
            kind = "existing_account"
            params = {"name": greeted(fact.first_name), "login_id": fact.login_id}
        case AccountLookupRequested():
            kind, params = "lookup_answer", {"login_id": fact.login_id}
        case PasswordResetRequested():
            kind = "password_reset"
            params = {"reset_id": fact.reset_id, "name": greeted(fact.first_name)}
        case PasswordResetOfUnknownRequested():
            kind, params = "password_reset_unknown", {}
        case PasswordChanged():
            kind = "password_changed"
            params = {"name": greeted(fact.first_name), "at": at.isoformat()}
        case _:
            return None
    return Plan(kind, fact.email, known_language(fact.language), getattr(fact, "account_id", None), params)


@dataclass(frozen=True)
class Notice:
    """What an account is to be told, by whatever address it has when accounts tell of it."""

    kind: EmailKind
    account_id: str
    params: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class ToldState:
    """That a request came to a state, as an account is told. No request comes to the same state twice."""

    account_id: str
    request_id: str
    status: str


@dataclass(frozen=True)
class Addressee:
    """An account as it is written to. Both of its addresses are confirmed."""

    email: str
    additional_email: str | None
    first_name: str
    language: str


def notice_of(fact: Fact) -> Notice | None:
    """What ``fact`` has us tell the account that it names; none for any other fact."""
    match fact:
        case RegistrationCompleted():
            kind: EmailKind = "registration_confirmation"
            params: dict[str, Any] = {
                "registration_id": fact.registration_id,
                "completed_at": fact.completed_at.isoformat(),
                "total": fact.total,
            }
        case AdditionEnded():
            kind = "addition_ended"
            params = {"serial_number": harmless_line(fact.serial_number, _LONGEST_NUMBER)}
        case LicensesShared():
            kind = "licenses_shared"
            params = {
                "who": _who(fact.from_name, fact.from_company),
                "level": fact.level,
                "license_count": fact.license_count,
                "ends_at": fact.ends_at.astimezone(UTC).isoformat() if fact.ends_at is not None else None,
                "changed": fact.changed,
                **_numbers(fact.customer_numbers),
            }
        case SharingEnded():
            kind = "sharing_ended"
            params = {"who": _who(fact.from_name, fact.from_company), **_numbers(fact.customer_numbers)}
        case RequestChanged() if news := _news_of(fact):
            kind = "request_changed"
            params = {
                "request_id": fact.request_id,
                "request_kind": fact.kind,
                "status": fact.status,
                "title": harmless_line(fact.title, _LONGEST_TITLE),
                "message": harmless_text(fact.message, _LONGEST_MESSAGE),
                "mine": fact.concerns == "requester",
                "news": news,
            }
        case _:
            return None
    return Notice(kind, fact.account_id, params)


def told_state(notice: Notice) -> ToldState | None:
    """The state of a request that ``notice`` tells of; none where it tells of something else."""
    if notice.kind != "request_changed" or notice.params["news"] != "state":
        return None
    return ToldState(notice.account_id, notice.params["request_id"], notice.params["status"])


def told_again(notice: Notice) -> Notice | None:
    """``notice`` where its state was told before: then somebody wrote since, or there is nothing to tell."""
    if not notice.params["message"]:
        return None
    return replace(notice, params={**notice.params, "news": "message"})


def plans_for(notice: Notice, addressee: Addressee) -> list[Plan]:
    """The emails that tell ``notice``: one to each address that it goes to."""
    addresses = {addressee.email}
    if addressee.additional_email is not None and _confirms_transaction(notice):
        addresses.add(addressee.additional_email)
    params = {**notice.params, "name": greeted(addressee.first_name)}
    return [
        Plan(notice.kind, address, addressee.language, notice.account_id, params)
        for address in sorted(addresses)
    ]


def known_language(tag: str | None) -> str:
    """``tag`` if it is one of ours, else English."""
    return tag if tag is not None and tag in LANGUAGES else DEFAULT_LANGUAGE


def greeted(first_name: str) -> str:
    """The name to greet by, or none where a name might be a message.

    Anybody can sign up with a stranger's address; what they call themselves must not carry a link there.
    """
    name = " ".join(first_name.split())
    return "" if len(name) > _LONGEST_NAME or _LINK_LIKE.search(name) else name


def _confirms_transaction(notice: Notice) -> bool:
    """Whether it confirms that licenses were issued or changed hands (G8)."""
    if notice.kind == "request_changed":
        said = (notice.params["request_kind"], notice.params["status"], notice.params["news"])
        return said == ("ownership_transfer", "completed", "state")
    return notice.kind == "registration_confirmation"


def _news_of(fact: RequestChanged) -> Literal["state", "message"] | None:
    """Whether a person cares for the state that it came to, or for what somebody wrote, or for neither."""
    if fact.status in _DECIDED or (fact.status == "withdrawn" and fact.concerns == "other_side"):
        return "state"
    if fact.message.strip():
        return "message"
    return "state" if fact.status in _TOLD else None


def _who(name: str, company: str) -> str:
    parts = (harmless_line(name, _LONGEST_NAME), harmless_line(company, _LONGEST_COMPANY))
    return ", ".join(part for part in parts if part)


def _numbers(customer_numbers: list[str]) -> dict[str, Any]:
    shown = [harmless_line(number, _LONGEST_NUMBER) for number in customer_numbers[:_MOST_NUMBERS]]
    return {"customer_numbers": shown, "more_numbers": len(customer_numbers) - len(shown)}
