"""The shapes of products in the API."""

from pydantic import BaseModel, ConfigDict

from keydesk.services.licensing.products.fields import Field


class ProductShown(BaseModel):
    """A product, and what it asks for when it is registered."""

    model_config = ConfigDict(title="Product", from_attributes=True)

    sku: str
    name: str
    version: str
    platform: str
    """Empty where it runs anywhere."""
    family: str
    registered_alone: bool
    """Its serial numbers are registered one at a time."""
    has_file: bool
    """Its licenses come with a license file."""
    fields: list[Field]
