"""What the gateway sends and gets when somebody logs in."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from keydesk.services.accounts.people.schemas import PasswordText

_ANY = r"^[^\x00]*$"


class Credentials(BaseModel):
    """A login ID and a password, with where they came from."""

    model_config = ConfigDict(extra="forbid")

    login_id: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000, pattern=_ANY)]
    password: PasswordText
    address: Annotated[str, StringConstraints(max_length=100)]
    device: Annotated[str, StringConstraints(max_length=300)] | None = None
    """The device cookie, if the browser has one."""


class Principal(BaseModel):
    """What the gateway needs to know of an account to speak for it."""

    account_id: str
    login_id: str
    name: str
    company_name: str
    roles: list[str]
    verified: bool
    agreed: bool
    language: str | None
    session_epoch: int
    """Sessions that began with a lower one have ended."""


class Authenticated(BaseModel):
    """The password fits: whose it is, and the device cookie to set."""

    account: Principal
    device: str


class TokenToCheck(BaseModel):
    """An API token as it was sent."""

    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, StringConstraints(max_length=300)]


class CheckedToken(BaseModel):
    """The token holds: whose it is and what it may do."""

    principal: Principal
    token_id: str
    scopes: list[str]
    expires_at: datetime | None
