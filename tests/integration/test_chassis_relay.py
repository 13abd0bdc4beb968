"""From outbox to bus to inbox, on a real database and both brokers."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database, psycopg_url
from keydesk.chassis.messaging import outbox, parking
from keydesk.chassis.messaging.bus import BusMessage, open_bus
from keydesk.chassis.messaging.consumers import Intake
from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.relay import Relay
from keydesk.chassis.messaging.tables import CHASSIS, WAKE_RELAY, inbox
from keydesk.chassis.messaging.tables import outbox as outbox_table
from keydesk.chassis.messaging.work import Consumer, WorkContext
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import RoomSettings
from tests.databases import POSTGRES_URL
from tests.factories.chassis import ParcelArrived, a_message
from tests.waiting import until


@pytest.fixture
def database_url() -> Iterator[str]:
    """A database of its own with the chassis' tables."""
    server = os.environ[POSTGRES_URL].rstrip("/")
    name = f"keydesk_test_depot_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    engine = create_engine(psycopg_url(f"{server}/{name}"))
    with engine.begin() as connection:
        CHASSIS.create_all(connection)
        connection.exec_driver_sql(WAKE_RELAY)
    engine.dispose()
    yield f"{server}/{name}"
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture
def context(database_url: str) -> Iterator[WorkContext]:
    settings = RoomSettings(room="depot")
    database = Database(database_url)
    yield WorkContext(settings, Resources(settings), database)
    database.dispose()


@pytest.fixture(params=["KEYDESK_TEST_AMQP_URL", "KEYDESK_TEST_REDIS_URL"], ids=["rabbitmq", "valkey"])
def broker_url(request: pytest.FixtureRequest) -> str:
    return os.environ[request.param]


class Shelves:
    """A consumer that keeps numbers, and fails for those in ``bad``."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.bad: set[int] = set()
        self.consumer = Consumer("depot.shelves", (ParcelArrived,), self.handle)

    def handle(self, _context: WorkContext, _session: Session | None, events: Sequence[Event]) -> None:
        numbers = [event.fact.number for event in events if isinstance(event.fact, ParcelArrived)]
        if self.bad & set(numbers):
            raise ValueError("this parcel is broken")
        self.numbers += numbers


def test_a_committed_fact_reaches_its_consumer_by_itself(
    context: WorkContext, database_url: str, broker_url: str
) -> None:
    names, shelves, stop = Names(f"test-{uuid.uuid4().hex[:8]}"), Shelves(), threading.Event()
    relay = Relay(
        "depot", database_url, broker_url, names=names, topology=[("depot.shelves", [ParcelArrived.TYPE])]
    )
    intake = Intake(shelves.consumer, context)
    bus = open_bus(broker_url, names)
    tasks: list[Callable[[], None]] = [
        lambda: relay.run(stop),
        lambda: bus.consume(
            "depot.shelves", [ParcelArrived.TYPE], intake.take, on_dead=intake.bury, batch=50, stop=stop
        ),
    ]
    threads = [threading.Thread(target=task) for task in tasks]
    for thread in threads:
        thread.start()
    with context.transaction() as session:
        outbox.emit_all(session, [("parcel", ParcelArrived(number=number)) for number in range(1200)])
    until(lambda: len(shelves.numbers) >= 1200)
    stop.set()
    for thread in threads:
        thread.join(timeout=20)
    bus.close()
    assert shelves.numbers == list(range(1200))
    with context.transaction() as session:
        assert session.scalar(select(func.count()).where(outbox_table.c.published_at.is_(None))) == 0


def test_nothing_is_published_of_a_transaction_that_was_undone(
    context: WorkContext, database_url: str, broker_url: str
) -> None:
    def fail_after_emitting() -> None:
        with context.transaction() as session:
            outbox.emit(session, ParcelArrived(number=1), subject="parcel")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_after_emitting()
    assert Relay("depot", database_url, broker_url, names=Names("test-undone")).publish_due() == 0


def test_a_fact_that_comes_twice_takes_effect_once(context: WorkContext) -> None:
    shelves = Shelves()
    message = a_message(1)
    intake = Intake(shelves.consumer, context)
    intake.take([message, message])
    intake.take([message, a_message(2)])
    assert shelves.numbers == [1, 2]


def test_a_broken_fact_is_parked_and_its_neighbours_go_on(context: WorkContext) -> None:
    shelves = Shelves()
    shelves.bad = {2}
    Intake(shelves.consumer, context, pauses=[0, 0]).take([a_message(n) for n in (1, 2, 3)])
    assert shelves.numbers == [1, 3]
    with context.transaction() as session:
        (parked,) = parking.open_messages(session)
        assert "this parcel is broken" in parked.reason


def test_what_is_no_envelope_is_parked(context: WorkContext) -> None:
    for body in (b"\xff\x00", b"[]", b'{"type": "depot.parcel.arrived.v1"}'):
        Intake(Shelves().consumer, context).take([BusMessage("x", ParcelArrived.TYPE, body)])
    with context.transaction() as session:
        assert len(parking.open_messages(session)) == 3


def test_a_replayed_fact_reaches_the_consumer_that_had_refused_it(
    context: WorkContext, database_url: str, broker_url: str
) -> None:
    shelves, names = Shelves(), Names(f"test-{uuid.uuid4().hex[:8]}")
    shelves.bad = {5}
    intake = Intake(shelves.consumer, context, pauses=[])
    intake.take([a_message(5)])
    shelves.bad = set()
    with context.transaction() as session:
        (parked,) = parking.open_messages(session)
        parking.replay(session, parked.id, actor="cli:test", now=context.now())
    bus, stop = open_bus(broker_url, names), threading.Event()
    bus.declare("depot.shelves", [ParcelArrived.TYPE])
    reader = threading.Thread(
        target=lambda: bus.consume(
            "depot.shelves", [ParcelArrived.TYPE], intake.take, on_dead=intake.bury, batch=5, stop=stop
        )
    )
    reader.start()
    relay = Relay("depot", database_url, broker_url, names=names)
    assert relay.publish_due() == 1
    until(lambda: shelves.numbers == [5])
    stop.set()
    reader.join(timeout=20)
    relay.close()
    bus.close()


def test_the_inbox_row_and_the_effect_stand_or_fall_together(context: WorkContext) -> None:
    shelves = Shelves()
    shelves.bad = {1}
    Intake(shelves.consumer, context, pauses=[]).take([a_message(1)])
    with context.transaction() as session:
        assert session.scalar(select(func.count()).select_from(inbox)) == 0
