"""SQL of the licenses that a request is about: verifying them, and giving them another owner."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, exists, func, select, text, update
from sqlalchemy.orm import Session, aliased

from keydesk.services.catalog.contract import RequestStatus
from keydesk.services.catalog.models import CustomerNumber, License, Person
from keydesk.services.catalog.models.requests import ItemState, Request, RequestItem

FINISHED: tuple[RequestStatus, ...] = ("completed", "rejected", "failed", "withdrawn")


def resolve_serial_numbers(session: Session, request_id: str) -> None:
    """Find the registered license of each serial number that was entered, and whose it is."""
    session.execute(
        text(
            "UPDATE request_items i SET license_id = found.id, from_account_id = found.owner_account_id"
            " FROM ("
            "    SELECT DISTINCT ON (l.serial_number) l.serial_number, l.id, l.owner_account_id"
            "    FROM licenses l JOIN request_items entered ON entered.serial_number = l.serial_number"
            "    WHERE entered.request_id = :request_id AND l.owner_account_id IS NOT NULL"
            "    ORDER BY l.serial_number, l.id) found"
            " WHERE i.request_id = :request_id AND i.serial_number = found.serial_number"
        ),
        {"request_id": request_id},
    )


def leave_out_unknown(session: Session, request_id: str) -> int:
    """Leave out the serial numbers that no registered license has; how many."""
    return _judge(session, request_id, "left_out", "serial_number_unknown", RequestItem.license_id.is_(None))


def leave_out_owned_by(session: Session, request_id: str, account_id: str) -> int:
    """Leave out what ``account_id`` owns already; how many."""
    owned = RequestItem.from_account_id == account_id
    return _judge(session, request_id, "left_out", "already_owned", owned)


def leave_out_gone(session: Session, request_id: str) -> int:
    """Leave out what the account that gives it no longer owns; how many."""
    still = exists().where(
        License.id == RequestItem.license_id, License.owner_account_id == RequestItem.from_account_id
    )
    return _judge(session, request_id, "left_out", "no_longer_owned", ~still)


def mark_ready(session: Session, request_id: str) -> int:
    """What was not left out can be moved; how many."""
    return _judge(session, request_id, "ready", "", RequestItem.license_id.is_not(None))


def _judge(session: Session, request_id: str, state: ItemState, why: str, which: ColumnElement[bool]) -> int:
    judged = session.execute(
        update(RequestItem)
        .where(RequestItem.request_id == request_id, RequestItem.state == "entered", which)
        .values(state=state, why=why)
        .returning(RequestItem.position)
        .execution_options(synchronize_session=False)
    )
    return len(judged.all())


def count_connected(session: Session, request: Request, company_name: str) -> tuple[int, int, int]:
    """Of what can be moved: owned in this company; with a customer number of the requester's; neither."""
    owner = aliased(Person)
    company = (func.lower(owner.company_name) == company_name.strip().lower()) & (owner.company_name != "")
    known = exists().where(
        CustomerNumber.account_id == request.requester_account_id,
        CustomerNumber.customer_number == License.customer_number,
    )
    of_company = func.coalesce(company, False)
    counted = (
        select(
            func.count().filter(of_company),
            func.count().filter(known),
            func.count().filter(~of_company, ~known),
        )
        .select_from(RequestItem)
        .join(License, License.id == RequestItem.license_id)
        .outerjoin(owner, owner.account_id == RequestItem.from_account_id)
        .where(RequestItem.request_id == request.id, RequestItem.state == "ready")
    )
    same, numbered, neither = session.execute(counted).one()
    return same, numbered, neither


def count_in_other_requests(session: Session, request_id: str) -> int:
    """Of what can be moved: how many are also in another request that is not finished."""
    other = aliased(RequestItem)
    elsewhere = (
        exists()
        .where(other.license_id == RequestItem.license_id, other.request_id != request_id)
        .where(other.state.in_(("entered", "ready")))
        .where(Request.id == other.request_id, Request.status.not_in(FINISHED))
    )
    counted = select(func.count()).where(
        RequestItem.request_id == request_id, RequestItem.state == "ready", elsewhere
    )
    return session.scalars(counted).one()


def add_owners_as_parties(session: Session, request_id: str) -> None:
    """Let the request concern everybody whose licenses it can move."""
    session.execute(
        text(
            "INSERT INTO request_parties (account_id, request_id, concerns)"
            " SELECT DISTINCT from_account_id, request_id, 'other_side' FROM request_items"
            " WHERE request_id = :request_id AND state = 'ready' ON CONFLICT DO NOTHING"
        ),
        {"request_id": request_id},
    )


def next_ready(session: Session, request_id: str, limit: int) -> Sequence[RequestItem]:
    """The next licenses to move, in the order in which everybody locks licenses."""
    return session.scalars(
        select(RequestItem)
        .where(RequestItem.request_id == request_id, RequestItem.state == "ready")
        .order_by(RequestItem.license_id)
        .limit(limit)
    ).all()


def lock_owners(session: Session, license_ids: Sequence[str]) -> dict[str, str | None]:
    """Who owns each license, and nobody else changes that until this transaction ends.

    Rows that refer to these licenses can still be added, so that nobody who adds some waits, or we for them.
    """
    found = (
        select(License.id, License.owner_account_id)
        .where(License.id.in_(license_ids))
        .order_by(License.id)
        .with_for_update(key_share=True)
    )
    return dict(iter(session.execute(found)))


def give(session: Session, license_ids: Collection[str], to_account_id: str) -> None:
    """Let ``to_account_id`` own these licenses."""
    session.execute(
        update(License)
        .where(License.id.in_(license_ids))
        .values(owner_account_id=to_account_id)
        .execution_options(synchronize_session=False)
    )


def set_states(session: Session, request_id: str, states: Mapping[ItemState, Collection[str]]) -> None:
    """Write down what became of these licenses."""
    for state, license_ids in states.items():
        if license_ids:
            session.execute(
                update(RequestItem)
                .where(RequestItem.request_id == request_id, RequestItem.license_id.in_(license_ids))
                .values(state=state)
                .execution_options(synchronize_session=False)
            )


def take_overdue(
    session: Session, now: datetime, *, first: timedelta, longest: timedelta, limit: int
) -> list[tuple[str, RequestStatus]]:
    """Requests whose job seems lost, with their states; counted as queued again.

    Each time that one was queued doubles the patience with it, from ``first`` up to ``longest``.
    """
    rows = session.execute(
        text(
            "WITH overdue AS ("
            "    SELECT id FROM requests r"
            "    WHERE status IN ('submitted', 'verifying', 'approved', 'executing')"
            "    AND queued_at < :now - least(:first * power(2, least(times_queued, 16) - 1), :longest)"
            "    AND NOT EXISTS (SELECT FROM outbox o"
            "        WHERE o.published_at IS NULL AND o.kind = 'job' AND o.subject = r.id)"
            "    ORDER BY queued_at LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE requests r SET queued_at = :now, times_queued = times_queued + 1"
            " FROM overdue WHERE r.id = overdue.id RETURNING r.id, r.status"
        ),
        {"now": now, "first": first, "longest": longest, "limit": limit},
    )
    return [(row.id, row.status) for row in rows]
