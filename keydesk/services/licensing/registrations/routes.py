"""The HTTP door of registrations."""

from datetime import UTC, datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Body, Depends, Query, Request

from keydesk.chassis.http.access import accounts, services
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page, decode_last
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, UnsupportedMediaType, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.licenses.routes import LicenseFileResponse
from keydesk.services.licensing.licenses.service import registration_file
from keydesk.services.licensing.models.registrations import RegistrationStatus
from keydesk.services.licensing.registrations import completion, presentation, service
from keydesk.services.licensing.registrations.bodies import DOCUMENTED, entered_serial_numbers
from keydesk.services.licensing.registrations.problems import (
    FileUnreadable,
    NoSerialNumbers,
    RegistrationClosed,
    RegistrationNotReady,
    SerialNumberAlreadyRegistered,
    TooManySerialNumbers,
)
from keydesk.services.licensing.registrations.schemas import (
    Confirmation,
    InformationGiven,
    Item,
    ItemState,
    RegistrationListed,
    RegistrationShown,
    SerialNumbers,
)

router = APIRouter(prefix="/registrations", tags=["registrations"], route_class=IdempotentRoute)
internal = APIRouter()

RegistrationId = Annotated[str, id_type("reg")]
ItemId = Annotated[str, id_type("itm")]
Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Owner = Annotated[Caller, Depends(accounts("licenses:read", in_person=True))]
Registrant = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]
Vault = Annotated[KeyVault, resource(KeyVault.from_settings)]

CHANGES_A_DRAFT = may_raise(NotFound, RegistrationClosed)


def _now() -> datetime:
    return datetime.now(UTC)


@router.post("", status_code=201)
def start_registration(
    caller: Registrant, session: Transaction, body: Annotated[SerialNumbers | None, Body()] = None
) -> RegistrationShown:
    """Start a registration with the serial numbers of a purchase, or with none yet."""
    serial_numbers = body.serial_numbers if body is not None else []
    draft = service.start(session, caller.known_account_id, serial_numbers, _now())
    return presentation.show(session, draft, added=len(serial_numbers))


