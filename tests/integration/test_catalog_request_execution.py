"""Verifying and executing requests: what is found, crashes between any two steps, lost jobs, and races."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.contract import RequestChanged
from keydesk.services.catalog.models import CustomerNumber, HistoryEntry, License
from keydesk.services.catalog.models.requests import Request, RequestEvent, RequestItem
from keydesk.services.catalog.requests import execution, repository, verification
from keydesk.services.catalog.requests.changes import change
from keydesk.services.catalog.requests.jobs import JOBS, SWEEPS, requeue_overdue
from keydesk.services.catalog.requests.presentation import show
from keydesk.services.catalog.requests.schemas import NewRequest
from keydesk.services.catalog.requests.work import EXECUTE_REQUEST, VERIFY_REQUEST, RequestWork
from tests.conftest import SettingsOf, work_context
from tests.databases import TestDatabases
from tests.factories.requests import (
    NOW,
    a_transfer,
    an_assignment,
    later,
    made,
    owned,
    owners,
    somebody,
)

pytestmark = pytest.mark.feature("G25")

ANNA = new_id("acc")
CARLA = new_id("acc")
DORA = new_id("acc")
SAM = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla", company_name="Nordic Tools")
            somebody(session, DORA, "dora", company_name="LINDQVIST instruments")
            somebody(session, SAM, "sam", roles=["support"])
        yield database


class Crash(Exception):
    """The process died here."""


def crash_at(step: Any, nth: int = 1) -> Callable[[Any], None]:
    met = 0

    def die(reached: Any) -> None:
        nonlocal met
        met += reached is step
        if reached is step and met == nth:
            raise Crash

    return die


def verify(database: Database, request_id: str) -> None:
    verification.verify(database, request_id, later())


def approve(database: Database, request_id: str) -> None:
    with database.transaction() as session:
        request = repository.lock(session, request_id)
        assert request is not None
        change(session, request, "approved", now=NOW, by=SAM)


def approved(database: Database, account_id: str, asked: NewRequest) -> str:
    request_id = made(database, account_id, asked)
    verify(database, request_id)
    approve(database, request_id)
    return request_id


def execute(database: Database, request_id: str, **given: Any) -> None:
    execution.execute(database, request_id, later(), **given)


def license_ids(database: Database, account_id: str, count: int, **fields: Any) -> list[str]:
    with database.transaction() as session:
        return owned(session, account_id, count, **fields)


def request_of(database: Database, request_id: str) -> Request:
    with database.reading() as session:
        return session.get_one(Request, request_id)


def findings(database: Database, request_id: str) -> dict[str, int]:
    return {each["code"]: each["licenses"] for each in request_of(database, request_id).findings}


def said(database: Database, request_id: str, account_id: str = ANNA) -> str:
    with database.reading() as session:
        request = session.get_one(Request, request_id)
        return show(session, request, "requester", account_id, "en").outcome.said


def states(database: Database, request_id: str) -> list[str]:
    with database.reading() as session:
        found = select(RequestItem.state).where(RequestItem.request_id == request_id)
        return list(session.scalars(found.order_by(RequestItem.position)))


def went_through(database: Database, request_id: str) -> list[str]:
    with database.reading() as session:
        found = select(RequestEvent.to_status).where(RequestEvent.request_id == request_id)
        return list(session.scalars(found.order_by(RequestEvent.position)))


def told(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        found = select(outbox.c.body).where(outbox.c.name == RequestChanged.TYPE)
        facts = [
            RequestChanged.model_validate_json(body)
            for body in session.scalars(found.order_by(outbox.c.position))
        ]
    return [(fact.account_id, fact.status) for fact in facts]


def test_a_question_needs_no_check(database: Database) -> None:
    question = NewRequest(kind="general", title="A question", description="Which?")
    request_id = approved(database, ANNA, question)
    execute(database, request_id)
    assert request_of(database, request_id).status == "completed"


def test_a_transfer_is_checked_moved_and_told_of(database: Database) -> None:
    licenses = license_ids(database, ANNA, 3)
    request_id = made(database, ANNA, a_transfer(licenses))
    verify(database, request_id)
    assert findings(database, request_id) == {"owner_confirmed": 3, "other_company": 3}
    assert set(owners(database).values()) == {ANNA}
    approve(database, request_id)
    execute(database, request_id)
    assert set(owners(database).values()) == {CARLA}
    request = request_of(database, request_id)
    assert (request.status, request.done, request.total) == ("completed", 3, 3)
    assert said(database, request_id) == ""
    path = ["submitted", "verifying", "pending_approval", "approved", "executing", "completed"]
    assert went_through(database, request_id) == path
    assert sorted(told(database)) == sorted((who, status) for status in path for who in (ANNA, CARLA))


def test_the_history_of_each_license_names_both_owners(database: Database) -> None:
    licenses = license_ids(database, ANNA, 2)
    execute(database, approved(database, ANNA, a_transfer(licenses)))
    with database.reading() as session:
        lines = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "transferred")).all()
    assert sorted(line.license_id for line in lines) == sorted(licenses)
    assert {(line.account_id, line.through) for line in lines} == {(ANNA, "")}
    assert all(line.details == {"owner": ["Anna Berg", "Carla Berg"]} for line in lines)


def test_an_assignment_says_what_connects_the_licenses_to_the_requester(database: Database) -> None:
    license_ids(database, DORA, 1, first=1, customer_number="C-1")
    license_ids(database, CARLA, 1, first=2, customer_number="C-2")
    license_ids(database, CARLA, 1, first=3, customer_number="C-3")
    license_ids(database, ANNA, 1, first=4)
    with database.transaction() as session:
        session.add(
            CustomerNumber(
                account_id=ANNA,
                customer_number="C-2",
                customer_name="Lindqvist",
                order_number="SO-1",
                comment="",
                added_at=NOW,
            )
        )
    numbers = [f"A{number:010}" for number in range(1, 6)]
    request_id = made(database, ANNA, an_assignment(numbers))
    verify(database, request_id)
    assert findings(database, request_id) == {
        "serial_number_unknown": 1,
        "already_owned": 1,
        "same_company": 1,
        "customer_number_known": 1,
        "no_connection": 1,
    }
    assert states(database, request_id) == ["ready", "ready", "ready", "left_out", "left_out"]
    assert (ANNA, "pending_approval") in told(database)
    assert {(CARLA, "pending_approval"), (DORA, "pending_approval")} < set(told(database))
    approve(database, request_id)
    execute(database, request_id)
    assert set(owners(database).values()) == {ANNA}
    assert said(database, request_id) == "2 of 5 licenses could not be moved and were left out."


def test_whoever_asks_for_licenses_learns_nothing_of_them_before(database: Database) -> None:
    license_ids(database, CARLA, 1)
    request_id = made(database, ANNA, an_assignment(["A0000000001"]))
    verify(database, request_id)

    def seen_by(account_id: str) -> Any:
        with database.reading() as session:
            side = repository.concern(session, request_id, account_id)
            assert side is not None
            return show(session, session.get_one(Request, request_id), side, account_id, "en")

    mine, theirs = seen_by(ANNA), seen_by(CARLA)
    assert ([party.account_id for party in mine.parties], mine.licenses[0].product_name) == ([ANNA], "")
    assert [party.account_id for party in theirs.parties] == [ANNA, CARLA]
    assert theirs.licenses[0].product_name == "Harbour Ledger"


def test_an_owner_of_some_of_the_licenses_sees_only_those(database: Database) -> None:
    license_ids(database, CARLA, 1, first=1)
    license_ids(database, DORA, 2, first=2)
    request_id = made(database, ANNA, an_assignment([f"A{number:010}" for number in (1, 2, 3)]))
    verify(database, request_id)
    with database.reading() as session:
        shown = show(session, session.get_one(Request, request_id), "other_side", CARLA, "en")
    assert [license.serial_number for license in shown.licenses] == ["A0000000001"]
    assert shown.license_count == 1
    assert {party.account_id for party in shown.parties} == {ANNA, CARLA}


def test_a_request_with_nothing_to_move_fails(database: Database) -> None:
    request_id = made(database, ANNA, an_assignment(["Z1", "Z2"]))
    verify(database, request_id)
    assert request_of(database, request_id).status == "failed"
    assert said(database, request_id) == "2 of 2 licenses could not be moved and were left out."


def test_what_was_given_away_meanwhile_is_left_out(database: Database) -> None:
    licenses = license_ids(database, ANNA, 2)
    request_id = made(database, ANNA, a_transfer(licenses))
    give_away(database, licenses[:1])
    verify(database, request_id)
    assert findings(database, request_id)["no_longer_owned"] == 1
    assert states(database, request_id) == ["left_out", "ready"]


def give_away(database: Database, licenses: list[str]) -> None:
    with database.transaction() as session:
        session.execute(update(License).where(License.id.in_(licenses)).values(owner_account_id=DORA))


def test_a_license_in_two_requests_is_told_in_both(database: Database) -> None:
    licenses = license_ids(database, ANNA, 2)
    first, second = (made(database, ANNA, a_transfer(some)) for some in (licenses, licenses[:1]))
    for request_id in (first, second):
        verify(database, request_id)
    assert findings(database, first)["in_other_requests"] == 1
    assert findings(database, second)["in_other_requests"] == 1


def test_a_receiver_who_was_locked_meanwhile_is_told_to_support(database: Database) -> None:
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 1)))
    with database.transaction() as session:
        somebody(session, CARLA, "carla", revision=2, status="locked")
    verify(database, request_id)
    assert findings(database, request_id)["receiver_not_active"] == 1


def test_many_licenses_are_found_to_need_two_people(database: Database) -> None:
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 101)))
    verify(database, request_id)
    assert findings(database, request_id)["high_value"] == 101


def test_a_request_completes_with_what_could_be_moved_and_says_so(database: Database) -> None:
    licenses = license_ids(database, ANNA, 5)
    request_id = approved(database, ANNA, a_transfer(licenses))
    give_away(database, licenses[:2])
    execute(database, request_id)
    assert request_of(database, request_id).status == "completed"
    expected = "2 of 5 licenses were no longer with the account that gave them, and stay there."
    assert said(database, request_id) == expected
    assert sorted(filter(None, owners(database).values())) == sorted([DORA] * 2 + [CARLA] * 3)


def assert_ended_once(database: Database, request_id: str, licenses: list[str]) -> None:
    request = request_of(database, request_id)
    assert (request.status, request.done, request.total) == ("completed", len(licenses), len(licenses))
    assert set(owners(database).values()) == {CARLA}
    with database.reading() as session:
        lines = session.scalars(
            select(HistoryEntry.license_id).where(HistoryEntry.action == "transferred")
        ).all()
    assert sorted(lines) == sorted(licenses)
    assert went_through(database, request_id).count("completed") == 1


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize("step", list(execution.Step))
def test_an_execution_that_crashes_anywhere_is_ended_by_the_next(
    step: execution.Step, nth: int, database: Database
) -> None:
    licenses = license_ids(database, ANNA, 5)
    request_id = approved(database, ANNA, a_transfer(licenses))
    try:
        execute(database, request_id, at_step=crash_at(step, nth), batch_size=2)
    except Crash:
        assert_nothing_in_between(database, request_id)
    execute(database, request_id, batch_size=2)
    assert_ended_once(database, request_id, licenses)


def assert_nothing_in_between(database: Database, request_id: str) -> None:
    """Each license is where its line in the request and its history say."""
    with database.reading() as session:
        moved = session.scalars(
            select(RequestItem.license_id).where(
                RequestItem.request_id == request_id, RequestItem.state == "moved"
            )
        ).all()
        lines = session.scalars(
            select(HistoryEntry.license_id).where(HistoryEntry.action == "transferred")
        ).all()
    theirs = [id for id, owner in owners(database).items() if owner == CARLA]
    assert sorted(filter(None, moved)) == sorted(lines) == sorted(theirs)
    assert request_of(database, request_id).done == len(theirs)


@pytest.mark.parametrize("step", list(verification.Step))
def test_a_verification_that_crashes_anywhere_is_ended_by_the_next(
    step: verification.Step, database: Database
) -> None:
    license_ids(database, CARLA, 2)
    request_id = made(database, ANNA, an_assignment(["A0000000001", "A0000000002", "Z1"]))
    with pytest.raises(Crash):
        verification.verify(database, request_id, later(), crash_at(step))
    verify(database, request_id)
    assert went_through(database, request_id) == ["submitted", "verifying", "pending_approval"]
    assert states(database, request_id) == ["ready", "ready", "left_out"]
    assert told(database).count((CARLA, "pending_approval")) == 1


def test_a_job_that_comes_many_times_at_once_moves_once(database: Database) -> None:
    licenses = license_ids(database, ANNA, 9)
    request_id = approved(database, ANNA, a_transfer(licenses))
    with ThreadPoolExecutor(4) as pool:
        jobs = [pool.submit(execute, database, request_id, batch_size=2) for _ in range(8)]
        for job in jobs:
            job.result()
    assert_ended_once(database, request_id, licenses)


def test_of_fifty_transfers_of_one_license_at_once_one_moves_it(database: Database) -> None:
    licenses = license_ids(database, ANNA, 1)
    people = [new_id("acc") for _ in range(50)]
    with database.transaction() as session:
        for number, account_id in enumerate(people):
            somebody(session, account_id, f"person-{number}")
    requests = [
        approved(database, ANNA, a_transfer(licenses, to_login_id=f"person-{number}")) for number in range(50)
    ]
    with ThreadPoolExecutor(10) as pool:
        for job in [pool.submit(execute, database, request_id) for request_id in requests]:
            job.result()
    with database.reading() as session:
        ended = dict(iter(session.execute(select(Request.id, Request.status))))
        transfers = session.scalars(select(func.count()).where(HistoryEntry.action == "transferred")).one()
    won = [id for id in requests if ended[id] == "completed"]
    assert (len(won), transfers) == (1, 1)
    assert owners(database)[licenses[0]] == people[requests.index(won[0])]
    lost = {said(database, id) for id in requests if ended[id] == "failed"}
    assert lost == {"1 of 1 licenses were no longer with the account that gave them, and stay there."}
    assert list(ended.values()).count("failed") == 49


def jobs_waiting(database: Database) -> list[str]:
    with database.reading() as session:
        found = select(outbox.c.name).where(outbox.c.kind == "job", outbox.c.published_at.is_(None))
        return list(session.scalars(found.order_by(outbox.c.position)))


def lose_jobs(database: Database) -> None:
    with database.transaction() as session:
        session.execute(update(outbox).values(published_at=NOW))


def sweep(database: Database, seconds: int) -> None:
    with database.transaction() as session:
        requeue_overdue(session, NOW + timedelta(seconds=seconds))


def test_a_request_whose_job_was_lost_is_queued_again_with_growing_patience(database: Database) -> None:
    made(database, ANNA, NewRequest(kind="general", title="A question", description="Which?"))
    sweep(database, 60)
    assert jobs_waiting(database) == [VERIFY_REQUEST.name]
    lose_jobs(database)
    sweep(database, 20)
    assert jobs_waiting(database) == []
    sweep(database, 60)
    assert jobs_waiting(database) == [VERIFY_REQUEST.name]
    lose_jobs(database)
    sweep(database, 100)
    assert jobs_waiting(database) == []
    sweep(database, 130)
    assert jobs_waiting(database) == [VERIFY_REQUEST.name]


@pytest.mark.parametrize("step", [execution.Step.STARTED, execution.Step.BATCH_COMMITTED])
def test_a_request_stuck_in_its_execution_is_queued_again(step: execution.Step, database: Database) -> None:
    request_id = approved(database, ANNA, a_transfer(license_ids(database, ANNA, 2)))
    with pytest.raises(Crash):
        execute(database, request_id, at_step=crash_at(step), batch_size=1)
    lose_jobs(database)
    sweep(database, 600)
    assert jobs_waiting(database) == [EXECUTE_REQUEST.name]


def test_what_waits_for_a_person_is_not_queued(database: Database) -> None:
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 1)))
    verify(database, request_id)
    lose_jobs(database)
    sweep(database, 86_400)
    assert jobs_waiting(database) == []


def test_the_worker_does_both_jobs_and_the_sweep(database: Database, settings_of: SettingsOf) -> None:
    context = work_context(settings_of("catalog"), database)
    request_id = made(database, ANNA, a_transfer(license_ids(database, ANNA, 1)))
    run = {job.type.name: job.run for job in JOBS}
    run[VERIFY_REQUEST.name](context, RequestWork(request_id=request_id))
    approve(database, request_id)
    run[EXECUTE_REQUEST.name](context, RequestWork(request_id=request_id))
    assert request_of(database, request_id).status == "completed"
    with database.transaction() as session:
        session.execute(text("UPDATE requests SET queued_at = now() - interval '1 day'"))
    SWEEPS[0].run(context)


def test_jobs_of_requests_that_are_not_there_do_nothing(database: Database) -> None:
    verify(database, new_id("req"))
    execute(database, new_id("req"))
