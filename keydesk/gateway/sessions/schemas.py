"""The shapes of sessions in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.ids import id_type

NO_NUL = r"^[^\x00]*$"


class LoginRequest(BaseModel):
    """A login ID (which may be the email address) and its password."""

    model_config = ConfigDict(extra="forbid")

    login_id: Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=NO_NUL)] = Field(
        examples=["maria@example.com"]
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_NUL)]


class ViewRequest(BaseModel):
    """As whom to view the portal, and why; the audit trail keeps it."""

    model_config = ConfigDict(extra="forbid")

    account_id: Annotated[str, id_type("acc")]
    reason: Annotated[
        str,
        StringConstraints(
            strip_whitespace=True,
            min_length=1,
            max_length=500,
            pattern=r"^[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f]*$",
        ),
    ]


class ViewDocument(BaseModel):
    """The session's owner views the portal as the session's account, and may change nothing."""

    by_account_id: str
    by_name: str
    ends_at: datetime


class SessionDocument(BaseModel):
    """Who is logged in, and until when without further use."""

    account_id: str
    login_id: str
    name: str
    company_name: str
    roles: list[str]
    """Of ``customer``, ``support``, ``operator``."""
    verified: bool
    agreed: bool
    language: str | None
    expires_at: datetime
    view: ViewDocument | None = None
    """Set while support views the portal as the account above."""
