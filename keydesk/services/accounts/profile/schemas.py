"""The account as its owner sees and changes it."""

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.services.accounts.people.details import CustomerType, Details
from keydesk.services.accounts.people.schemas import EmailText, Language, Line, Lines, ShortLine


class AcceptedVersion(BaseModel):
    """The version of the user agreement that was accepted last."""

    version: str
    accepted_at: datetime


class AccountDocument(BaseModel):
    """My account."""

    id: str
    login_id: str
    email: str
    email_verified: bool
    pending_email: str | None
    """Replaces ``email`` once its link has been opened."""
    additional_email: str | None
    additional_email_confirmed: bool
    customer_type: CustomerType
    first_name: str
    last_name: str
    company_name: str
    phone_number: str
    """E.164."""
    phone_extension: str
    street_address: str
    country: str
    city: str
    state: str
    postal_code: str
    language: str | None
    """None: as each request asks for."""
    roles: list[Literal["customer", "support", "operator"]]
    agreement: AcceptedVersion | None
    agreed: bool
    """The agreement in force is accepted."""
    created_at: datetime


class AccountChange(BaseModel):
    """What to change; whatever is left out stays. Null or empty text removes what may be removed."""

    model_config = ConfigDict(extra="forbid")

    customer_type: Literal[CustomerType, ""] | None = None
    first_name: Line | None = None
    last_name: Line | None = None
    company_name: Line | None = None
    phone_number: ShortLine | None = None
    phone_extension: ShortLine | None = None
    street_address: Lines | None = None
    country: Annotated[str, StringConstraints(strip_whitespace=True, pattern="^([A-Za-z]{2})?$")] | None = (
        None
    )
    city: Line | None = None
    state: Line | None = None
    postal_code: ShortLine | None = None
    language: Literal[Language, ""] | None = None
    email: EmailText | None = Field(None, description="Counts once its link has been opened")
    email_repeated: EmailText | None = None
    additional_email: EmailText | None = Field(None, description="Counts once its link has been opened")
    additional_email_repeated: EmailText | None = None

    def changes(self, *fields: str) -> dict[str, Any]:
        """Those of ``fields`` that were sent; null as empty text."""
        return {field: getattr(self, field) or "" for field in fields if field in self.model_fields_set}

    def details(self) -> dict[str, Any]:
        """The details that were sent."""
        return self.changes(*Details.__dataclass_fields__)
