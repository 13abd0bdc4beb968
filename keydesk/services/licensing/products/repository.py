"""Products in the database, for those who look."""

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from keydesk.services.licensing.models import Product


def find(session: Session, sku: str) -> Product | None:
    """The product with this SKU."""
    return session.get(Product, sku)


def list_products(session: Session, *, query: str, after: str, limit: int) -> list[Product]:
    """Products by SKU, from after ``after``, that have each word of ``query`` in SKU, name or family."""
    statement = select(Product).where(Product.sku > after).order_by(Product.sku).limit(limit)
    for word in query.split():
        statement = statement.where(
            or_(
                *(
                    column.icontains(word, autoescape=True)
                    for column in (Product.sku, Product.name, Product.family, Product.platform)
                )
            )
        )
    return list(session.scalars(statement))
