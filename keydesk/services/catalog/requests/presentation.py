"""Requests as their API shows them, to somebody whom they concern."""

from collections.abc import Mapping, Sequence

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import encode_cursor, page_of
from keydesk.chassis.i18n import N_, Text
from keydesk.services.catalog.addresses import creation
from keydesk.services.catalog.attachments.presentation import shown_on
from keydesk.services.catalog.contract import RequestStatus
from keydesk.services.catalog.models.requests import ItemState, Request, RequestMessage, Side
from keydesk.services.catalog.requests import repository
from keydesk.services.catalog.requests.rules import UNDECIDED
from keydesk.services.catalog.requests.schemas import (
    Message,
    Outcome,
    Party,
    Progress,
    RequestEvent,
    RequestLicense,
    RequestListed,
    RequestShown,
)

FIRST_LICENSES = 50
NEWEST_MESSAGES = 50

_LOST = N_("%(lost)s of %(total)s licenses were no longer with the account that gave them, and stay there.")
_LEFT_OUT = N_("%(left_out)s of %(total)s licenses could not be moved and were left out.")


def show_list(
    session: Session, account_id: str, status: RequestStatus | None, *, before: str | None, limit: int
) -> tuple[list[RequestListed], str | None]:
    """One page of the requests that concern ``account_id``, and the cursor of the next."""
    rows = repository.find_concerning(session, account_id, status, before=before, limit=limit + 1)
    page, cursor = page_of(rows, limit, lambda row: (row[0].id,))
    asked_of = [request.id for request, concerns in page if viewer_of(request, concerns, account_id)]
    counts = repository.count_items_of_each(session, asked_of, account_id) if asked_of else {}
    items = [_listed(request, concerns, counts.get(request.id, request.total)) for request, concerns in page]
    return items, cursor


def show(session: Session, request: Request, concerns: Side, account_id: str, language: str) -> RequestShown:
    """A request with everything that its page shows to ``account_id``."""
    viewer = viewer_of(request, concerns, account_id)
    states = repository.count_states(session, request.id, viewer)
    listed = _listed(request, concerns, sum(states.values()))
    return RequestShown(
        **dict(listed),
        description=request.description,
        parties=parties(session, request, account_id),
        licenses=licenses(session, request, viewer, of_others=_hides_others(request, concerns)),
        progress=Progress(done=request.done, total=request.total),
        outcome=outcome(states, language),
        events=[
            RequestEvent(
                from_status=event.from_status,
                to_status=event.to_status,
                at=event.at,
                by_name=name or "",
                note=event.note,
            )
            for event, name in repository.events_of(session, request.id, of_support=False)
        ],
        messages=newest_messages(session, request.id, account_id),
        attachments=shown_on(session, request.id, account_id),
        may_withdraw=concerns == "requester" and request.status in UNDECIDED,
        address=creation.show_asked(session, request),
    )


def viewer_of(request: Request, concerns: Side, account_id: str) -> str | None:
    """Whose licenses alone are shown: one of several owners of whom licenses are asked sees their own."""
    return account_id if concerns == "other_side" and request.kind == "license_assignment" else None


def parties(session: Session, request: Request, viewer: str | None) -> list[Party]:
    """Whom the request concerns, as far as ``viewer`` is to know; None knows everything.

    Whoever asks for licenses does not learn so whose they are, and one of several owners sees no other.
    """
    found = [
        party
        for party in repository.parties_of(session, request.id)
        if viewer in (None, party.account_id)
        or party.concerns == "requester"
        or request.kind != "license_assignment"
    ]
    people = repository.names_of(session, [party.account_id for party in found])
    shown = []
    for party in found:
        person = people.get(party.account_id)
        shown.append(
            Party(
                account_id=party.account_id,
                name=person.name if person else "",
                company_name=person.company_name if person else "",
                concerns=party.concerns,
            )
        )
    return shown


def licenses(
    session: Session, request: Request, viewer: str | None, *, of_others: bool
) -> list[RequestLicense]:
    """The first licenses of a request, of those that concern ``viewer``.

    Of licenses ``of_others`` it shows no more than the serial numbers that were entered.
    """
    shown = []
    for item, product_name in repository.items_of(session, request.id, viewer, limit=FIRST_LICENSES):
        hidden = of_others and item.state != "moved"
        shown.append(
            RequestLicense(
                license_id=None if hidden else item.license_id,
                serial_number=item.serial_number,
                product_name="" if hidden else product_name or "",
                state=item.state,
            )
        )
    return shown


def _hides_others(request: Request, concerns: Side) -> bool:
    return concerns == "requester" and request.kind == "license_assignment"


def outcome(states: Mapping[ItemState, int], language: str) -> Outcome:
    """What became of the licenses, by how many are in which state."""
    numbers = {"lost": states.get("lost", 0), "left_out": states.get("left_out", 0)}
    params = {**numbers, "total": sum(states.values())}
    said = [
        Text(words, params).to(language)
        for name, words in (("lost", _LOST), ("left_out", _LEFT_OUT))
        if numbers[name]
    ]
    return Outcome(moved=states.get("moved", 0), said=" ".join(said), **numbers)


def newest_messages(session: Session, request_id: str, account_id: str) -> list[Message]:
    """The newest messages about a request, in the order in which they were written."""
    rows = repository.newest_messages_of(session, request_id, limit=NEWEST_MESSAGES)
    return [message_of(message, name, account_id) for message, name in rows]


def show_messages(
    session: Session, request_id: str, account_id: str, *, after: int | None, limit: int
) -> tuple[list[Message], str | None]:
    """One page of the messages about a request, oldest first, and the cursor of the next."""
    rows: Sequence[tuple[RequestMessage, str | None]] = repository.messages_of(
        session, request_id, after=after, limit=limit + 1
    )
    page = rows[:limit]
    cursor = encode_cursor(page[-1][0].position) if len(rows) > limit else None
    return [message_of(message, name, account_id) for message, name in page], cursor


def message_of(message: RequestMessage, name: str | None, account_id: str) -> Message:
    """A message, as ``account_id`` sees it."""
    return Message(
        id=message.id,
        at=message.at,
        by_name=name or "",
        from_support=message.from_support,
        mine=message.account_id == account_id,
        content=message.content,
    )


def _listed(request: Request, concerns: Side, count: int) -> RequestListed:
    return RequestListed(
        id=request.id,
        kind=request.kind,
        status=request.status,
        title=request.title,
        created_at=request.created_at,
        changed_at=request.changed_at,
        due_at=request.due_at if request.status in UNDECIDED else None,
        license_count=count,
        concerns=concerns,
    )
