"""SQL of requests: making, finding, and changing them, and what hangs on them."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, func, insert, literal, select, update
from sqlalchemy.orm import Session

from keydesk.services.catalog.contract import RequestStatus
from keydesk.services.catalog.models import License, Person
from keydesk.services.catalog.models.requests import (
    EventAction,
    ItemState,
    Request,
    RequestEvent,
    RequestItem,
    RequestMessage,
    RequestParty,
    Side,
)


def find_person_by_login(session: Session, login_id: str) -> Person | None:
    """The active account with this login ID, whatever its case."""
    return session.scalars(
        select(Person)
        .where(func.lower(Person.login_id) == login_id.lower(), Person.active)
        .order_by(Person.account_id)
        .limit(1)
    ).one_or_none()


def names_of(session: Session, account_ids: Collection[str]) -> dict[str, Person]:
    """Who these accounts are, as far as accounts has told."""
    people = session.scalars(select(Person).where(Person.account_id.in_(account_ids)))
    return {person.account_id: person for person in people}


def owned_among(session: Session, account_id: str, license_ids: Sequence[str]) -> dict[str, str]:
    """Serial numbers by id of those licenses that ``account_id`` owns."""
    found = select(License.id, License.serial_number).where(
        License.id.in_(license_ids), License.owner_account_id == account_id
    )
    return dict(iter(session.execute(found)))


def owned_with(session: Session, account_id: str, serial_numbers: Sequence[str]) -> dict[str, str]:
    """Serial numbers by id of the licenses that ``account_id`` owns and that have one of these."""
    found = select(License.id, License.serial_number).where(
        License.owner_account_id == account_id, License.serial_number.in_(serial_numbers)
    )
    return dict(iter(session.execute(found.order_by(License.serial_number, License.id))))


def add_licenses(session: Session, request: Request, serial_numbers: dict[str, str]) -> None:
    """Make these licenses (ids and serial numbers) of the account that gives them what it is about."""
    rows = [
        {
            "request_id": request.id,
            "position": position,
            "serial_number": serial_number,
            "license_id": license_id,
            "from_account_id": request.from_account_id,
            "state": "entered",
        }
        for position, (license_id, serial_number) in enumerate(serial_numbers.items())
    ]
    session.execute(insert(RequestItem), rows)


def add_licenses_with(session: Session, request: Request, customer_number: str) -> int:
    """Make it about every license with ``customer_number`` of the account that gives them; how many."""
    found = select(
        literal(request.id),
        func.row_number().over(order_by=License.id) - 1,
        License.serial_number,
        License.id,
        License.owner_account_id,
        literal("entered"),
    ).where(License.owner_account_id == request.from_account_id, License.customer_number == customer_number)
    columns = ["request_id", "position", "serial_number", "license_id", "from_account_id", "state"]
    session.execute(insert(RequestItem).from_select(columns, found))
    return count_items(session, request.id, None)


def add_serial_numbers(session: Session, request: Request, serial_numbers: Sequence[str]) -> None:
    """Make it about these serial numbers, whatever they turn out to be."""
    rows = [
        {"request_id": request.id, "position": position, "serial_number": number, "state": "entered"}
        for position, number in enumerate(serial_numbers)
    ]
    session.execute(insert(RequestItem), rows)


def add_party(session: Session, request_id: str, account_id: str, concerns: Side) -> None:
    """Let the request concern ``account_id``."""
    session.add(RequestParty(request_id=request_id, account_id=account_id, concerns=concerns))
    session.flush()


def parties_of(session: Session, request_id: str) -> Sequence[RequestParty]:
    """Everybody whom a request concerns, its requester first."""
    found = select(RequestParty).where(RequestParty.request_id == request_id)
    return session.scalars(found.order_by(RequestParty.concerns.desc(), RequestParty.account_id)).all()


def find(session: Session, request_id: str) -> Request | None:
    """The request, whosever it is."""
    return session.get(Request, request_id)


def lock(session: Session, request_id: str) -> Request | None:
    """The request, and nobody else changes it until this transaction ends."""
    found = select(Request).where(Request.id == request_id).with_for_update()
    return session.scalars(found.execution_options(populate_existing=True)).one_or_none()


def concern(session: Session, request_id: str, account_id: str) -> Side | None:
    """How the request concerns ``account_id``, if it does."""
    party = session.get(RequestParty, (account_id, request_id))
    return party.concerns if party is not None else None


def find_concerning(
    session: Session, account_id: str, status: RequestStatus | None, *, before: str | None, limit: int
) -> Sequence[tuple[Request, Side]]:
    """The next ``limit`` requests that concern ``account_id``, the newest first."""
    found = (
        select(Request, RequestParty.concerns)
        .join(RequestParty, RequestParty.request_id == Request.id)
        .where(RequestParty.account_id == account_id)
        .order_by(RequestParty.request_id.desc())
        .limit(limit)
    )
    if status is not None:
        found = found.where(Request.status == status)
    if before is not None:
        found = found.where(RequestParty.request_id < before)
    return [(request, concerns) for request, concerns in session.execute(found)]


def set_status(session: Session, request: Request, to: RequestStatus, now: datetime) -> bool:
    """Bring the request from the state that it was read in to ``to``; False where it has left that."""
    done = session.execute(
        update(Request)
        .where(Request.id == request.id, Request.status == request.status)
        .values(status=to, changed_at=now, queued_at=now, times_queued=1)
        .returning(Request.id)
        .execution_options(synchronize_session=False)
    ).all()
    session.refresh(request)
    return bool(done)


def add_event(
    session: Session,
    request: Request,
    action: EventAction,
    *,
    at: datetime,
    account_id: str | None,
    came_from: RequestStatus | None = None,
    note: str = "",
) -> None:
    """Write down what happened to the request, and how it stands since."""
    line = {
        "request_id": request.id,
        "action": action,
        "from_status": came_from,
        "to_status": request.status,
        "at": at,
        "account_id": account_id,
        "note": note,
    }
    session.execute(insert(RequestEvent), [line])


def events_of(
    session: Session, request_id: str, *, of_support: bool
) -> Sequence[tuple[RequestEvent, str | None]]:
    """What happened, oldest first, with names; only ``of_support`` with what is support's own business."""
    found = (
        select(RequestEvent, Person.name)
        .outerjoin(Person, Person.account_id == RequestEvent.account_id)
        .where(RequestEvent.request_id == request_id)
        .order_by(RequestEvent.position)
    )
    if not of_support:
        found = found.where(RequestEvent.action == "changed")
    return [(event, name) for event, name in session.execute(found)]


