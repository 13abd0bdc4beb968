"""The shapes of fields in the API."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.services.catalog.models.fields import FieldKind

MAX_CHOICES = 50
_LINE = r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]+$"

FieldName = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=60, pattern=_LINE)
]
Choice = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100, pattern=_LINE)]
Choices = Annotated[list[Choice], Field(max_length=MAX_CHOICES)]


class NewField(BaseModel):
    """A field to define."""

    model_config = ConfigDict(extra="forbid")

    name: FieldName = Field(examples=["Cost centre"])
    kind: FieldKind = Field("text", description="Stays as it is once the field is defined")
    choices: Choices = Field(default_factory=list, description="What a choice takes; other kinds have none")
    in_list: bool = Field(default=False, description="Show it as a column of the license list")
    shared: bool = Field(default=False, description="Show it to those with whom a license is shared")


class FieldChange(BaseModel):
    """What to change of a field. What is not named, or null, stays as it is."""

    model_config = ConfigDict(extra="forbid")

    name: FieldName | None = None
    choices: Choices | None = None
    in_list: bool | None = None
    shared: bool | None = None
    position: Annotated[int, Field(ge=1, le=1000)] | None = Field(
        None, description="Where it stands among the account's fields, from 1; the others make room"
    )


class FieldDocument(BaseModel):
    """A field of the account's."""

    model_config = ConfigDict(title="Field")

    id: str
    name: str
    kind: FieldKind
    choices: list[str]
    position: int
    in_list: bool
    shared: bool
    revision: int = Field(description="Its ETag; send it as If-Match with a change")
    values: int = Field(description="How many of the account's licenses have a value")


class Fields(BaseModel):
    """All fields of the account, in their order."""

    items: list[FieldDocument]


class LicenseWithValue(BaseModel):
    """A license that would lose its value."""

    id: str
    serial_number: str
    value: str


class Deletion(BaseModel):
    """What deleting a field takes away."""

    values: int = Field(description="How many licenses lose a value")
    examples: list[LicenseWithValue] = Field(description="The first of them, at most 10")


class FieldOnLicense(BaseModel):
    """What a field says of a license."""

    id: str
    name: str
    kind: FieldKind
    choices: list[str]
    value: str | None = Field(description="A number in decimal digits, a date as in ISO 8601; null for none")
    changed_at: datetime | None
    changed_by_name: str | None = Field(description="Empty while accounts has not told of this person yet")


class FieldsOfLicense(BaseModel):
    """The fields of a license that the caller sees, in their order."""

    fields: list[FieldOnLicense]


class ValuesGiven(BaseModel):
    """Values by the id of their field; null or nothing takes a value away, fields not named stay."""

    model_config = ConfigDict(extra="forbid")

    values: Annotated[dict[str, str | None], Field(max_length=100)] = Field(
        examples=[{"fld_01h455vb4pex5vsknk084sn02q": "Building 7"}]
    )
