"""What licensing tells the other rooms: what was registered and issued. Never a license key."""

from datetime import date, datetime
from typing import ClassVar, Literal

from pydantic import BaseModel

from keydesk.chassis.messaging.facts import Fact


class InstallAtAddress(BaseModel):
    """Where a license is installed."""

    address_1: str
    address_2: str = ""
    city: str
    state: str = ""
    postal_code: str
    country: str
    """ISO 3166-1 alpha-2."""


class Contact(BaseModel):
    """A named technical contact."""

    name: str
    email: str
    phone: str = ""


class LicenseIssued(Fact):
    """A license key exists for an entitlement. Everything that the License Catalog shows but the key."""

    TYPE: ClassVar[str] = "licensing.license.issued.v1"

    license_id: str
    registration_id: str
    account_id: str
    """Who registered it."""
    serial_number: str
    sku: str
    product_name: str
    product_version: str
    platform: str = ""
    order_number: str
    customer_number: str
    customer_name: str
    ordered_on: date
    quantity: int
    entitled_price_tier: str = ""
    deployed_price_tier: str = ""
    host_id: str = ""
    system_type: str = ""
    technical_contact: Contact | None = None
    install_at: InstallAtAddress | None = None
    maintenance_start: date | None = None
    maintenance_end: date | None = None
    support_agreement_number: str = ""
    has_file: bool
    file_name: str = ""
    issued_at: datetime


class RegistrationProgressed(Fact):
    """More of a registration's licenses are issued."""

    TYPE: ClassVar[str] = "licensing.registration.progressed.v1"

    registration_id: str
    account_id: str
    done: int
    total: int


class RegistrationCompleted(Fact):
    """All licenses of a registration are issued; its internal ``/confirmation`` has the keys."""

    TYPE: ClassVar[str] = "licensing.registration.completed.v1"

    registration_id: str
    account_id: str
    total: int
    completed_at: datetime


class ImportProgressed(Fact):
    """A file of products or orders was read further."""

    TYPE: ClassVar[str] = "licensing.import.progressed.v1"

    import_id: str
    account_id: str
    status: Literal["queued", "processing", "completed", "failed"]
    done: int
    total: int
