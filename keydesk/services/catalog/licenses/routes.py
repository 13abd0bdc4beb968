"""The License Catalog's HTTP door."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.pages import Page
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.catalog.licenses import service
from keydesk.services.catalog.licenses.criteria import ListParameters
from keydesk.services.catalog.licenses.schemas import LicenseDetails, ListedLicense

router = APIRouter(prefix="/catalog", tags=["catalog"])

LicenseId = Annotated[str, id_type("(?:lic|ent)")]
"""A license; one that nobody registered yet goes by the id of its entitlement."""
Reader = Annotated[Caller, Depends(accounts("licenses:read"))]


@router.get("/licenses")
def list_licenses(
    *,
    caller: Reader,
    session: Reading,
    parameters: Annotated[ListParameters, Query()],
) -> Page[ListedLicense]:
    """The licenses that the caller owns, was given a share of, or added.

    ``query`` is looked for, word by word and whatever its case, in serial number, order number, customer
    number and name, SKU, product name and host ID. All filters have to fit.
    """
    return service.list_licenses(
        session,
        caller.known_account_id,
        parameters,
        limit=parameters.limit,
        cursor=parameters.cursor,
        now=datetime.now(UTC),
    )


@router.get("/licenses/{license_id}", responses=may_raise(NotFound))
def show_license(
    *,
    license_id: LicenseId,
    request: Request,
    caller: Reader,
    session: Reading,
    licensing: Annotated[RoomClient, resource(service.licensing)],
) -> LicenseDetails:
    """A license that the caller sees: its order, key, deployment, ownership, and what may be done with it."""
    return service.show_license(
        session,
        licensing,
        caller.known_account_id,
        license_id,
        language=language_of(request),
        in_person=caller.in_person,
        now=datetime.now(UTC),
    )
