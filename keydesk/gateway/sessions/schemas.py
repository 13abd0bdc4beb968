"""The shapes of sessions in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

NO_NUL = r"^[^\x00]*$"


class LoginRequest(BaseModel):
    """A login ID (which may be the email address) and its password."""

    model_config = ConfigDict(extra="forbid")

    login_id: Annotated[str, StringConstraints(min_length=1, max_length=254, pattern=NO_NUL)] = Field(
        examples=["maria@example.com"]
    )
    password: Annotated[str, StringConstraints(min_length=1, max_length=256, pattern=NO_NUL)]


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
