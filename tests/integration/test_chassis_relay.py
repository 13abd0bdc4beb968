"""From the outbox to the bus: what was committed is published, in order, whatever falls over meanwhile."""

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from urllib.parse import urlsplit

import psycopg
import pytest
from sqlalchemy import func, select, text

from keydesk.chassis.messaging import outbox
from keydesk.chassis.messaging import relay as relay_module
from keydesk.chassis.messaging.bus import BusMessage, open_bus
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.relay import Relay
from keydesk.chassis.messaging.tables import outbox as rows
from keydesk.chassis.messaging.work import WorkContext
from tests.factories.chassis import DELIVER, Deliver, ParcelArrived, number_of
from tests.tcp_door import door_to
from tests.waiting import until

TYPES = [ParcelArrived.TYPE]
MakeRelay = Callable[..., Relay]


@pytest.fixture
def make_relay(depot_url: str, broker_url: str, broker_names: Names) -> Iterator[MakeRelay]:
    """A relay of the depot's, which knows of the consumer ``depot.shelves``."""
    made: list[Relay] = []

    def make(url: str = broker_url) -> Relay:
        made.append(Relay("depot", depot_url, url, names=broker_names, topology=[("depot.shelves", TYPES)]))
        return made[-1]

    yield make
    for relay in made:
        relay.close()


@pytest.fixture
def arrived(broker_url: str, broker_names: Names) -> Iterator[list[int]]:
    """The numbers that ``depot.shelves`` was handed, as they come."""
    numbers: list[int] = []

    def take(messages: Sequence[BusMessage]) -> None:
        numbers.extend(number_of(message) for message in messages)

    stop = threading.Event()
    bus = open_bus(broker_url, broker_names)
    reader = threading.Thread(
        target=lambda: bus.consume("depot.shelves", TYPES, take, on_dead=take, batch=100, stop=stop)
    )
    reader.start()
    yield numbers
    stop.set()
    reader.join(timeout=30)
    bus.close()


@contextmanager
def running(*relays: Relay) -> Iterator[list[threading.Event]]:
    """Run relays, each until its event is set or the block ends."""
    stops = [threading.Event() for _ in relays]
    threads = [
        threading.Thread(target=relay.run, args=[stop]) for relay, stop in zip(relays, stops, strict=True)
    ]
    with ExitStack() as ending:
        for thread, stop in zip(threads, stops, strict=True):
            thread.start()
            ending.callback(thread.join, timeout=30)
            ending.callback(stop.set)
        yield stops
    assert not any(thread.is_alive() for thread in threads)


def emit(depot: WorkContext, *numbers: int) -> None:
    with depot.transaction() as session:
        outbox.emit_all(session, [("parcel", ParcelArrived(number=number)) for number in numbers])


def unpublished(depot: WorkContext) -> int:
    with depot.transaction() as session:
        return session.scalar(select(func.count()).where(rows.c.published_at.is_(None))) or 0


def test_committed_facts_arrive_in_order_by_themselves(
    depot: WorkContext, make_relay: MakeRelay, arrived: list[int]
) -> None:
    with running(make_relay()):
        emit(depot, *range(1200))
        until(lambda: len(arrived) >= 1200)
        until(lambda: unpublished(depot) == 0)
    assert arrived == list(range(1200))


def test_nothing_is_published_of_a_transaction_that_was_undone(
    depot: WorkContext, make_relay: MakeRelay
) -> None:
    def fail_after_emitting() -> None:
        with depot.transaction() as session:
            outbox.emit(session, ParcelArrived(number=1), subject="parcel")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_emitting()
    assert make_relay().publish_due() == 0


def test_a_job_is_published_when_it_is_due_and_not_before(depot: WorkContext, make_relay: MakeRelay) -> None:
    relay = make_relay()
    with depot.transaction() as session:
        outbox.enqueue(session, DELIVER, Deliver(number=1), due_at=depot.now() + timedelta(hours=1))
        outbox.enqueue(session, DELIVER, Deliver(number=2))
    assert relay.publish_due() == 1
    with depot.transaction() as session:
        waiting = session.execute(select(rows).where(rows.c.published_at.is_(None))).one()
        assert waiting.body == '{"number":1}'
        session.execute(rows.update().values(due_at=func.now()))
    assert relay.publish_due() == 1


def test_a_fact_that_commits_after_a_later_one_is_not_passed_over(
    depot: WorkContext, make_relay: MakeRelay, arrived: list[int]
) -> None:
    """Positions are given out before the commit, so they become visible out of order."""
    relay = make_relay()
    with depot.transaction() as session:
        outbox.emit(session, ParcelArrived(number=1), subject="slow")
        emit(depot, 2)
        assert relay.publish_due() == 1
    assert relay.publish_due() == 1
    until(lambda: arrived == [2, 1])


def test_a_crash_between_publishing_and_marking_publishes_again(
    depot: WorkContext, make_relay: MakeRelay, arrived: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    emit(depot, 1, 2)
    with monkeypatch.context() as crash:
        crash.setattr(relay_module, "MARK", "SELECT 1 / 0, %s")
        with pytest.raises(psycopg.errors.DivisionByZero):
            make_relay().publish_due()
    assert unpublished(depot) == 2
    make_relay().publish_due()
    until(lambda: arrived == [1, 2, 1, 2])


def test_one_relay_leads_and_another_takes_over_when_it_ends(
    depot: WorkContext, make_relay: MakeRelay, arrived: list[int]
) -> None:
    first, second = make_relay(), make_relay()
    with running(first) as (stop_first,):
        until(first.leading.is_set)
        with running(second):
            emit(depot, 1)
            until(lambda: arrived == [1])
            assert not second.leading.is_set()
            stop_first.set()
            until(second.leading.is_set)
            emit(depot, 2)
            until(lambda: arrived == [1, 2])


def test_a_lost_database_connection_is_made_again(
    depot: WorkContext, make_relay: MakeRelay, arrived: list[int]
) -> None:
    relay = make_relay()
    with running(relay):
        until(relay.leading.is_set)
        with depot.transaction() as session:
            session.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE application_name = :name AND datname = current_database()"
                ),
                {"name": "keydesk relay depot"},
            )
        emit(depot, 1)
        until(lambda: arrived == [1])


def test_facts_wait_while_the_broker_is_away_and_go_out_when_it_is_back(
    depot: WorkContext, make_relay: MakeRelay, arrived: list[int], broker_url: str
) -> None:
    broker = urlsplit(broker_url)
    assert broker.hostname is not None
    assert broker.port is not None
    with door_to(broker.hostname, broker.port) as door:
        through = broker._replace(netloc=broker.netloc.replace(str(broker.port), str(door.port)))
        with running(make_relay(through.geturl())):
            emit(depot, 1)
            until(lambda: arrived == [1] and unpublished(depot) == 0)
            door.slam()
            emit(depot, 2, 3)
            assert unpublished(depot) == 2
            door.open()
            until(lambda: set(arrived) == {1, 2, 3} and unpublished(depot) == 0, seconds=60)
    assert arrived[:3] == [1, 2, 3]
