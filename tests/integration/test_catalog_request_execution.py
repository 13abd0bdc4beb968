"""Executing requests: crashes between any two steps, jobs that come twice or never, and races."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import func, select, text, update

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.models import HistoryEntry
from keydesk.services.catalog.models.requests import Request, RequestItem
from keydesk.services.catalog.requests import execution, repository
from keydesk.services.catalog.requests.changes import change
from keydesk.services.catalog.requests.jobs import JOBS, SWEEPS, requeue_overdue
from keydesk.services.catalog.requests.schemas import NewRequest
from keydesk.services.catalog.requests.work import EXECUTE_REQUEST, VERIFY_REQUEST, RequestWork
from tests.conftest import SettingsOf, work_context
from tests.databases import TestDatabases
from tests.factories.request_work import (
    ANNA,
    CARLA,
    DORA,
    Crash,
    crash_at,
    findings,
    give_away,
    license_ids,
    opened,
    request_of,
    said,
    told,
    verify,
    went_through,
)
from tests.factories.requests import (
    NOW,
    a_transfer,
    an_assignment,
    later,
    made,
    owners,
    somebody,
)

pytestmark = pytest.mark.feature("G25")

SAM = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with opened(databases) as database:
        with database.transaction() as session:
            somebody(session, SAM, "sam", roles=["support"])
        yield database


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


def test_an_assignment_moves_the_licenses_of_every_owner(database: Database) -> None:
    license_ids(database, CARLA, 2, first=1)
    license_ids(database, DORA, 1, first=3)
    execute(database, approved(database, ANNA, an_assignment(["A0000000001", "A0000000003"])))
    assert sorted(filter(None, owners(database).values())) == sorted([ANNA, ANNA, CARLA])
    with database.reading() as session:
        lines = session.scalars(select(HistoryEntry).where(HistoryEntry.action == "transferred"))
        assert {line.details["owner"][0] for line in lines} == {"Carla Berg", "Dora Berg"}


def test_a_request_completes_with_what_could_be_moved_and_says_so(database: Database) -> None:
    licenses = license_ids(database, ANNA, 5)
    request_id = approved(database, ANNA, a_transfer(licenses))
    give_away(database, licenses[:2], DORA)
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


def test_a_request_is_made_while_another_moves_the_same_licenses(database: Database) -> None:
    licenses = license_ids(database, ANNA, 2)
    request_id = approved(database, ANNA, a_transfer(licenses))
    others: list[str] = []

    def ask_as_well(reached: execution.Step) -> None:
        if reached is execution.Step.RECORDED:
            others.append(made(database, ANNA, a_transfer(licenses[::-1])))

    execute(database, request_id, at_step=ask_as_well)
    verify(database, others[0])
    assert request_of(database, others[0]).status == "failed"


def test_jobs_of_requests_that_are_not_there_do_nothing(database: Database) -> None:
    verify(database, new_id("req"))
    execute(database, new_id("req"))
