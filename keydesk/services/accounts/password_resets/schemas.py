"""Shapes of the forgotten password."""

from pydantic import BaseModel, ConfigDict, Field

from keydesk.services.accounts.passwords.schemas import NewPassword
from keydesk.services.accounts.people.schemas import LoginText, TokenText


class ResetRequest(BaseModel):
    """Who forgot the password: a login ID or an email address."""

    model_config = ConfigDict(extra="forbid")

    login_id: LoginText = Field(examples=["anna"])


class Reset(NewPassword):
    """The token of the link, and the new password."""

    token: TokenText