def add_message(session: Session, message: RequestMessage) -> None:
    """Keep a message."""
    session.add(message)
    session.flush()


def messages_of(
    session: Session, request_id: str, *, after: int | None = None, limit: int
) -> Sequence[tuple[RequestMessage, str | None]]:
    """The next ``limit`` messages with their writers' names, oldest first."""
    found = _messages(request_id).order_by(RequestMessage.position).limit(limit)
    if after is not None:
        found = found.where(RequestMessage.position > after)
    return [(message, name) for message, name in session.execute(found)]


def newest_messages_of(
    session: Session, request_id: str, *, limit: int
) -> Sequence[tuple[RequestMessage, str | None]]:
    """The newest messages with their writers' names, in the order in which they were written."""
    found = _messages(request_id).order_by(RequestMessage.position.desc()).limit(limit)
    return [(message, name) for message, name in session.execute(found)][::-1]


def _messages(request_id: str) -> Select[RequestMessage, str]:
    return (
        select(RequestMessage, Person.name)
        .outerjoin(Person, Person.account_id == RequestMessage.account_id)
        .where(RequestMessage.request_id == request_id)
    )


def _of_viewer(viewer: str | None) -> ColumnElement[bool]:
    """Items that concern ``viewer``, one of several owners; None sees all."""
    return literal(value=True) if viewer is None else RequestItem.from_account_id == viewer


def count_items(session: Session, request_id: str, viewer: str | None) -> int:
    """How many licenses the request is about, of those that concern ``viewer``."""
    found = select(func.count()).where(RequestItem.request_id == request_id, _of_viewer(viewer))
    return session.scalars(found).one()


def count_items_of_each(session: Session, request_ids: Collection[str], viewer: str) -> dict[str, int]:
    """How many licenses of each request were ``viewer``'s."""
    found = (
        select(RequestItem.request_id, func.count())
        .where(RequestItem.request_id.in_(request_ids), _of_viewer(viewer))
        .group_by(RequestItem.request_id)
    )
    return dict(iter(session.execute(found)))


def count_states(session: Session, request_id: str, viewer: str | None) -> dict[ItemState, int]:
    """How many licenses are in which state, of those that concern ``viewer``."""
    found = (
        select(RequestItem.state, func.count())
        .where(RequestItem.request_id == request_id, _of_viewer(viewer))
        .group_by(RequestItem.state)
    )
    return dict(iter(session.execute(found)))


def items_of(
    session: Session, request_id: str, viewer: str | None, *, limit: int
) -> Sequence[tuple[RequestItem, str | None]]:
    """The first licenses with their products' names, of those that concern ``viewer``."""
    found = (
        select(RequestItem, License.product_name)
        .outerjoin(License, License.id == RequestItem.license_id)
        .where(RequestItem.request_id == request_id, _of_viewer(viewer))
        .order_by(RequestItem.position)
        .limit(limit)
    )
    return [(item, name) for item, name in session.execute(found)]
