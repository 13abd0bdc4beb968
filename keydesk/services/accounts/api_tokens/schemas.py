"""Shapes of API tokens."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Scope = Literal[
    "account:read",
    "account:write",
    "licenses:read",
    "licenses:write",
    "imports:read",
    "imports:write",
    "support:read",
    "support:write",
]
"""What a token may do, as far as its account may."""


class NewToken(BaseModel):
    """The token to make."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1f\x7f]*$"
        ),
    ] = Field(examples=["Nightly license report"])
    scopes: list[Scope] = Field(min_length=1, max_length=20)
    expires_on: date | None = Field(None, description="Its last day (UTC); without one it does not expire")


class TokenDocument(BaseModel):
    """A token, without what it opens with."""

    id: str
    name: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    """To the hour or so."""


class MadeToken(BaseModel):
    """A new token. ``token`` is shown this once and kept nowhere."""

    id: str
    name: str
    scopes: list[Scope]
    token: str
    expires_at: datetime | None


class Tokens(BaseModel):
    """All of one's tokens that hold, newest first."""

    items: list[TokenDocument]
