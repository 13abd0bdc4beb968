"""Shapes that forms share: bounded text without control characters, and the fields of a person."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.services.accounts.people.details import CustomerType, Details
from keydesk.services.accounts.people.email_addresses import MAX_LENGTH

Language = Literal["en", "fr", "zh-Hant", "it", "de", "zh-Hans", "pt", "ko", "es", "ja"]
"""The tags of `keydesk.chassis.i18n.LANGUAGES`, spelled out for the documentation."""

_LINE = r"^[^\x00-\x1f\x7f]*$"

Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=100, pattern=_LINE)]
ShortLine = Annotated[str, StringConstraints(strip_whitespace=True, max_length=30, pattern=_LINE)]
Lines = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=300, pattern=r"^[^\x00-\x09\x0b\x0c\x0e-\x1f\x7f]*$"),
]
EmailText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_LENGTH, pattern=_LINE)]
LoginText = Annotated[str, StringConstraints(strip_whitespace=True, max_length=MAX_LENGTH, pattern=_LINE)]
PasswordText = Annotated[str, StringConstraints(max_length=1000)]
"""More than may be chosen, so that a long one is told by our own rule."""
TokenText = Annotated[str, StringConstraints(max_length=200, pattern=r"^[^\x00]*$")]
"""The token of a link."""


class PersonFields(BaseModel):
    """The person's fields of the sign-up form. Empty text is allowed here and told by `checked`."""

    model_config = ConfigDict(extra="forbid")

    customer_type: Literal[CustomerType, ""] = Field(examples=["end_user"])
    first_name: Line
    last_name: Line
    company_name: Line
    phone_number: ShortLine = Field(examples=["+46 8 123 456 78"])
    phone_extension: ShortLine | None = None
    street_address: Lines
    country: Annotated[str, StringConstraints(strip_whitespace=True, pattern="^([A-Za-z]{2})?$")] = Field(
        description="ISO 3166-1 alpha-2", examples=["SE"]
    )
    city: Line | None = None
    state: Line | None = Field(None, description="Code or name; needed where the country has states")
    postal_code: ShortLine | None = None

    def details(self) -> Details:
        """These fields for the rules."""
        return Details(**{name: getattr(self, name) or "" for name in PersonFields.model_fields})


class EmailAddress(BaseModel):
    """An address, to which the answer goes."""

    model_config = ConfigDict(extra="forbid")

    email: EmailText = Field(examples=["anna.lindqvist@lindqvist.example"])


class AnswerSent(BaseModel):
    """The same for everyone: what there is to say goes to the address by email."""

    status: Literal["answer_sent"] = "answer_sent"
