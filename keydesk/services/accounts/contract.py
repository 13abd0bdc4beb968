"""What accounts tells the other rooms: facts about people, never a credential or a link token."""

from typing import ClassVar, Literal

from keydesk.chassis.messaging.facts import Fact

AccountStatus = Literal["pending", "active", "superseded", "locked"]
LinkKind = Literal["email_verification", "password_reset"]


class AccountChanged(Fact):
    """An account was created or changed: what may be known of it elsewhere, as it is now.

    ``revision`` rises by one with each, so that a reader can ignore one that arrives late.
    """

    TYPE: ClassVar[str] = "accounts.account.changed.v1"

    account_id: str
    revision: int
    status: AccountStatus
    login_id: str
    email: str
    additional_email: str | None = None
    """Only once it is confirmed (G8)."""
    first_name: str
    last_name: str
    company_name: str
    language: str | None = None
    roles: list[str]
    """Of ``customer``, ``support``, ``operator``."""
    verified: bool
    agreed: bool
    """The current user agreement is accepted."""


class EmailVerificationRequested(Fact):
    """An address waits for its owner to open a link; `GET /internal/links/email_verification/{id}` has it."""

    TYPE: ClassVar[str] = "accounts.email_verification.requested.v1"

    verification_id: str
    account_id: str
    email: str
    purpose: Literal["sign_up", "email_change", "additional_email"]
    first_name: str
    last_name: str
    company_name: str
    language: str


class SignUpOfExistingAccountTried(Fact):
    """Somebody signed up with the address of an active account; its owner is told by email."""

    TYPE: ClassVar[str] = "accounts.sign_up.existing.v1"

    email: str
    first_name: str
    last_name: str
    login_id: str
    language: str


class AccountLookupRequested(Fact):
    """A person asked whether they have an account: the answer goes to the address by email."""

    TYPE: ClassVar[str] = "accounts.account.lookup_requested.v1"

    email: str
    login_id: str | None = None
    """None when there is no account with this address."""
    language: str


class PasswordResetRequested(Fact):
    """A forgotten password; `GET /internal/links/password_reset/{id}` has the link (30 minutes)."""

    TYPE: ClassVar[str] = "accounts.password_reset.requested.v1"

    reset_id: str
    account_id: str
    email: str
    first_name: str
    last_name: str
    language: str


class PasswordResetOfUnknownRequested(Fact):
    """A forgotten password for an address without an account; its owner is told so by email."""

    TYPE: ClassVar[str] = "accounts.password_reset.unknown.v1"

    email: str
    language: str


class PasswordChanged(Fact):
    """The password is another one now; every session but ``kept_session_id`` ends."""

    TYPE: ClassVar[str] = "accounts.password.changed.v1"

    account_id: str
    email: str
    first_name: str
    last_name: str
    language: str
    kept_session_id: str | None = None


class ApiTokenRevoked(Fact):
    """An API token no longer holds."""

    TYPE: ClassVar[str] = "accounts.api_token.revoked.v1"

    token_id: str
    account_id: str
