"""What a product asks for when it is registered, as its ``fields`` column and the API tell it."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

FieldName = Literal["host_id", "system_type", "deployed_price_tier", "technical_contact", "install_at"]


class Field(BaseModel):
    """One piece of information that a product asks for."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: FieldName
    required: bool = False
    per_line: bool = False
    """It differs from serial number to serial number, as a host ID does."""
    choices: tuple[str, ...] | None = None
    pattern: str | None = None
    """A regular expression that a value matches as a whole."""
    example: str = ""
