"""Both buses keep the same promises."""

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, cast
from urllib.parse import urlsplit

import pika
import pytest
import redis

from keydesk.chassis.messaging import amqp_bus, stream_bus
from keydesk.chassis.messaging.amqp_bus import DELIVERY_LIMIT
from keydesk.chassis.messaging.bus import Bus, BusAway, BusMessage, NotNow, open_bus
from keydesk.chassis.messaging.names import Names
from keydesk.chassis.messaging.stream_bus import StreamBus
from tests.factories.chassis import ParcelArrived, a_message, number_of
from tests.servers import REDIS_URL
from tests.tcp_door import door_to
from tests.waiting import until

TYPES = [ParcelArrived.TYPE]


@pytest.fixture
def make_bus(broker_url: str, broker_names: Names) -> Iterator[Callable[[], Bus]]:
    made: list[Bus] = []

    def make() -> Bus:
        made.append(open_bus(broker_url, broker_names))
        return made[-1]

    yield make
    for bus in made:
        bus.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hand messages over again at once."""
    for module in (amqp_bus, stream_bus):
        monkeypatch.setattr(module, "RETRY_SECONDS", 0.01)


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


@pytest.mark.usefixtures("quick")
def test_facts_are_kept_for_a_reader_that_cannot_work_now_however_often(
    make_bus: Callable[[], Bus],
) -> None:
    """More often than would make them dead, had the reader refused them."""
    reader = Reader()
    away = iter(range(DELIVERY_LIMIT + 5))

    def not_now(_messages: Sequence[BusMessage]) -> bool:
        if next(away, None) is not None:
            raise NotNow("the database is away")
        return False

    reader.refuse = not_now
    make_bus().declare("depot.shelves", TYPES)
    make_bus().publish([a_message(number) for number in range(10)])
    with consuming(make_bus(), reader):
        until(lambda: len(reader.numbers) >= 10)
    assert (reader.numbers, reader.dead) == (list(range(10)), [])


@pytest.mark.usefixtures("quick")
def test_a_fact_that_is_refused_too_often_is_dead_and_those_behind_it_go_on(
    make_bus: Callable[[], Bus],
) -> None:
    reader = Reader()
    reader.refuse = lambda messages: 13 in [number_of(message) for message in messages]
    make_bus().declare("depot.shelves", TYPES)
    make_bus().publish([a_message(number) for number in (13, 14)])
    with consuming(make_bus(), reader, batch=1):
        until(lambda: reader.dead == [13] and reader.numbers == [14], seconds=60)


def test_what_a_reader_took_and_never_acknowledged_goes_to_another(
    make_bus: Callable[[], Bus], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_bus, "STALE_MILLISECONDS", 300)
    hanging, other = Reader(), Reader()
    hangs, ends = threading.Event(), threading.Event()

    def hang(_messages: Sequence[BusMessage]) -> bool:
        hangs.set()
        ends.wait(30)
        raise NotNow("too late")

    hanging.refuse = hang
    make_bus().declare("depot.shelves", TYPES)
    make_bus().publish([a_message(1)])
    stop = threading.Event()
    bus = make_bus()
    thread = threading.Thread(
        target=lambda: bus.consume(
            "depot.shelves", TYPES, hanging.take, on_dead=hanging.bury, batch=5, stop=stop
        )
    )
    thread.start()
    assert hangs.wait(30)
    stop.set()
    ends.set()
    thread.join(timeout=30)
    with consuming(make_bus(), other):
        until(lambda: other.numbers == [1])


def test_a_reader_comes_back_by_itself_when_the_broker_does(
    make_bus: Callable[[], Bus], broker_url: str, broker_names: Names
) -> None:
    broker, reader = urlsplit(broker_url), Reader()
    assert broker.hostname is not None
    assert broker.port is not None
    with door_to(broker.hostname, broker.port) as door:
        through = broker._replace(netloc=broker.netloc.replace(str(broker.port), str(door.port)))
        with consuming(open_bus(through.geturl(), broker_names), reader):
            make_bus().declare("depot.shelves", TYPES)
            make_bus().publish([a_message(1)])
            until(lambda: reader.numbers == [1])
            door.slam()
            make_bus().publish([a_message(2)])
            door.open()
            until(lambda: set(reader.numbers) == {1, 2}, seconds=60)


def test_a_fact_whose_readers_queue_is_gone_is_not_taken_for_published(
    rabbitmq_url: str, broker_names: Names
) -> None:
    """A queue that somebody deleted is another thing than a fact that nobody ever wanted.

    On Valkey no queue can be gone: the stream keeps facts for readers that come later.
    """
    bus = open_bus(rabbitmq_url, broker_names)
    bus.declare("depot.shelves", TYPES)
    bus.publish([a_message(1), a_message(2, type="depot.parcel.lost.v1")])
    with pika.BlockingConnection(pika.URLParameters(rabbitmq_url)) as connection:
        connection.channel().queue_delete(broker_names.queue("depot.shelves"))
    with pytest.raises(BusAway):
        bus.publish([a_message(3)])
    bus.close()


def test_a_stream_is_trimmed_no_further_than_every_reader_has_acknowledged(broker_names: Names) -> None:
    url = os.environ[REDIS_URL]
    bus = StreamBus(url, broker_names)
    with redis.Redis.from_url(url) as client:
        for consumer in ("depot.shelves", "depot.ledger"):
            bus.declare(consumer, TYPES)
        bus.publish([a_message(number) for number in range(500)])
        read: Any = client.xreadgroup(
            broker_names.queue("depot.shelves"), "one", {broker_names.events: ">"}, count=500
        )
        entries = read[0][1] if isinstance(read, list) else read[broker_names.events.encode()][0]
        client.xack(
            broker_names.events, broker_names.queue("depot.shelves"), *[entry[0] for entry in entries]
        )
        bus.trim()
        assert client.xlen(broker_names.events) == 500
        client.xgroup_destroy(broker_names.events, broker_names.queue("depot.ledger"))
        bus.trim()
        assert cast("int", client.xlen(broker_names.events)) < 500
    bus.close()


def test_a_broker_that_is_away_is_told_and_nothing_hangs() -> None:
    for url in ("amqp://guest:guest@127.0.0.1:9/", "redis://127.0.0.1:9/0"):
        with pytest.raises(BusAway):
            open_bus(url, Names("test")).publish([a_message()])
