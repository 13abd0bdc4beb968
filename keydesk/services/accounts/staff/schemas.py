"""An account as staff see it, and what they say when they act on it."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, StringConstraints

from keydesk.chassis.ids import id_type
from keydesk.services.accounts.contract import AccountStatus
from keydesk.services.accounts.people.details import CustomerType
from keydesk.services.accounts.profile.schemas import AcceptedVersion

AccountId = Annotated[str, id_type("acc")]
ViewId = Annotated[str, id_type("vw")]
Reason = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=500, pattern=r"^[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f]*$"
    ),
]
"""What whoever reads the audit trail later will want to know."""


class StaffAccount(BaseModel):
    """One account of the list."""

    id: str
    login_id: str
    email: str
    name: str
    company_name: str
    status: AccountStatus
    verified: bool
    roles: list[Literal["customer", "support", "operator"]]
    country: str
    created_at: datetime


class StaffAccountDocument(StaffAccount):
    """One account, whole: everything but what one could log in with."""

    pending_email: str | None
    """Replaces ``email`` once its link has been opened."""
    additional_email: str | None
    additional_email_confirmed: bool
    customer_type: CustomerType
    phone_number: str
    """E.164."""
    phone_extension: str
    street_address: str
    city: str
    state: str
    postal_code: str
    language: str | None
    """None: as each request asks for."""
    agreed: bool
    """The agreement in force is accepted."""
    agreement: AcceptedVersion | None
    failed_logins: int
    """Passwords tried in a row without success, on devices known and unknown; the highest of these."""
    login_refused_until: datetime | None
    """Until then logging in is refused, because of so many wrong passwords; null when nobody has to wait."""


class Unlocking(BaseModel):
    """Why an account is unlocked; the audit trail keeps it."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason


class ViewBegun(BaseModel):
    """A support person is about to view the portal as somebody else, as the gateway tells."""

    model_config = ConfigDict(extra="forbid")

    view_id: ViewId
    viewer_id: AccountId
    account_id: AccountId
    reason: Reason
    until: AwareDatetime
    """It ends by then at the latest."""


class ViewEnded(BaseModel):
    """A view that was stopped."""

    model_config = ConfigDict(extra="forbid")

    view_id: ViewId
    viewer_id: AccountId
    account_id: AccountId
