"""Use cases of entitlements that the catalog asks for. Case counts in every number."""

from collections.abc import Iterable

from sqlalchemy.orm import Session

from keydesk.services.licensing.entitlements import repository
from keydesk.services.licensing.entitlements.repository import Sold
from keydesk.services.licensing.entitlements.schemas import (
    MOST,
    EntitlementsAsked,
    EntitlementsTold,
    EntitlementTold,
)


def tell(session: Session, asked: EntitlementsAsked) -> EntitlementsTold:
    """Those that were asked for. Nothing is told of an order that is another customer's, as of none."""
    if asked.customer_number is not None and asked.order_number is not None:
        return _tell_order(session, asked.customer_number, asked.order_number)
    found = repository.find_by_serial_numbers(session, asked.serial_numbers or ())
    return EntitlementsTold(items=_told(found), order_matches=False, customer_name="", more=False)


def _tell_order(session: Session, customer_number: str, order_number: str) -> EntitlementsTold:
    customer = repository.find_customer_of_order(session, customer_number, order_number)
    if customer is None:
        return EntitlementsTold(items=[], order_matches=False, customer_name="", more=False)
    found = repository.find_of_order(session, order_number, limit=MOST + 1)
    return EntitlementsTold(
        items=_told(found[:MOST]), order_matches=True, customer_name=customer.name, more=len(found) > MOST
    )


def _told(found: Iterable[Sold]) -> list[EntitlementTold]:
    return [
        EntitlementTold(
            entitlement_id=sold.entitlement.id,
            serial_number=sold.entitlement.serial_number,
            sku=sold.product.sku,
            product_name=sold.product.name,
            product_version=sold.product.version,
            platform=sold.product.platform,
            order_number=sold.order.order_number,
            customer_number=sold.customer.customer_number,
            customer_name=sold.customer.name,
            ordered_on=sold.order.ordered_on,
            quantity=sold.entitlement.quantity,
            entitled_price_tier=sold.entitlement.entitled_price_tier,
            maintenance_start=sold.entitlement.maintenance_start,
            maintenance_end=sold.entitlement.maintenance_end,
            support_agreement_number=sold.entitlement.support_agreement_number,
            state=sold.entitlement.state,
            registered_by=sold.registered_by,
        )
        for sold in found
    ]
