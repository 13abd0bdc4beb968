"""SQL of support's queue: finding requests whosever they are, and figures about them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, or_, select, tuple_
from sqlalchemy.orm import Session, aliased

from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.catalog.models import Person
from keydesk.services.catalog.models.requests import Request, RequestItem
from keydesk.services.catalog.requests.items import FINISHED
from keydesk.services.catalog.requests.rules import UNDECIDED
from keydesk.services.catalog.requests.support_schemas import Age, Assigned, QueueSort

COUNTED_BACK = timedelta(days=90)

AGES: dict[Age, tuple[timedelta, timedelta]] = {
    "under_4_hours": (timedelta(0), timedelta(hours=4)),
    "under_1_day": (timedelta(hours=4), timedelta(days=1)),
    "under_2_days": (timedelta(days=1), timedelta(days=2)),
    "older": (timedelta(days=2), timedelta(days=36_500)),
}

Row = tuple[Request, Person | None, str | None]
"""A request, its requester, and the name of who takes care of it."""


@dataclass(frozen=True)
class Wanted:
    """Which requests are looked for; what is None does not narrow."""

    status: RequestStatus | None = None
    kind: RequestKind | None = None
    assigned: Assigned | None = None
    account_id: str = ""
    """Whose ``assigned`` is ``me``."""
    words: tuple[str, ...] = ()
    """Each is a part of the title or of the requester's name, login ID or company, or a serial number."""
    due_before: datetime | None = None
    """Only those that are still to be decided, and by then."""


def find_queued(
    session: Session, wanted: Wanted, sort: QueueSort, *, after: tuple[datetime, str] | None, limit: int
) -> Sequence[Row]:
    """The next ``limit`` requests in the order of ``sort``."""
    requester, carer = aliased(Person), aliased(Person)
    place = Request.due_at if sort == "deadline" else Request.created_at
    backwards = sort == "-age"
    order = [each.desc() if backwards else each.asc() for each in (place, Request.id)]
    found = (
        select(Request, requester, carer.name)
        .outerjoin(requester, requester.account_id == Request.requester_account_id)
        .outerjoin(carer, carer.account_id == Request.assigned_to)
        .where(*_narrowing(wanted, requester))
        .order_by(*order)
        .limit(limit)
    )
    if after is not None:
        here = tuple_(place, Request.id)
        found = found.where(here < after if backwards else here > after)
    return [(request, person, name) for request, person, name in session.execute(found)]


def _narrowing(wanted: Wanted, requester: type[Person]) -> list[ColumnElement[bool]]:
    narrowing: list[ColumnElement[bool]] = []
    if wanted.status is not None:
        narrowing.append(Request.status == wanted.status)
    if wanted.kind is not None:
        narrowing.append(Request.kind == wanted.kind)
    if wanted.assigned == "me":
        narrowing.append(Request.assigned_to == wanted.account_id)
    elif wanted.assigned is not None:
        somebody = Request.assigned_to.is_not(None)
        narrowing.append(somebody if wanted.assigned == "any" else ~somebody)
    if wanted.due_before is not None:
        narrowing += [Request.status.in_(UNDECIDED), Request.due_at < wanted.due_before]
    for word in wanted.words:
        texts = (Request.title, requester.name, requester.login_id, requester.company_name)
        serial = exists().where(
            RequestItem.request_id == Request.id, func.lower(RequestItem.serial_number) == word.lower()
        )
        narrowing.append(or_(serial, *(text.icontains(word, autoescape=True) for text in texts)))
    return narrowing


def count_of_requester(session: Session, request: Request) -> tuple[int, int]:
    """How many other requests its requester made: those that are not finished, and all."""
    counted = select(func.count().filter(Request.status.not_in(FINISHED)), func.count()).where(
        Request.requester_account_id == request.requester_account_id, Request.id != request.id
    )
    unfinished, total = session.execute(counted).one()
    return unfinished, total


def count_by_age(session: Session, now: datetime) -> tuple[dict[Age, int], int]:
    """How many wait for a decision, by their age; and how many of them are overdue."""
    ages = [
        func.count().filter(Request.created_at <= now - least, Request.created_at > now - most)
        for least, most in AGES.values()
    ]
    counted = select(*ages, func.count().filter(Request.due_at < now)).where(
        Request.status == "pending_approval"
    )
    *found, overdue = session.execute(counted).one()
    return dict(zip(AGES, found, strict=True)), overdue


def count_by_kind(session: Session) -> dict[RequestKind, int]:
    """How many of each kind wait for a decision."""
    counted = select(Request.kind, func.count()).where(Request.status == "pending_approval")
    return dict(iter(session.execute(counted.group_by(Request.kind))))


def count_waiting(session: Session, now: datetime) -> tuple[int, int]:
    """How many wait for a decision, and how many of them are overdue."""
    counted = select(func.count(), func.count().filter(Request.due_at < now)).where(
        Request.status == "pending_approval"
    )
    waiting, overdue = session.execute(counted).one()
    return waiting, overdue


def times_to_decide(session: Session, now: datetime) -> tuple[int, float | None, float | None]:
    """How many were decided lately, and the median and ninth decile of the seconds that it took."""
    took = func.extract("epoch", Request.decided_at - Request.created_at)
    counted = select(
        func.count(),
        func.percentile_cont(0.5).within_group(took),
        func.percentile_cont(0.9).within_group(took),
    ).where(Request.decided_at > now - COUNTED_BACK)
    decided, p50, p90 = session.execute(counted).one()
    return decided, p50, p90
