"""The use case of asking for a new address: a request of the machine that all requests share."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.services.catalog.access.rules import MAY_SEE, allows
from keydesk.services.catalog.access.visibility import accesses
from keydesk.services.catalog.addresses import repository
from keydesk.services.catalog.addresses.rules import as_document, checked, in_one_line, parts_of
from keydesk.services.catalog.addresses.schemas import NewAddressRequest
from keydesk.services.catalog.models import AddressRequest
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests import repository as requests
from keydesk.services.catalog.requests.rules import deadline
from keydesk.services.catalog.requests.service import submit

MOST_IN_TITLE = 200

_NEEDED = Text(N_("This is needed."))
_NOT_YOURS = Text(N_("This is not one of your customer numbers. Add it to your account first."))
_TERMS = Text(N_("Accept the terms, or we cannot create the address."))
_LICENSE_UNKNOWN = Text(N_("There is no such license that you can see."))
_MOVE_REFUSED = Text(
    N_("Its owner and those who have full access to it can move a license that is registered.")
)


def ask(session: Session, account_id: str, wanted: NewAddressRequest, now: datetime) -> Request:
    """Ask for an address, and queue its verification. Raises `Invalid` with everything that is wrong."""
    parts, errors = checked(parts_of(wanted.model_dump()))
    errors += [
        *_wrong_number(session, account_id, wanted.customer_number, now),
        *_wrong_license(session, account_id, wanted, now),
    ]
    if not wanted.terms_accepted:
        errors.append(FieldError("/terms_accepted", "terms_not_accepted", _TERMS))
    if errors:
        raise Invalid(errors=errors)
    request = Request(
        id=new_id("req"),
        kind="address_creation",
        status="submitted",
        title=in_one_line(parts)[:MOST_IN_TITLE],
        description=wanted.comments,
        requester_account_id=account_id,
        created_at=now,
        due_at=deadline(now),
        changed_at=now,
        queued_at=now,
    )
    session.add(request)
    session.flush()
    requests.add_party(session, request.id, account_id, "requester")
    session.add(
        AddressRequest(
            request_id=request.id,
            customer_number=wanted.customer_number,
            address=as_document(parts),
            license_id=wanted.license_id,
            license_state="waits" if wanted.move_when_created else "none",
            terms_accepted_at=now,
        )
    )
    submit(session, request)
    return request


def _wrong_number(
    session: Session, account_id: str, customer_number: str, now: datetime
) -> Sequence[FieldError]:
    if not customer_number:
        return [FieldError("/customer_number", "needed", _NEEDED)]
    if not repository.manages(session, account_id, customer_number, now):
        return [FieldError("/customer_number", "not_yours", _NOT_YOURS)]
    return []


def _wrong_license(
    session: Session, account_id: str, wanted: NewAddressRequest, now: datetime
) -> Sequence[FieldError]:
    if wanted.license_id is None:
        return [FieldError("/license_id", "needed", _NEEDED)] if wanted.move_when_created else []
    access = accesses(session, account_id, [wanted.license_id], now)[wanted.license_id]
    if access not in MAY_SEE:
        return [FieldError("/license_id", "license_unknown", _LICENSE_UNKNOWN)]
    if not allows(access, "move"):
        return [FieldError("/license_id", "move_refused", _MOVE_REFUSED)]
    return []
