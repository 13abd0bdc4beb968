"""Shapes of email verification."""

from pydantic import BaseModel, ConfigDict

from keydesk.services.accounts.links.service import VerificationPurpose
from keydesk.services.accounts.people.schemas import TokenText


class Verification(BaseModel):
    """The token of the link that was opened."""

    model_config = ConfigDict(extra="forbid")

    token: TokenText


class VerifiedEmail(BaseModel):
    """What was verified. ``login_id`` is what to log in with."""

    email: str
    purpose: VerificationPurpose
    login_id: str
