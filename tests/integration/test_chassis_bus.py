"""Both buses keep the same promises."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest

from keydesk.chassis.messaging.bus import Bus, BusAway, BusMessage, open_bus
from keydesk.chassis.messaging.names import Names
from tests.factories.chassis import ParcelArrived, a_message, number_of
from tests.waiting import until

TYPES = [ParcelArrived.TYPE]


@pytest.fixture(params=["KEYDESK_TEST_AMQP_URL", "KEYDESK_TEST_REDIS_URL"], ids=["rabbitmq", "valkey"])
def broker_url(request: pytest.FixtureRequest) -> str:
    return os.environ[request.param]


@pytest.fixture
def make_bus(broker_url: str) -> Iterator[Callable[[], Bus]]:
    names = Names(f"test-{uuid.uuid4().hex[:8]}")
    made: list[Bus] = []

    def make() -> Bus:
        made.append(open_bus(broker_url, names))
        return made[-1]

    yield make
    for bus in made:
        bus.close()


class Reader:
    """Keeps what it was handed, and refuses while ``refuse`` says so."""

    def __init__(self) -> None:
        self.numbers: list[int] = []
        self.batches: list[int] = []
        self.dead: list[int] = []
        self.refuse: Callable[[Sequence[BusMessage]], bool] = lambda _messages: False

    def take(self, messages: Sequence[BusMessage]) -> None:
        if self.refuse(messages):
            raise RuntimeError("refused")
        self.numbers += [number_of(message) for message in messages]
        self.batches.append(len(messages))

    def bury(self, messages: Sequence[BusMessage]) -> None:
        self.dead += [number_of(message) for message in messages]


@contextmanager
def consuming(
    bus: Bus, reader: Reader, *, consumer: str = "depot.shelves", batch: int = 50
) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(
        target=lambda: bus.consume(consumer, TYPES, reader.take, on_dead=reader.bury, batch=batch, stop=stop),
        daemon=True,
    )
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(timeout=20)
        assert not thread.is_alive()


def test_facts_arrive_in_the_order_of_publishing(make_bus: Callable[[], Bus]) -> None:
    reader = Reader()
    make_bus().declare("depot.shelves", TYPES)
    make_bus().publish([a_message(number) for number in range(300)])
    with consuming(make_bus(), reader):
        until(lambda: len(reader.numbers) >= 300)
    assert reader.numbers == list(range(300))
    assert max(reader.batches) > 1


def test_every_consumer_gets_every_fact(make_bus: Callable[[], Bus]) -> None:
    shelves, ledger = Reader(), Reader()
    with consuming(make_bus(), shelves), consuming(make_bus(), ledger, consumer="depot.ledger"):
        for consumer in ("depot.shelves", "depot.ledger"):
            make_bus().declare(consumer, TYPES)
        make_bus().publish([a_message(7)])
        until(lambda: shelves.numbers == [7] and ledger.numbers == [7])


def test_a_consumer_is_not_bothered_with_facts_of_other_types(make_bus: Callable[[], Bus]) -> None:
    reader = Reader()
    make_bus().declare("depot.shelves", TYPES)
    make_bus().publish([a_message(1, type="depot.parcel.lost.v1"), a_message(2)])
    with consuming(make_bus(), reader):
        until(lambda: 2 in reader.numbers)
    assert reader.numbers == [2]


def test_what_was_published_while_a_consumer_was_away_waits_for_it(make_bus: Callable[[], Bus]) -> None:
    first, second = Reader(), Reader()
    with consuming(make_bus(), first):
        make_bus().declare("depot.shelves", TYPES)
        make_bus().publish([a_message(1)])
        until(lambda: first.numbers == [1])
    make_bus().publish([a_message(2)])
    with consuming(make_bus(), second):
        until(lambda: second.numbers == [2])


def test_refused_facts_come_again(make_bus: Callable[[], Bus]) -> None:
    reader = Reader()
    tries = iter([True, False])
    reader.refuse = lambda _messages: next(tries, False)
    make_bus().declare("depot.shelves", TYPES)
    make_bus().publish([a_message(number) for number in range(3)])
    with consuming(make_bus(), reader):
        until(lambda: len(reader.numbers) >= 3)
    assert sorted(reader.numbers) == [0, 1, 2]


def test_a_broker_that_is_away_is_told_and_nothing_hangs() -> None:
    for url in ("amqp://guest:guest@127.0.0.1:9/", "redis://127.0.0.1:9/0"):
        with pytest.raises(BusAway):
            open_bus(url, Names("test")).publish([a_message()])
