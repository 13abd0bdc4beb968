"""The internal door of entitlements: the catalog asks before it shows what nobody registered yet."""

from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import services
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.services.licensing.entitlements import service
from keydesk.services.licensing.entitlements.schemas import EntitlementsAsked, EntitlementsTold

internal = APIRouter()


@internal.post("/entitlements")
def tell_entitlements(
    body: EntitlementsAsked,
    _caller: Annotated[Caller, Depends(services("catalog"))],
    session: Reading,
) -> EntitlementsTold:
    """Entitlements by serial number, or of an order if it is the customer's."""
    return service.tell(session, body)
