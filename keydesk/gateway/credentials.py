"""What a request proves itself with, as Redis keeps it: a session or an API token, known by its hash.

The cookie and the token themselves are kept nowhere.
"""

import hashlib
import secrets
import time
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from keydesk.chassis.identity import Caller

SESSION_BYTES = 32
EVERY_SCOPE = frozenset({"*"})


class Principal(BaseModel):
    """An account as accounts describes it to the gateway."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    account_id: str
    login_id: str
    name: str
    company_name: str
    roles: list[str]
    verified: bool
    agreed: bool
    language: str | None = None
    session_epoch: int
    """Rises with each new password; sessions of a lower one end."""


class Record(BaseModel):
    """What is kept of a credential beside its times."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    principal: Principal
    scopes: Annotated[list[str], Field(min_length=0)] = ["*"]


class View(BaseModel):
    """A support person's session views the portal as another account, as that was at the beginning."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str
    principal: Principal
    """Whom the session's requests carry."""


@dataclass(frozen=True)
class Credential:
    """A session or API token that held a moment ago."""

    kind: Literal["session", "token"]
    digest: str
    version: bytes
    """Another one whenever the record changes."""
    id: str
    """A public handle: ``ses_…`` or ``tok_…``."""
    ends_ms: int
    record: Record
    view: View | None = None
    """Whom its owner views the portal as, if anybody."""
    view_ends_ms: int = 0
    view_just_ended: bool = False
    """This is the first request after a view that ended by itself."""

    @property
    def principal(self) -> Principal:
        """Whose it is, whomever its owner views the portal as."""
        return self.record.principal

    def caller(self, address: str) -> Caller:
        """The identity that the rooms will be told of."""
        shown = self.view.principal if self.view else self.principal
        return Caller(
            kind="account",
            account_id=shown.account_id,
            name=shown.name,
            roles=frozenset(shown.roles),
            scopes=frozenset(self.record.scopes),
            verified=shown.verified,
            agreed=shown.agreed,
            language=self.principal.language,  # whoever reads has to understand it
            address=address,
            session_id=self.id if self.kind == "session" else None,
            viewed_by=self.principal.account_id if self.view else None,
            view_ends=self.view_ends_ms // 1000 if self.view else None,
        )


def new_secret() -> str:
    """A session's secret: 256 random bits."""
    return secrets.token_urlsafe(SESSION_BYTES)


def new_version() -> str:
    """A record's version, unlike any before."""
    return secrets.token_hex(8)


def digest_of(secret: str) -> str:
    """What is kept in place of ``secret``: its SHA-256. (It is random, so it needs no slow hash.)"""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def now_ms() -> int:
    """Milliseconds since 1970, as Redis keeps times."""
    return time.time_ns() // 1_000_000


def session_key(digest: str) -> str:
    """Where a session is kept."""
    return f"gateway:session:{digest}"


def sessions_key(account_id: str) -> str:
    """Where the sessions of an account are listed: public handle to digest."""
    return f"gateway:sessions:{account_id}"


def views_key(account_id: str) -> str:
    """Where the sessions are listed that view the portal as an account: their digests."""
    return f"gateway:views:{account_id}"


def token_key(digest: str) -> str:
    """Where a checked API token is kept for a short time."""
    return f"gateway:token:{digest}"


def tokens_key(account_id: str) -> str:
    """Where the checked tokens of an account are listed."""
    return f"gateway:tokens:{account_id}"


def channel_of(account_id: str) -> str:
    """The Redis channel of what an account's event streams are told."""
    return f"gateway:events:{account_id}"
