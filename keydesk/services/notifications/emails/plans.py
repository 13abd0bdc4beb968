"""Which email a fact asks for. Pure: facts in, plans out, and never a secret in a plan."""

import re
from dataclasses import dataclass, field
from datetime import datetime
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

EmailKind = Literal[
    "verification",
    "existing_account",
    "lookup_answer",
    "password_reset",
    "password_reset_unknown",
    "password_changed",
    "registration_confirmation",
]
"""Each has a template of its name in content/templates."""

_LONGEST_NAME = 60
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


def known_language(tag: str | None) -> str:
    """``tag`` if it is one of ours, else English."""
    return tag if tag is not None and tag in LANGUAGES else DEFAULT_LANGUAGE


def greeted(first_name: str) -> str:
    """The name to greet by, or none where a name might be a message.

    Anybody can sign up with a stranger's address; what they call themselves must not carry a link there.
    """
    name = " ".join(first_name.split())
    return "" if len(name) > _LONGEST_NAME or _LINK_LIKE.search(name) else name
