"""What is sold: products by their SKU, and the information that each asks for when it is registered."""

from datetime import datetime
from typing import Any

from sqlalchemy import func
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.licensing.models.base import CODE, Base


class Product(Base):
    """One product in one version for one platform."""

    __tablename__ = "products"

    sku: Mapped[str] = mapped_column(CODE, primary_key=True)
    name: Mapped[str]
    version: Mapped[str]
    platform: Mapped[str] = mapped_column(comment="empty where the product runs anywhere")
    family: Mapped[str]
    registered_alone: Mapped[bool] = mapped_column(comment="never together with another serial number (G11)")
    has_file: Mapped[bool] = mapped_column(comment="its licenses come with a license file (G12)")
    fields: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, comment="list of products.fields.Field, in the order in which they are asked"
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    updated_at: Mapped[datetime] = mapped_column(server_default=func.now())
