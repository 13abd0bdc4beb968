"""The catalog's tables, a file a feature. Importing this package fills `METADATA`."""

from keydesk.services.catalog.models.addresses import Address, AddressRequest
from keydesk.services.catalog.models.attachments import Attachment
from keydesk.services.catalog.models.base import METADATA, Base
from keydesk.services.catalog.models.customer_numbers import CustomerNumber, CustomerNumberTry
from keydesk.services.catalog.models.fields import Comment, Field, FieldValue
from keydesk.services.catalog.models.licenses import NO_END, SEARCHED, Addition, HistoryEntry, License, Person
from keydesk.services.catalog.models.requests import (
    Request,
    RequestEvent,
    RequestItem,
    RequestMessage,
    RequestParty,
)
from keydesk.services.catalog.models.searches import Export, ListColumns, SavedSearch
from keydesk.services.catalog.models.shares import Share, ShareScope
from keydesk.services.catalog.models.support_views import SupportView

__all__ = [
    "METADATA",
    "NO_END",
    "SEARCHED",
    "Addition",
    "Address",
    "AddressRequest",
    "Attachment",
    "Base",
    "Comment",
    "CustomerNumber",
    "CustomerNumberTry",
    "Export",
    "Field",
    "FieldValue",
    "HistoryEntry",
    "License",
    "ListColumns",
    "Person",
    "Request",
    "RequestEvent",
    "RequestItem",
    "RequestMessage",
    "RequestParty",
    "SavedSearch",
    "Share",
    "ShareScope",
    "SupportView",
]
