"""Use cases of those whom requests concern: making one, looking, writing about it, withdrawing it.

What is nobody's business but others' is not found. Deciding is `support`'s.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.catalog.models.requests import Request, RequestMessage, Side
from keydesk.services.catalog.requests import repository
from keydesk.services.catalog.requests.changes import announce, change
from keydesk.services.catalog.requests.problems import OnlyTheRequester, RequestElsewhere
from keydesk.services.catalog.requests.rules import UNDECIDED, deadline
from keydesk.services.catalog.requests.schemas import NewRequest, OpenedKind
from keydesk.services.catalog.requests.work import VERIFY_REQUEST, RequestWork

_NEEDED = Text(N_("This is needed."))
_NOT_OF_THIS_KIND = Text(N_("A request of this kind does not take this."))
_ONE_OF_THEM = Text(N_("Name either licenses or a customer number, not both."))
_ACCOUNT_UNKNOWN = Text(N_("There is no active account with this login ID. Ask the person for theirs."))
_OWN_ACCOUNT = Text(N_("This is your own account. Name the one that is to own the licenses."))
_NOT_YOURS = Text(N_("You do not own this license. Only its owner can hand it over."))
_NONE_WITH_IT = Text(N_("You own no license with this customer number."))

_TAKES: dict[OpenedKind, frozenset[str]] = {
    "general": frozenset(),
    "ownership_transfer": frozenset({"to_login_id", "license_ids", "serial_numbers", "customer_number"}),
    "license_assignment": frozenset({"serial_numbers"}),
}
"""What a request of each kind takes beside its title and description."""

_LICENSES = ("license_ids", "serial_numbers", "customer_number")
"""The ways to say which licenses a transfer is about; it takes one of them."""


def make(session: Session, account_id: str, asked: NewRequest, now: datetime) -> Request:
    """Make a request and queue its verification. Raises `Invalid` with everything that is wrong with it."""
    errors = _wrong_fields(asked)
    receiver = _receiver(session, account_id, asked, errors)
    owned: dict[str, str] = {}
    if asked.license_ids is not None and asked.kind == "ownership_transfer":
        owned = _owned(session, account_id, asked.license_ids, errors)
    elif asked.serial_numbers is not None and asked.kind == "ownership_transfer":
        owned = _owned_with(session, account_id, asked.serial_numbers, errors)
    if errors:
        raise Invalid(errors=errors)
    request = Request(
        id=new_id("req"),
        kind=asked.kind,
        status="submitted",
        title=asked.title,
        description=asked.description,
        requester_account_id=account_id,
        from_account_id=account_id if asked.kind == "ownership_transfer" else None,
        to_account_id=receiver,
        created_at=now,
        due_at=deadline(now),
        changed_at=now,
        queued_at=now,
    )
    session.add(request)
    session.flush()
    repository.add_party(session, request.id, account_id, "requester")
    if receiver is not None and receiver != account_id:
        repository.add_party(session, request.id, receiver, "other_side")
    request.total = _add_items(session, request, asked, owned)
    submit(session, request)
    return request


def submit(session: Session, request: Request) -> None:
    """Write down that a request was made, with all that it is about; tell so, and queue its verification."""
    session.flush()
    session.refresh(request)
    by = request.requester_account_id
    repository.add_event(session, request, "changed", at=request.created_at, account_id=by)
    announce(session, request)
    enqueue(session, VERIFY_REQUEST, RequestWork(request_id=request.id), subject=request.id)


def find(session: Session, account_id: str, request_id: str) -> tuple[Request, Side]:
    """A request that concerns ``account_id``, and how; raises `NotFound` for any other."""
    concerns = repository.concern(session, request_id, account_id)
    request = repository.find(session, request_id)
    if request is None or concerns is None:
        raise NotFound
    return request, concerns


def withdraw(session: Session, account_id: str, request_id: str, now: datetime) -> None:
    """Withdraw an undecided request. Raises `NotFound`, `OnlyTheRequester`, `RequestElsewhere`."""
    _, concerns = find(session, account_id, request_id)
    if concerns != "requester":
        raise OnlyTheRequester
    request = repository.lock(session, request_id)
    if request is None or request.status not in UNDECIDED:
        raise RequestElsewhere
    change(session, request, "withdrawn", now=now, by=account_id)


def write(session: Session, account_id: str, request_id: str, content: str, now: datetime) -> RequestMessage:
    """Write about a request to everybody whom it concerns, and to support. Raises `NotFound`."""
    request, _ = find(session, account_id, request_id)
    return add_message(session, request, account_id, content, from_support=False, now=now)


def add_message(
    session: Session, request: Request, account_id: str, content: str, *, from_support: bool, now: datetime
) -> RequestMessage:
    """Keep a message about ``request`` and tell everybody it concerns, but for the one who wrote it."""
    message = RequestMessage(
        id=new_id("msg"),
        request_id=request.id,
        account_id=account_id,
        from_support=from_support,
        content=content,
        at=now,
    )
    repository.add_message(session, message)
    announce(session, request, message=content, besides=account_id)
    return message


def _wrong_fields(asked: NewRequest) -> list[FieldError]:
    given = {
        "to_login_id": asked.to_login_id,
        "license_ids": asked.license_ids,
        "customer_number": asked.customer_number,
        "serial_numbers": asked.serial_numbers,
    }
    takes = _TAKES[asked.kind]
    errors = [
        FieldError(f"/{name}", "not_of_this_kind", _NOT_OF_THIS_KIND)
        for name, value in given.items()
        if value is not None and name not in takes
    ]
    needed = {"general": [], "ownership_transfer": ["to_login_id"], "license_assignment": ["serial_numbers"]}
    errors += [FieldError(f"/{name}", "missing", _NEEDED) for name in needed[asked.kind] if not given[name]]
    if asked.kind == "general" and not asked.description:
        errors.append(FieldError("/description", "missing", _NEEDED))
    if asked.kind == "ownership_transfer":
        named = [name for name in _LICENSES if given[name] is not None]
        errors += [FieldError(f"/{name}", "one_of_them", _ONE_OF_THEM) for name in named[1:]]
        if not named:
            errors.append(FieldError("/serial_numbers", "missing", _NEEDED))
    return errors


def _receiver(session: Session, account_id: str, asked: NewRequest, errors: list[FieldError]) -> str | None:
    if asked.kind == "license_assignment":
        return account_id
    if asked.kind != "ownership_transfer" or asked.to_login_id is None:
        return None
    person = repository.find_person_by_login(session, asked.to_login_id)
    if person is None:
        errors.append(FieldError("/to_login_id", "account_unknown", _ACCOUNT_UNKNOWN))
        return None
    if person.account_id == account_id:
        errors.append(FieldError("/to_login_id", "own_account", _OWN_ACCOUNT))
        return None
    return person.account_id


def _owned(
    session: Session, account_id: str, license_ids: Sequence[str], errors: list[FieldError]
) -> dict[str, str]:
    owned = repository.owned_among(session, account_id, license_ids)
    errors += [
        FieldError(f"/license_ids/{place}", "not_yours", _NOT_YOURS)
        for place, license_id in enumerate(license_ids)
        if license_id not in owned
    ]
    return {id: owned[id] for id in license_ids if id in owned}


def _owned_with(
    session: Session, account_id: str, serial_numbers: Sequence[str], errors: list[FieldError]
) -> dict[str, str]:
    owned = repository.owned_with(session, account_id, serial_numbers)
    known = set(owned.values())
    errors += [
        FieldError(f"/serial_numbers/{place}", "not_yours", _NOT_YOURS)
        for place, serial_number in enumerate(serial_numbers)
        if serial_number not in known
    ]
    return owned


def _add_items(session: Session, request: Request, asked: NewRequest, owned: dict[str, str]) -> int:
    """What the request is about; how many. Raises `Invalid` for a customer number without licenses."""
    if asked.serial_numbers is not None and asked.kind == "license_assignment":
        entered = list(dict.fromkeys(asked.serial_numbers))
        repository.add_serial_numbers(session, request, entered)
        return len(entered)
    if asked.customer_number is not None:
        found = repository.add_licenses_with(session, request, asked.customer_number)
        if not found:
            raise Invalid(errors=[FieldError("/customer_number", "none_with_it", _NONE_WITH_IT)])
        return found
    if owned:
        repository.add_licenses(session, request, owned)
    return len(owned)
