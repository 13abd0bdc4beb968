"""Taking facts in: each takes effect once, and a bad one stops nobody else."""

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import func, select

from keydesk.chassis.database import Database
from keydesk.chassis.messaging import parking
from keydesk.chassis.messaging.bus import BusMessage, NotNow
from keydesk.chassis.messaging.consumers import Intake
from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.messaging.tables import inbox, parked_messages
from keydesk.chassis.messaging.work import Consumer, WorkContext
from tests.depot import POISON, SHELVES, deliveries
from tests.depot_fixtures import RunDepot
from tests.factories.chassis import ParcelArrived, a_message
from tests.waiting import until


def intake_of(depot: WorkContext) -> Intake:
    """The depot's shelves, without a pause between tries."""
    return Intake(SHELVES, depot, pauses=[0, 0])


def shelved(depot: WorkContext) -> list[int]:
    with depot.transaction() as session:
        found = select(deliveries.c.number).where(deliveries.c.way == "fact")
        return list(session.scalars(found.order_by(deliveries.c.position)))


def parked(depot: WorkContext) -> Sequence[Any]:
    with depot.transaction() as session:
        return parking.open_messages(session)


def taken_in(depot: WorkContext) -> int:
    with depot.transaction() as session:
        return session.scalar(select(func.count()).select_from(inbox)) or 0


def test_a_fact_that_comes_twice_takes_effect_once(depot: WorkContext) -> None:
    message = a_message(1)
    intake_of(depot).take([message, message])
    intake_of(depot).take([message, a_message(2)])
    assert shelved(depot) == [1, 2]


def test_a_broken_fact_is_parked_and_its_neighbours_go_on(depot: WorkContext) -> None:
    intake_of(depot).take([a_message(number) for number in (1, POISON, 3)])
    assert shelved(depot) == [1, 3]
    (aside,) = parked(depot)
    assert (aside.kind, aside.name, aside.queue) == ("fact", ParcelArrived.TYPE, "depot.shelves")
    assert "this one leaks" in aside.reason


def test_a_broken_fact_that_comes_again_is_parked_once(depot: WorkContext) -> None:
    message = a_message(POISON)
    for _ in range(2):
        intake_of(depot).take([message])
    assert len(parked(depot)) == 1


@pytest.mark.parametrize(
    "body", [b"\xff\x00", b"[]", b"{}", b'{"type": "depot.parcel.arrived.v1"}', b'{"type": "other.v1"}']
)
def test_what_is_no_fact_of_the_consumers_is_parked(depot: WorkContext, body: bytes) -> None:
    intake_of(depot).take([BusMessage("x", ParcelArrived.TYPE, body), a_message(2)])
    assert len(parked(depot)) == 1
    assert shelved(depot) == [2]


def test_the_inbox_row_and_the_effect_stand_or_fall_together(depot: WorkContext) -> None:
    intake_of(depot).take([a_message(POISON)])
    assert (shelved(depot), taken_in(depot)) == ([], 0)


def test_while_the_database_is_away_nothing_is_parked_or_lost(depot: WorkContext) -> None:
    away = WorkContext(depot.settings, depot.resources, Database("postgresql://postgres@127.0.0.1:9/nowhere"))
    intake = Intake(SHELVES, away, pauses=[])
    for call in (intake.take, intake.bury):
        with pytest.raises(NotNow):
            call([a_message(1)])


def test_a_room_without_a_database_gets_the_facts_as_they_come(depot: WorkContext) -> None:
    seen: list[str] = []

    def show(_context: WorkContext, session: object, events: Sequence[Event]) -> None:
        assert session is None
        seen.extend(event.id for event in events)
        if len(events) > 1:
            raise ValueError("one at a time")

    shop_window = Consumer("depot.window", [ParcelArrived], show, inbox=False)
    context = WorkContext(depot.settings, depot.resources)
    Intake(shop_window, context, pauses=[]).take([a_message(1, id="a"), a_message(2, id="b")])
    assert seen == ["a", "b", "a", "b"]


def test_a_replayed_fact_reaches_the_consumer_that_had_parked_it(
    depot: WorkContext, run_depot: RunDepot
) -> None:
    """The fact is mended by hand in between, where a new version of the consumer would be installed."""
    run_depot("relay")
    run_depot("consume")
    with depot.transaction() as session:
        for number in (1, POISON, 2):
            emit(session, ParcelArrived(number=number), subject="parcel")
    until(lambda: len(parked(depot)) == 1 and shelved(depot) == [1, 2], seconds=60)

    (aside,) = parked(depot)
    with depot.transaction() as session:
        mended = aside.body.replace(str(POISON), "14")
        session.execute(parked_messages.update().values(body=mended))
        parking.replay(session, aside.id, actor="cli:test", now=depot.now())

    until(lambda: shelved(depot) == [1, 2, 14])
    assert parked(depot) == []