@router.get("")
def list_registrations(
    caller: Reader,
    session: Reading,
    status: RegistrationStatus | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[RegistrationListed]:
    """The caller's registrations, the newest first."""
    before = decode_last(cursor, str)
    items, next_cursor = presentation.show_list(
        session, caller.known_account_id, status, before=before, limit=limit
    )
    return Page(items=items, next_cursor=next_cursor)


@router.get("/{registration_id}", responses=may_raise(NotFound))
def show_registration(registration_id: RegistrationId, caller: Reader, session: Reading) -> RegistrationShown:
    """A registration: how many lines in which state, what its products ask for, and its progress."""
    return presentation.show(session, service.find(session, caller.known_account_id, registration_id))


@router.delete("/{registration_id}", status_code=204, responses=CHANGES_A_DRAFT)
def remove_registration(registration_id: RegistrationId, caller: Registrant, session: Transaction) -> None:
    """Remove a draft with everything that was entered."""
    service.remove(session, caller.known_account_id, registration_id, _now())


@router.post(
    "/{registration_id}/items",
    responses=CHANGES_A_DRAFT
    | may_raise(UnsupportedMediaType, FileUnreadable, NoSerialNumbers, TooManySerialNumbers),
    openapi_extra=DOCUMENTED,
)
def add_items(
    registration_id: RegistrationId,
    caller: Registrant,
    serial_numbers: Annotated[list[str], Depends(entered_serial_numbers)],
    session: Transaction,
) -> RegistrationShown:
    """Add serial numbers to a draft, at most 10,000 in all.

    The body is JSON, a text (one a line, or separated by spaces, commas, semicolons or tabs), or a CSV file
    whose first column has them. Each becomes a line; what is wrong with one is told there.
    """
    draft = service.add_serial_numbers(
        session, caller.known_account_id, registration_id, serial_numbers, _now()
    )
    return presentation.show(session, draft, added=len(serial_numbers))


@router.get("/{registration_id}/items", responses=may_raise(NotFound))
def list_items(
    *,
    request: Request,
    registration_id: RegistrationId,
    caller: Reader,
    session: Reading,
    vault: Vault,
    state: ItemState | None = None,
    limit: Limit = 100,
    cursor: Cursor = None,
) -> Page[Item]:
    """The lines of a registration in the order in which they were entered, with keys once issued."""
    registration = service.find(session, caller.known_account_id, registration_id)
    after = decode_last(cursor, int)
    items, next_cursor = presentation.show_items(
        session,
        vault,
        registration,
        language_of(request),
        state=state,
        after=after,
        limit=limit,
        in_person=caller.in_person,
    )
    return Page(items=items, next_cursor=next_cursor)


@router.delete("/{registration_id}/items", status_code=204, responses=CHANGES_A_DRAFT)
def remove_refused_items(
    registration_id: RegistrationId,
    caller: Registrant,
    session: Transaction,
    state: Annotated[Literal["refused"], Query(description="Which lines to remove")],  # noqa: ARG001 - see below
) -> None:
    """Remove every refused line of a draft. ``state`` has to say so, lest a slip removes everything."""
    service.remove_refused(session, caller.known_account_id, registration_id, _now())


@router.delete("/{registration_id}/items/{item_id}", status_code=204, responses=CHANGES_A_DRAFT)
def remove_item(
    registration_id: RegistrationId, item_id: ItemId, caller: Registrant, session: Transaction
) -> None:
    """Remove one line of a draft."""
    service.remove_item(session, caller.known_account_id, registration_id, item_id, _now())


@router.post("/{registration_id}/items/{item_id}/separate", status_code=201, responses=CHANGES_A_DRAFT)
def separate_item(
    registration_id: RegistrationId, item_id: ItemId, caller: Registrant, session: Transaction
) -> RegistrationShown:
    """Move one line to a new draft of its own, for products that are registered alone."""
    own = service.separate_item(session, caller.known_account_id, registration_id, item_id, _now())
    return presentation.show(session, own, added=1)


@router.put("/{registration_id}/information", responses=CHANGES_A_DRAFT)
def give_information(
    registration_id: RegistrationId, body: InformationGiven, caller: Registrant, session: Transaction
) -> RegistrationShown:
    """Say what products ask for, for all lines of a product or for single lines.

    Values that are not named stay; an empty value or null takes one away. A line's own value goes before
    its product's. Everything is kept, or nothing where something is wrong.
    """
    draft = service.give_information(
        session,
        caller.known_account_id,
        registration_id,
        by_product=body.by_product,
        by_item=body.by_item,
        now=_now(),
    )
    return presentation.show(session, draft)


@router.post(
    "/{registration_id}/complete",
    status_code=202,
    responses=may_raise(NotFound, RegistrationNotReady, SerialNumberAlreadyRegistered),
)
def complete_registration(
    registration_id: RegistrationId, caller: Registrant, session: Transaction
) -> RegistrationShown:
    """Complete a draft: all of its serial numbers are registered, or none. Its licenses are issued next.

    Look at the registration again for its progress. Completing twice is completing once.
    """
    accepted = completion.complete(session, caller.known_account_id, registration_id, _now())
    session.flush()
    return presentation.show(session, accepted)


@router.get("/{registration_id}/file", response_class=LicenseFileResponse, responses=may_raise(NotFound))
def download_registration_file(
    registration_id: RegistrationId, caller: Owner, session: Reading, vault: Vault
) -> LicenseFileResponse:
    """One ``.slf`` with every license of a registration that has a license file."""
    registration = service.find(session, caller.known_account_id, registration_id)
    return LicenseFileResponse.named(*registration_file(session, vault, registration))


@internal.get("/registrations/{registration_id}/confirmation", responses=may_raise(NotFound))
def tell_confirmation(
    registration_id: RegistrationId,
    _caller: Annotated[Caller, Depends(services("notifications"))],
    session: Reading,
    vault: Vault,
) -> Confirmation:
    """What the confirmation email tells, with license keys."""
    return presentation.show_confirmation(session, vault, registration_id)
