"""Approving many requests at once, each for itself: one that cannot be does not hold up the others."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.services.catalog.models.requests import Request
from keydesk.services.catalog.requests import repository, support_service
from keydesk.services.catalog.requests.bulk_schemas import BulkOutcome, Decided, DecidedTogether
from keydesk.services.catalog.requests.problems import AnotherPersonNeeded, OwnRequest, RequestElsewhere
from keydesk.services.catalog.requests.rules import FINDINGS

_TEXTS: Mapping[BulkOutcome, str] = {
    "approved": N_("Approved, and carried out now."),
    "would_be_approved": N_("Will be approved."),
    "first_of_two": N_("Your approval is kept. A second person has to approve as well."),
    "would_be_first_of_two": N_("Your approval will be kept. A second person has to approve as well."),
    "you_approved_first": N_("You have approved it already. A second person has to approve as well."),
    "not_yours_to_decide": N_("It concerns your own account. Leave it to a colleague."),
    "taken_by_another": N_("%(name)s takes care of it. It is left alone."),
    "not_pending": N_("It does not wait for a decision any more, or not yet. It is left alone."),
    "not_found": N_("There is no such request."),
}

GOES_AHEAD: frozenset[BulkOutcome] = frozenset(
    {"approved", "would_be_approved", "first_of_two", "would_be_first_of_two"}
)
_ONLY_SEEN: Mapping[BulkOutcome, BulkOutcome] = {
    "approved": "would_be_approved",
    "first_of_two": "would_be_first_of_two",
}


def approve_all(
    session: Session,
    account_id: str,
    request_ids: Sequence[str],
    note: str,
    now: datetime,
    *,
    dry_run: bool,
    language: str,
) -> DecidedTogether:
    """Approve each of these requests that ``account_id`` can approve, and say of each what came of it.

    A ``dry_run`` does the very same and undoes it, so it tells what would be and not what was thought of.
    What a colleague takes care of is left alone, though it could be approved by itself.
    """
    wanted = list(dict.fromkeys(request_ids))
    # All of them first and in one order: whoever decides one, or others together, waits before the audit
    # trail is taken, or two could wait for each other.
    locked = {id: repository.lock(session, id) for id in sorted(wanted)}
    outcomes: dict[str, BulkOutcome] = {}
    for request_id, request in locked.items():
        outcomes[request_id] = _outcome(session, account_id, request, note, now, dry_run=dry_run)
    found = {id: request for id, request in locked.items() if request is not None}
    items = [_decided(session, id, found.get(id), outcomes[id], language) for id in wanted]
    return DecidedTogether(
        dry_run=dry_run,
        count=sum(outcome in GOES_AHEAD for outcome in outcomes.values()),
        items=items,
    )


def _outcome(
    session: Session, account_id: str, request: Request | None, note: str, now: datetime, *, dry_run: bool
) -> BulkOutcome:
    if request is None:
        return "not_found"
    own = repository.concern(session, request.id, account_id) is not None
    others = request.assigned_to not in (None, account_id)
    if request.status == "pending_approval" and others and not own:
        return "taken_by_another"
    step = session.begin_nested()
    try:
        approved = support_service.approve(session, account_id, request.id, note, now)
        outcome: BulkOutcome = "approved" if approved.status == "approved" else "first_of_two"
    except OwnRequest:
        outcome = "not_yours_to_decide"
    except RequestElsewhere:
        outcome = "not_pending"
    except AnotherPersonNeeded:
        outcome = "you_approved_first"
    if outcome in GOES_AHEAD and not dry_run:
        step.commit()
        return outcome
    step.rollback()
    return _ONLY_SEEN.get(outcome, outcome)


def _decided(
    session: Session, request_id: str, request: Request | None, outcome: BulkOutcome, language: str
) -> Decided:
    if request is None:
        return Decided(request_id=request_id, outcome=outcome, text=Text(_TEXTS[outcome]).to(language))
    ids = [id for id in (request.requester_account_id, request.assigned_to) if id]
    people = repository.names_of(session, ids)
    requester, carer = people.get(request.requester_account_id), people.get(request.assigned_to or "")
    name = carer.name if carer else request.assigned_to or ""
    return Decided(
        request_id=request_id,
        title=request.title,
        kind=request.kind,
        requester_name=requester.name if requester else "",
        license_count=request.total,
        outcome=outcome,
        text=Text(_TEXTS[outcome], {"name": name}).to(language),
        warnings=_warnings(request, language),
    )


def _warnings(request: Request, language: str) -> list[str]:
    found = [FINDINGS[finding["code"]] for finding in request.findings]
    return [Text(words).to(language) for weight, words in found if weight == "bad"]
