"""Requests as support staff see them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import decode_cursor, encode_cursor
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.services.catalog.addresses import creation
from keydesk.services.catalog.attachments.presentation import shown_on
from keydesk.services.catalog.models import Person
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests import presentation, repository, support_queue
from keydesk.services.catalog.requests.items import FINISHED
from keydesk.services.catalog.requests.rules import FINDINGS, UNDECIDED, approval_by, needs_two
from keydesk.services.catalog.requests.schemas import Progress
from keydesk.services.catalog.requests.support_queue import Row, Wanted
from keydesk.services.catalog.requests.support_schemas import (
    FindingShown,
    FirstApproval,
    OfAge,
    OfKind,
    OtherRequests,
    Queued,
    QueueSort,
    QueueSummary,
    Step,
    SupportEvent,
    SupportRequest,
    TimeToDecide,
)

_CURSOR_UNKNOWN = Text(N_("This cursor belongs to another list. Start again from the first page."))


def show_queue(
    session: Session, wanted: Wanted, sort: QueueSort, *, cursor: str | None, limit: int, now: datetime
) -> tuple[list[Queued], str | None]:
    """One page of the queue, and the cursor of the next. Raises `Invalid` for a cursor of another list."""
    rows = support_queue.find_queued(session, wanted, sort, after=_place_of(sort, cursor), limit=limit + 1)
    page = rows[:limit]
    following = None
    if len(rows) > limit:
        last = page[-1][0]
        moment = last.due_at if sort == "deadline" else last.created_at
        following = encode_cursor(sort, moment.isoformat(), last.id)
    return [_queued(row, wanted.account_id, now) for row in page], following


def show(session: Session, request: Request, account_id: str, language: str, now: datetime) -> SupportRequest:
    """A request with everything that support needs to decide it."""
    ids = [id for id in (request.requester_account_id, request.assigned_to, request.first_approved_by) if id]
    people = repository.names_of(session, ids)
    carer = people.get(request.assigned_to or "")
    row = (request, people.get(request.requester_account_id), carer.name if carer else None)
    states = repository.count_states(session, request.id, None)
    parties = presentation.parties(session, request, None)
    unfinished, total = support_queue.count_of_requester(session, request)
    own = account_id in {party.account_id for party in parties}
    return SupportRequest(
        **dict(_queued(row, account_id, now)),
        description=request.description,
        parties=parties,
        licenses=presentation.licenses(session, request, None, of_others=False),
        findings=_findings(request, language),
        events=[
            SupportEvent(
                action=event.action,
                from_status=event.from_status,
                to_status=event.to_status,
                at=event.at,
                by_name=name or "",
                note=event.note,
            )
            for event, name in repository.events_of(session, request.id, of_support=True)
        ],
        messages=presentation.newest_messages(session, request.id, account_id),
        attachments=shown_on(session, request.id, account_id),
        progress=Progress(done=request.done, total=request.total),
        outcome=presentation.outcome(states, language),
        other_requests=OtherRequests(open=unfinished, total=total),
        two_needed=needs_two(request.kind, request.total),
        first_approval=_first_approval(request, people),
        own=own,
        may=[] if own else _steps(request, account_id),
        address=creation.show_to_decide(session, request),
    )


def summarize(session: Session, now: datetime) -> QueueSummary:
    """The queue in figures."""
    ages, overdue = support_queue.count_by_age(session, now)
    kinds = support_queue.count_by_kind(session)
    decided, p50, p90 = support_queue.times_to_decide(session, now)
    return QueueSummary(
        waiting=sum(kinds.values()),
        overdue=overdue,
        by_age=[OfAge(age=age, count=count) for age, count in ages.items()],
        by_kind=[OfKind(kind=kind, count=count) for kind, count in sorted(kinds.items())],
        time_to_decide=TimeToDecide(decided=decided, p50_seconds=p50, p90_seconds=p90),
    )


def _place_of(sort: QueueSort, cursor: str | None) -> tuple[datetime, str] | None:
    position = decode_cursor(cursor, str, str, str)
    if position is None:
        return None
    try:
        moment = datetime.fromisoformat(str(position[1]))
    except ValueError:
        moment = None
    if position[0] != sort or moment is None or moment.tzinfo is None:
        raise Invalid(errors=[FieldError("/cursor", "cursor_unknown", _CURSOR_UNKNOWN)])
    return moment, str(position[2])


def _queued(row: Row, account_id: str, now: datetime) -> Queued:
    request, requester, carer = row
    undecided = request.status in UNDECIDED
    return Queued(
        id=request.id,
        kind=request.kind,
        status=request.status,
        title=request.title,
        requester_name=requester.name if requester else "",
        requester_company=requester.company_name if requester else "",
        created_at=request.created_at,
        changed_at=request.changed_at,
        due_at=request.due_at if undecided else None,
        overdue=undecided and request.due_at < now,
        license_count=request.total,
        assigned_to_name=carer or ("" if request.assigned_to else None),
        mine=request.assigned_to == account_id,
        first_approved=request.first_approved_by is not None,
    )


def _findings(request: Request, language: str) -> list[FindingShown]:
    shown = []
    for finding in request.findings:
        weight, words = FINDINGS[finding["code"]]
        said = Text(words).to(language)
        shown.append(
            FindingShown(code=finding["code"], weight=weight, text=said, licenses=finding["licenses"])
        )
    return shown


def _first_approval(request: Request, people: dict[str, Person]) -> FirstApproval | None:
    if request.first_approved_by is None:
        return None
    person = people.get(request.first_approved_by)
    return FirstApproval(by_name=person.name if person else "", at=request.first_approved_at)


def _steps(request: Request, account_id: str) -> Sequence[Step]:
    """What ``account_id``, whom the request does not concern, can do with it now."""
    steps: list[Step] = []
    if request.status not in FINISHED:
        if request.assigned_to is None:
            steps.append("take")
        steps.append("hand_over")
    if request.assigned_to == account_id:
        steps.append("return")
    if request.status == "pending_approval":
        meaning = approval_by(
            account_id,
            parties=(),
            two_needed=needs_two(request.kind, request.total),
            first_approved_by=request.first_approved_by,
        )
        if meaning != "same_person":
            steps.append("approve")
        steps.append("reject")
    return steps
