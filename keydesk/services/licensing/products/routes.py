"""The HTTP door of products, for everybody who may see licenses."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.pages import Cursor, Limit, Page, Search
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.licensing.products import service
from keydesk.services.licensing.products.schemas import ProductShown

router = APIRouter(prefix="/products", tags=["products"])

Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Sku = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]*$")]


@router.get("")
def list_products(
    *, _caller: Reader, session: Reading, query: Search = None, limit: Limit = 50, cursor: Cursor = None
) -> Page[ProductShown]:
    """Products by SKU; ``query`` is looked for, word by word, in SKU, name, family and platform."""
    found, following = service.list_products(session, query=query, limit=limit, cursor=cursor)
    return Page(items=[ProductShown.model_validate(each) for each in found], next_cursor=following)


@router.get("/{sku}", responses=may_raise(NotFound))
def show_product(*, sku: Sku, _caller: Reader, session: Reading) -> ProductShown:
    """One product and what it asks for."""
    return ProductShown.model_validate(service.show_product(session, sku))
