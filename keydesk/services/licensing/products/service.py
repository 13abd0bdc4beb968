"""Tells what is sold."""

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import decode_last, page_of
from keydesk.chassis.problems import NotFound
from keydesk.services.licensing.models import Product
from keydesk.services.licensing.products import repository


def list_products(
    session: Session, *, query: str | None, limit: int, cursor: str | None
) -> tuple[list[Product], str | None]:
    """Products by SKU, and the cursor of the next page."""
    after = decode_last(cursor, str) or ""
    found = repository.list_products(session, query=query or "", after=after, limit=limit + 1)
    return page_of(found, limit, lambda product: (product.sku,))


def show_product(session: Session, sku: str) -> Product:
    """One product. Raises `NotFound`."""
    found = repository.find(session, sku)
    if found is None:
        raise NotFound
    return found
