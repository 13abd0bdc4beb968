"""The HTTP doors of fields: those that an account defines, and what they say of a license."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.fields import on_license, service
from keydesk.services.catalog.fields.problems import (
    FieldChangedMeanwhile,
    FieldsNotYoursToEdit,
    IfMatchNeeded,
    TooManyFields,
    ValuesChangedMeanwhile,
)
from keydesk.services.catalog.fields.schemas import (
    Deletion,
    FieldChange,
    FieldDocument,
    Fields,
    FieldsOfLicense,
    NewField,
    ValuesGiven,
)
from keydesk.services.catalog.licenses.routes import LicenseId, Reader

router = APIRouter(prefix="/fields", tags=["fields"], route_class=IdempotentRoute)
license_router = APIRouter(prefix="/catalog", tags=["fields"])

FieldId = Annotated[str, id_type("fld")]
Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]
IfMatch = Annotated[str | None, Header(max_length=200)]


@router.get("")
def list_fields(caller: Reader, session: Reading) -> Fields:
    """The fields that I defined for my licenses, in their order."""
    return service.list_fields(session, caller.known_account_id)


@router.post("", status_code=201, responses=may_raise(TooManyFields))
def add_field(body: NewField, caller: Writer, session: Transaction, response: Response) -> FieldDocument:
    """Define a field, at most 30 in all. Names differ by more than capital letters."""
    field = service.add_field(session, caller.known_account_id, body, datetime.now(UTC))
    response.headers["ETag"] = service.entity_tag(field)
    return service.show_field(session, field)


@router.patch("/{field_id}", responses=may_raise(NotFound, FieldChangedMeanwhile))
def change_field(
    *,
    field_id: FieldId,
    body: FieldChange,
    caller: Writer,
    session: Transaction,
    response: Response,
    if_match: IfMatch = None,
) -> FieldDocument:
    """Change a field, or move it. Its kind stays, and so do choices that licenses use."""
    field = service.change_field(session, caller.known_account_id, field_id, body, if_match=if_match)
    response.headers["ETag"] = service.entity_tag(field)
    return service.show_field(session, field)


@router.get("/{field_id}/deletion", responses=may_raise(NotFound))
def show_deletion(field_id: FieldId, caller: Reader, session: Reading) -> Deletion:
    """What deleting a field would take away."""
    return service.show_deletion(session, caller.known_account_id, field_id)


@router.delete("/{field_id}", status_code=204, responses=may_raise(NotFound, FieldChangedMeanwhile))
def remove_field(field_id: FieldId, caller: Writer, session: Transaction, if_match: IfMatch = None) -> None:
    """Delete a field with everything that it says of licenses."""
    service.remove_field(session, caller.known_account_id, field_id, if_match=if_match)


@license_router.get("/licenses/{license_id}/fields", responses=may_raise(NotFound))
def show_values(
    license_id: LicenseId, caller: Reader, session: Reading, response: Response
) -> FieldsOfLicense:
    """The owner's fields of a license: all of them for the owner, the shared ones for others who see it.

    The ``ETag`` is sent as ``If-Match`` with a change.
    """
    fields, tag = on_license.show_values(session, caller.known_account_id, license_id, datetime.now(UTC))
    response.headers["ETag"] = tag
    return fields


@license_router.put(
    "/licenses/{license_id}/fields",
    responses=may_raise(NotFound, FieldsNotYoursToEdit, ValuesChangedMeanwhile, IfMatchNeeded),
)
def set_values(
    *,
    license_id: LicenseId,
    body: ValuesGiven,
    caller: Writer,
    session: Transaction,
    response: Response,
    if_match: IfMatch = None,
) -> FieldsOfLicense:
    """Fill in fields of a license, for everybody who sees it: everything is kept, or nothing.

    ``If-Match`` is needed, so that nobody overwrites what they have not seen.
    """
    fields, tag = on_license.set_values(
        session, caller, license_id, body.values, if_match=if_match, now=datetime.now(UTC)
    )
    response.headers["ETag"] = tag
    return fields
