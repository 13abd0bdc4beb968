"""The shapes of registrations in the API."""

from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.services.licensing.models.registrations import RegistrationStatus
from keydesk.services.licensing.products.fields import Field as ProductField
from keydesk.services.licensing.registrations.entered import MAX_SERIAL_NUMBER
from keydesk.services.licensing.registrations.lines import MAX_LINES

ItemState = Literal["ready", "needs_information", "refused", "processing", "issued"]
ProblemCode = Literal[
    "unknown",
    "malformed",
    "wrong_case",
    "already_registered",
    "registered_by_you",
    "registered_alone",
    "duplicate",
]

EnteredSerialNumber = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=MAX_SERIAL_NUMBER, pattern=r"^[^\x00-\x1f\x7f]+$"
    ),
]
Information = Annotated[dict[str, Any], Field(max_length=50)]


class SerialNumbers(BaseModel):
    """Serial numbers, as they were entered. They are case-sensitive."""

    model_config = ConfigDict(extra="forbid")

    serial_numbers: list[EnteredSerialNumber] = Field(max_length=MAX_LINES, examples=[["A0123456789"]])


class InformationGiven(BaseModel):
    """Values for all lines of a product, and for single lines. Empty or null takes a value away."""

    model_config = ConfigDict(extra="forbid")

    by_product: dict[str, Information] = Field(
        default_factory=dict, max_length=MAX_LINES, examples=[{"KD-100": {"host_id": "80ab12cd"}}]
    )
    by_item: dict[str, Information] = Field(default_factory=dict, max_length=MAX_LINES)


class Counts(BaseModel):
    """How many lines there are, and how many of them in which state."""

    lines: int
    ready: int
    needs_information: int
    refused: int


class Progress(BaseModel):
    """How many licenses are issued of how many; 0 of 0 for a draft."""

    done: int
    total: int


class RegistrationProduct(BaseModel):
    """A product in a registration, what it asks for, and what was said for all its lines."""

    sku: str
    name: str
    version: str
    platform: str
    lines: int
    fields: list[ProductField]
    information: dict[str, Any]
    complete: bool
    """No line of this product lacks anything."""


class RegistrationShown(BaseModel):
    """A registration as its owner sees it."""

    model_config = ConfigDict(title="Registration")

    id: str
    status: RegistrationStatus
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    counts: Counts
    products: list[RegistrationProduct]
    progress: Progress
    ready: bool
    """It can be completed."""
    has_file: bool
    """At least one of its products comes with a license file."""
    added: int | None = None
    """How many lines this call added."""


class LineCount(BaseModel):
    """How many lines there are."""

    lines: int


class RegistrationListed(BaseModel):
    """A registration in a list."""

    id: str
    status: RegistrationStatus
    created_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    counts: LineCount
    progress: Progress


class ItemProblem(BaseModel):
    """Why a line is refused, and what to do about it."""

    code: ProblemCode
    detail: str
    license_id: str | None = None
    """The license that the reader has for this serial number already."""


class ItemProduct(BaseModel):
    """The product that a serial number stands for."""

    sku: str
    name: str
    version: str
    platform: str


class ItemLicense(BaseModel):
    """The license that a line became."""

    id: str
    license_key: str
    file_name: str | None


class Item(BaseModel):
    """One line of a registration."""

    id: str
    serial_number: str
    state: ItemState
    problem: ItemProblem | None
    product: ItemProduct | None
    order_number: str | None
    quantity: int | None
    entitled_price_tier: str | None
    maintenance_end: date | None
    information: dict[str, Any]
    license: ItemLicense | None


class ConfirmedItem(BaseModel):
    """One issued license in a confirmation."""

    serial_number: str
    product_name: str
    product_version: str
    quantity: int
    license_key: str
    file_name: str | None


class Confirmation(BaseModel):
    """What a confirmation email tells: the first licenses with their keys, and how many there are."""

    registration_id: str
    account_id: str
    completed_at: datetime
    items: list[ConfirmedItem]
    total: int
