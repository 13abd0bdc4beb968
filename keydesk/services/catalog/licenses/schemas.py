"""The catalog's licenses as its API shows them."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from keydesk.services.catalog.access.rules import Access, Option
from keydesk.services.catalog.licenses.maintenance import LicenseStatus
from keydesk.services.licensing.contract import Contact

Sort = Literal[
    "registered_at",
    "-registered_at",
    "serial_number",
    "-serial_number",
    "product",
    "-product",
    "maintenance_end",
    "-maintenance_end",
]
"""An order of the list; a leading ``-`` turns it round. Maintenance without an end counts as the latest."""


class ProductSummary(BaseModel):
    """What a license is for."""

    sku: str
    name: str
    version: str
    platform: str


class LicenseSummary(BaseModel):
    """One line of the list."""

    id: str = Field(examples=["lic_01h455vb4pex5vsknk084sn02q"])
    serial_number: str = Field(examples=["A0123456789"])
    product: ProductSummary
    order_number: str
    customer_number: str
    customer_name: str
    host_id: str
    quantity: int
    status: LicenseStatus
    registered_at: datetime | None = Field(description="None: nobody registered it yet")
    maintenance_end: date | None
    has_file: bool
    access: Access


class ListedLicense(LicenseSummary):
    """One line of the list, with what its columns of user-defined fields say."""

    deployed_price_tier: str
    entitled_price_tier: str
    system_type: str
    fields: dict[str, str] = Field(description="Values of the fields that are in the list, by field id")


class OrderDetails(BaseModel):
    """The order that a license came from (guide, License Key Details: Order Details)."""

    customer_name: str
    customer_number: str
    order_number: str
    ordered_on: date
    entitled_price_tier: str
    quantity_purchased: int


class KeyDetails(BaseModel):
    """The license key and what it was made for (guide, License Key Details)."""

    product_name: str
    sku: str
    product_version: str
    platform: str
    serial_number: str
    host_id: str
    deployed_price_tier: str
    system_type: str
    added_at: datetime | None = Field(description="When it was added to the catalog without being registered")
    registered_at: datetime | None
    starts_on: date | None = Field(description="First day of its maintenance")
    ends_on: date | None = Field(description="Last day of its maintenance")
    support_agreement_number: str
    alternate_contact: Contact | None
    license_keys: list[str]


class InstalledAt(BaseModel):
    """Where a license is installed: as told when it was registered, or where it was moved to."""

    address_1: str
    address_2: str = ""
    address_3: str = ""
    address_4: str = ""
    city: str
    state: str = ""
    other_state: str = ""
    postal_code: str
    country: str
    """ISO 3166-1 alpha-2."""


class Deployment(BaseModel):
    """Where a license is installed, and who looks after it there."""

    install_at: InstalledAt | None
    technical_contact: Contact | None


class Ownership(BaseModel):
    """Whose license it is, and what the caller may do with it."""

    owner_name: str
    owner_company: str
    access: Access


class RefusedOption(BaseModel):
    """Something that others may do with the license, and why the caller may not."""

    option: Option
    why: str = Field(description="In the caller's language")


class LicenseDetails(LicenseSummary):
    """A license with everything that its page shows."""

    registration_id: str | None
    order: OrderDetails
    key: KeyDetails
    deployment: Deployment
    ownership: Ownership
    options: list[Option]
    refused_options: list[RefusedOption]
    file_name: str | None


class IssuedKeysWanted(BaseModel):
    """The body of licensing's internal ``POST /internal/license-keys``."""

    license_ids: list[str]


class IssuedKeys(BaseModel):
    """Its answer: license keys by license id, without those that licensing does not know."""

    keys: dict[str, str]
