"""Work by the clock: done by one process at a time, and a sweep that fails stops no other."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import func, insert, select, text

from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.messaging.sweeper import run_sweeps
from keydesk.chassis.messaging.tables import idempotency_keys, inbox, outbox
from keydesk.chassis.messaging.upkeep import forget_the_past
from keydesk.chassis.messaging.work import Sweep, WorkContext
from tests.factories.chassis import DELIVER, Deliver
from tests.waiting import until

OFTEN = timedelta(milliseconds=1)


@contextmanager
def sweeping(depot: WorkContext, *sweeps: Sweep) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=run_sweeps, args=[sweeps, depot, stop])
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=30)


def counting(counted: list[str], name: str) -> Callable[[WorkContext], None]:
    return lambda _context: counted.append(name)


def test_a_sweep_runs_again_and_again(depot: WorkContext) -> None:
    counted: list[str] = []
    with sweeping(depot, Sweep("depot.count", OFTEN, counting(counted, "one"))):
        until(lambda: len(counted) >= 3)


def test_a_sweep_that_fails_stops_neither_itself_nor_the_others(depot: WorkContext) -> None:
    counted: list[str] = []

    def fail(_context: WorkContext) -> None:
        counted.append("failed")
        raise RuntimeError("the broom broke")

    with sweeping(
        depot, Sweep("depot.fail", OFTEN, fail), Sweep("depot.count", OFTEN, counting(counted, "done"))
    ):
        until(lambda: counted.count("failed") >= 2 and counted.count("done") >= 2)


def test_a_sweep_that_another_process_is_at_is_left_to_it(depot: WorkContext) -> None:
    counted: list[str] = []
    ours = [
        Sweep("depot.taken", OFTEN, counting(counted, "taken")),
        Sweep("depot.free", OFTEN, counting(counted, "free")),
    ]
    with depot.database.engine.connect() as other:
        other.execute(text("SELECT pg_advisory_lock(hashtext('depot.taken'))"))
        with sweeping(depot, *ours):
            until(lambda: counted.count("free") >= 2)
            assert "taken" not in counted
            other.execute(text("SELECT pg_advisory_unlock(hashtext('depot.taken'))"))
            until(lambda: "taken" in counted)


def test_the_past_is_forgotten_and_what_waits_is_not(depot: WorkContext) -> None:
    with depot.transaction() as session:
        for published in (None, func.now(), func.now() - timedelta(days=2)):
            enqueue(session, DELIVER, Deliver(number=1))
            session.execute(
                outbox.update()
                .where(outbox.c.position == select(func.max(outbox.c.position)).scalar_subquery())
                .values(published_at=published, created_at=func.now() - timedelta(days=3))
            )
        for age in (0, 15):
            session.execute(
                insert(inbox).values(
                    consumer="depot.shelves",
                    event_id=f"{age}",
                    received_at=func.now() - timedelta(days=age),
                )
            )
            session.execute(
                insert(idempotency_keys).values(
                    caller="acc_anna",
                    key=f"{age}",
                    fingerprint="",
                    created_at=func.now() - timedelta(days=age),
                )
            )

    forget_the_past(depot)

    with depot.transaction() as session:
        kept = session.execute(
            select(outbox.c.position, outbox.c.published_at).order_by(outbox.c.position)
        ).all()
        assert [row.position for row in kept] == [1, 2]
        assert session.scalars(select(inbox.c.event_id)).all() == ["0"]
        assert session.scalars(select(idempotency_keys.c.key)).all() == ["0"]
