"""Shapes of new passwords."""

from pydantic import BaseModel, ConfigDict

from keydesk.services.accounts.people.schemas import PasswordText


class NewPassword(BaseModel):
    """A new password, entered twice."""

    model_config = ConfigDict(extra="forbid")

    password: PasswordText
    password_repeated: PasswordText


class PasswordChange(NewPassword):
    """A new password, and the one that it replaces."""

    current_password: PasswordText
