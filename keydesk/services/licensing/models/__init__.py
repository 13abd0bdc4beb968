"""Licensing's tables, a file a feature. Importing this package fills `METADATA`."""

from keydesk.services.licensing.models.base import METADATA, Base
from keydesk.services.licensing.models.imports import Import, ImportLine
from keydesk.services.licensing.models.issuance import IssuanceBatch, License, SigningKey
from keydesk.services.licensing.models.orders import Customer, Entitlement, Order
from keydesk.services.licensing.models.products import Product
from keydesk.services.licensing.models.registrations import (
    Registration,
    RegistrationInformation,
    RegistrationItem,
)

__all__ = [
    "METADATA",
    "Base",
    "Customer",
    "Entitlement",
    "Import",
    "ImportLine",
    "IssuanceBatch",
    "License",
    "Order",
    "Product",
    "Registration",
    "RegistrationInformation",
    "RegistrationItem",
    "SigningKey",
]
