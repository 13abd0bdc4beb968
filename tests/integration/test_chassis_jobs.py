"""Queued jobs are done, tried again later, put aside in the end, and never lost."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from celery.exceptions import Reject
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.messaging import parking
from keydesk.chassis.messaging.dead_jobs import park_dead_jobs
from keydesk.chassis.messaging.job_publisher import JobMessage, open_job_publisher
from keydesk.chassis.messaging.jobs import run
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import Job, WorkContext
from tests.depot import DEADLY, POISON, deliver, deliveries
from tests.depot_fixtures import RunDepot
from tests.factories.chassis import DELIVER, Deliver
from tests.tcp_door import door_to
from tests.waiting import until

JOB = Job(DELIVER, deliver)
MORE_THAN_ONE_CALL_TRIES = 6
"""A call to the broker has given up by then; whoever still knocks connects anew."""


def a_job_message(payload: object, *, attempt: int = 1) -> dict[str, Any]:
    """What a worker gets from the broker."""
    return {"id": "job-1", "subject": "parcel", "attempt": attempt, "context": {}, "payload": payload}


def delivered(depot: WorkContext) -> list[int]:
    with depot.transaction() as session:
        found = select(deliveries.c.number).where(deliveries.c.way == "job")
        return sorted(session.scalars(found))


def parked(depot: WorkContext) -> Sequence[Any]:
    with depot.transaction() as session:
        return parking.open_messages(session)


def queue(depot: WorkContext, *numbers: int) -> None:
    with depot.transaction() as session:
        for number in numbers:
            enqueue(session, DELIVER, Deliver(number=number))


def test_a_job_that_fails_is_queued_again_for_later(depot: WorkContext) -> None:
    run(JOB, depot, a_job_message({"number": POISON}, attempt=2))

    assert delivered(depot) == []
    with depot.transaction() as session:
        again = session.execute(select(outbox)).one()
        now = session.scalar(select(func.now()))
    assert (again.id, again.name, again.queue, again.subject) == (
        "job-1",
        DELIVER.name,
        DELIVER.queue,
        "parcel",
    )
    assert again.attempt == 3
    assert again.due_at - again.created_at == 2 * DELIVER.first_delay
    assert again.due_at - now < timedelta(seconds=1)


def test_a_job_that_fails_at_its_last_attempt_is_put_aside(depot: WorkContext) -> None:
    run(JOB, depot, a_job_message({"number": POISON}, attempt=DELIVER.max_attempts))
    (aside,) = parked(depot)
    assert (aside.kind, aside.message_id, aside.body) == ("job", "job-1", '{"number":13}')
    assert "nobody opens the door" in aside.reason


def test_a_job_with_a_payload_that_cannot_be_read_is_put_aside_at_once(depot: WorkContext) -> None:
    run(JOB, depot, a_job_message({"number": "many"}))
    (aside,) = parked(depot)
    assert "PayloadUnreadable" in aside.reason


def test_the_thousandth_attempt_waits_no_longer_than_ten_minutes(depot: WorkContext) -> None:
    tireless = Job(type(DELIVER)(**{**vars(DELIVER), "max_attempts": 10_000}), deliver)
    run(tireless, depot, a_job_message({"number": POISON}, attempt=1_000))
    with depot.transaction() as session:
        again = session.execute(select(outbox)).one()
    assert again.due_at - again.created_at == timedelta(minutes=10)


def test_a_job_goes_back_to_the_broker_when_the_database_stays_away(depot: WorkContext) -> None:
    away = Database("postgresql://postgres@127.0.0.1:9/nowhere")
    without = WorkContext(depot.settings, depot.resources, away)
    with pytest.raises(Reject) as given_back:
        run(JOB, without, a_job_message({"number": 1}), patience=0)
    assert given_back.value.requeue is True


def test_a_worker_does_what_is_queued_and_ends_cleanly(depot: WorkContext, run_depot: RunDepot) -> None:
    run_depot("relay")
    run_depot("worker")
    queue(depot, *range(100, 120))
    until(lambda: len(delivered(depot)) >= 20)
    assert delivered(depot) == list(range(100, 120))


@pytest.mark.usefixtures("relaying")
def test_a_poison_job_is_put_aside_and_the_others_are_done(depot: WorkContext, run_depot: RunDepot) -> None:
    run_depot("worker")
    queue(depot, 1, POISON, 2)
    until(lambda: delivered(depot) == [1, 2] and len(parked(depot)) == 1)
    with depot.transaction() as session:
        attempts = session.scalars(select(outbox.c.attempt).where(outbox.c.body.contains("13")))
        assert sorted(attempts) == [1, 2, 3]


@pytest.mark.usefixtures("relaying")
def test_a_job_whose_worker_was_killed_is_done_by_the_next(depot: WorkContext, run_depot: RunDepot) -> None:
    first = run_depot("worker", job_visibility_seconds="2")
    queue(depot, DEADLY)
    first.wait(30)
    assert delivered(depot) == []
    run_depot("worker", job_visibility_seconds="2")
    until(lambda: delivered(depot) == [DEADLY], seconds=60)


@pytest.mark.usefixtures("relaying")
def test_a_worker_goes_on_after_the_broker_was_lost_in_the_middle_of_a_job(
    depot: WorkContext, run_depot: RunDepot, broker_url: str
) -> None:
    broker = urlsplit(broker_url)
    assert broker.hostname is not None
    assert broker.port is not None
    with door_to(broker.hostname, broker.port) as door:
        through = broker._replace(netloc=broker.netloc.replace(f":{broker.port}", f":{door.port}"))
        run_depot("worker", broker_url=through.geturl())
        with depot.transaction() as session:
            session.execute(text("LOCK TABLE deliveries IN EXCLUSIVE MODE"))
            queue(depot, 1)
            until(lambda: is_somebody_waiting(session))
            door.slam()
        until(lambda: door.turned_away >= MORE_THAN_ONE_CALL_TRIES, seconds=120)
        door.open()
        queue(depot, 2)
        until(lambda: {1, 2} <= set(delivered(depot)), seconds=120)


def is_somebody_waiting(session: Session) -> bool:
    """Whether another session of this database waits for a lock."""
    waiting = text(
        "SELECT count(*) > 0 FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    session.execute(text("SELECT pg_stat_clear_snapshot()"))
    return bool(session.scalar(waiting))


def test_a_job_that_no_worker_knows_is_put_aside(
    depot: WorkContext, run_depot: RunDepot, broker_url: str, broker_names: Names
) -> None:
    stranger = JobMessage("job-9", "depot.fly", DELIVER.queue, b'{"number":1}', 1, {}, "parcel")
    publisher = open_job_publisher(broker_url, broker_names)
    publisher.publish([stranger])
    publisher.close()
    run_depot("worker")

    def put_aside() -> bool:
        park_dead_jobs(depot, broker_url, broker_names, [DELIVER.queue])
        return len(parked(depot)) == 1

    until(put_aside)
    (aside,) = parked(depot)
    assert (aside.name, aside.message_id, aside.body) == ("depot.fly", "job-9", '{"number":1}')
    assert (aside.queue, aside.subject) == (DELIVER.queue, "parcel")
