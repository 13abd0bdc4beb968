"""A made-up room, ``depot``, with everything that the chassis runs: for tests of the chassis alone.

``python -m tests.depot worker depot`` is the real command line with this room in its directory.
"""

import os
import signal
import threading
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Annotated, Any

import psycopg
from fastapi import APIRouter, Depends, Response
from psycopg import sql
from pydantic import BaseModel, ConfigDict
from sqlalchemy import BigInteger, Column, Identity, Integer, Table, Text, UniqueConstraint, insert
from sqlalchemy.orm import Session

from keydesk import rooms
from keydesk.chassis.database import Database, new_metadata
from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.app import create_app
from keydesk.chassis.http.idempotency import IdempotentRoute, ShownOnceRoute
from keydesk.chassis.http.transaction import Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.messaging.tables import create_chassis_tables
from keydesk.chassis.messaging.work import Consumer, Job, Sweep, WorkContext
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.chassis.room import Room
from keydesk.chassis.settings import RoomSettings
from tests.factories.chassis import DELIVER, Deliver, ParcelArrived

METADATA = new_metadata()

deliveries = Table(
    "deliveries",
    METADATA,
    Column("position", BigInteger, Identity(), primary_key=True),
    Column("number", Integer, nullable=False),
    Column("way", Text, nullable=False),
)
labels = Table(
    "labels",
    METADATA,
    Column("number", Integer, nullable=False),
    UniqueConstraint("number", name="uq_labels_number", deferrable=True, initially="DEFERRED"),
)
"""Two of the same number are refused only when the transaction commits."""

POISON = 13
"""The parcel that nobody can take."""
DEADLY = 666
"""The parcel that kills the first who touches it."""


def deliver(context: WorkContext, payload: Deliver) -> None:
    """The job: note that a parcel was delivered."""
    if payload.number == DEADLY and not _delivered(context, "killed"):
        with context.transaction() as session:
            session.execute(insert(deliveries), [{"number": DEADLY, "way": "killed"}])
        os.kill(os.getpid(), signal.SIGKILL)
    with context.transaction() as session:
        session.execute(insert(deliveries), [{"number": payload.number, "way": "job"}])
        if payload.number == POISON:
            raise ValueError("nobody opens the door")


def _delivered(context: WorkContext, way: str) -> bool:
    with context.transaction() as session:
        return session.query(deliveries).filter(deliveries.c.way == way).count() > 0


def shelve(_context: WorkContext, session: Session | None, events: Sequence[Event]) -> None:
    """The consumer: note each parcel that arrived."""
    assert session is not None
    numbers = [event.fact.number for event in events if isinstance(event.fact, ParcelArrived)]
    session.execute(insert(deliveries), [{"number": number, "way": "fact"} for number in numbers])
    if POISON in numbers:
        raise ValueError("this one leaks")


def tidy(context: WorkContext) -> None:
    """The sweep."""
    with context.transaction() as session:
        session.execute(insert(deliveries), [{"number": 0, "way": "sweep"}])


class Parcel(BaseModel):
    """What the depot's door takes."""

    model_config = ConfigDict(extra="forbid")

    number: int


Anybody = Annotated[Caller, Depends(accounts("parcels:write"))]
Delivered = dict[str, int]

router = APIRouter(route_class=IdempotentRoute)
once = APIRouter(route_class=ShownOnceRoute)

at_the_door = threading.Event()
"""Set while a request with the parcel `SLOW` waits inside its transaction."""
open_the_door = threading.Event()
"""What that request waits for."""
SLOW = 7
UNKNOWN = 404


@router.post("/parcels", status_code=201, responses=may_raise(NotFound))
def take_parcel(parcel: Parcel, session: Transaction, response: Response, _caller: Anybody) -> Delivered:
    """Take a parcel in."""
    session.execute(insert(deliveries), [{"number": parcel.number, "way": "door"}])
    if parcel.number == UNKNOWN:
        raise NotFound
    if parcel.number == SLOW:
        at_the_door.set()
        open_the_door.wait(10)
    emit(session, ParcelArrived(number=parcel.number), subject=str(parcel.number))
    response.headers["Location"] = f"/api/v1/parcels/{parcel.number}"
    return {"number": parcel.number}


@router.post("/labels", status_code=201)
def print_label(parcel: Parcel, session: Transaction, _caller: Anybody) -> Delivered:
    """Print a label, which each parcel has once."""
    session.execute(insert(labels), [{"number": parcel.number}])
    return {"number": parcel.number}


@once.post("/secrets", status_code=201)
def make_secret(parcel: Parcel, session: Transaction, _caller: Anybody) -> dict[str, str]:
    """Make something that is shown once."""
    session.execute(insert(deliveries), [{"number": parcel.number, "way": "secret"}])
    return {"secret": "rosebud"}


def depot_app(settings: RoomSettings) -> Any:
    """The depot's HTTP application."""
    return create_app(settings, title="depot", routers=[router, once])


SHELVES = Consumer("depot.shelves", [ParcelArrived], shelve)

ROOM = Room(
    name="depot",
    settings=RoomSettings,
    create_app=depot_app,
    metadata=METADATA,
    jobs=[Job(DELIVER, deliver)],
    consumers=[SHELVES],
    sweeps=[Sweep("depot.tidy", timedelta(milliseconds=200), tidy)],
)


class _Op:
    """What a migration's ``alembic.op`` is for `create_chassis_tables`."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def get_bind(self) -> Any:
        return self._connection

    def execute(self, statement: str) -> None:
        self._connection.exec_driver_sql(statement)


@contextmanager
def depot_database(server: str) -> Iterator[str]:
    """The URL of a database of its own with the chassis' tables and the depot's."""
    name = f"keydesk_test_depot_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(f"{server.rstrip('/')}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        url = f"{server.rstrip('/')}/{name}"
        try:
            database = Database(url)
            with database.engine.begin() as tables:
                create_chassis_tables(_Op(tables))
                METADATA.create_all(tables)
            database.dispose()
            yield url
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


if __name__ == "__main__":
    rooms._WHERE = {"depot": "tests.depot"}
    rooms.ROOM_NAMES = ("depot",)
    rooms.SERVICE_NAMES = ("depot",)  # type: ignore[assignment] # one, where the house has four
    from keydesk.cli import main

    main()
