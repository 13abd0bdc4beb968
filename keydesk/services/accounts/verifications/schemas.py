"""Shapes of email verification."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints

from keydesk.services.accounts.links.service import VerificationPurpose
from keydesk.services.accounts.people.schemas import EmailText

TokenText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]


class Verification(BaseModel):
    """The token of the link that was opened."""

    model_config = ConfigDict(extra="forbid")

    token: TokenText


class VerificationRequest(BaseModel):
    """The address that waits for a link."""

    model_config = ConfigDict(extra="forbid")

    email: EmailText


class VerifiedEmail(BaseModel):
    """What was verified. ``login_id`` is what to log in with."""

    email: str
    purpose: VerificationPurpose
    login_id: str
