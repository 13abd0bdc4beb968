"""A made-up room, ``depot``, for tests of the chassis: its facts, its messages."""

import uuid
from datetime import timedelta
from typing import ClassVar

import orjson
from pydantic import BaseModel

from keydesk.chassis.messaging.bus import BusMessage
from keydesk.chassis.messaging.facts import Fact
from keydesk.chassis.messaging.work import JobType


class ParcelArrived(Fact):
    """A parcel arrived."""

    TYPE: ClassVar[str] = "depot.parcel.arrived.v1"

    number: int


class Deliver(BaseModel):
    """The payload of `DELIVER`."""

    number: int


DELIVER = JobType(
    "depot.deliver", "depot.delivery", Deliver, max_attempts=3, first_delay=timedelta(milliseconds=10)
)


def a_message(number: int = 1, *, id: str | None = None, type: str = ParcelArrived.TYPE) -> BusMessage:
    """A fact on its way, as the relay would publish it."""
    event_id = id or uuid.uuid4().hex
    told = {
        "specversion": "1.0",
        "id": event_id,
        "type": type,
        "source": "depot",
        "subject": "parcel",
        "time": "2026-01-02T03:04:05+00:00",
        "data": {"number": number},
    }
    return BusMessage(event_id, type, orjson.dumps(told))


def number_of(message: BusMessage) -> int:
    """The parcel's number in a message."""
    number: int = orjson.loads(message.body)["data"]["number"]
    return number
