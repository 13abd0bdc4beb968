"""Facts and answers that notifications work with, made up."""

import json
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from keydesk.chassis.http.client import PeerRefused
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.bus import BusMessage
from keydesk.chassis.messaging.facts import Event, Fact, envelope
from keydesk.services.accounts.contract import EmailVerificationRequested, PasswordResetRequested
from keydesk.services.licensing.contract import RegistrationCompleted
from keydesk.services.notifications.delivery.sources import Confirmation, IssuedLicense

NOON = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


def event_of(fact: Fact, *, id: str | None = None, time: datetime = NOON) -> Event:
    """``fact`` as it arrives."""
    return Event(id or new_id("evt"), fact.TYPE, fact.TYPE.split(".", maxsplit=1)[0], "subject", time, fact)


def as_published(fact: Fact, *, id: str | None = None) -> BusMessage:
    """``fact`` as the bus brings it."""
    event = event_of(fact, id=id)
    body = envelope(
        id=event.id,
        type=event.type,
        source=event.source,
        subject=event.subject,
        time=event.time,
        data=fact.model_dump(mode="json"),
    )
    return BusMessage(event.id, event.type, json.dumps(body).encode())


def a_verification_requested(**fields: Any) -> EmailVerificationRequested:
    """A new address that waits for its owner."""
    made: dict[str, Any] = {
        "verification_id": new_id("ver"),
        "account_id": new_id("acc"),
        "email": "anna@lindqvist.example",
        "purpose": "sign_up",
        "first_name": "Anna",
        "last_name": "Lindqvist",
        "company_name": "Lindqvist Instruments",
        "language": "en",
    }
    return EmailVerificationRequested(**{**made, **fields})


def a_password_reset_requested(**fields: Any) -> PasswordResetRequested:
    """A forgotten password."""
    made: dict[str, Any] = {
        "reset_id": new_id("pwr"),
        "account_id": new_id("acc"),
        "email": "anna@lindqvist.example",
        "first_name": "Anna",
        "last_name": "Lindqvist",
        "language": "en",
    }
    return PasswordResetRequested(**{**made, **fields})


def a_registration_completed(account_id: str, **fields: Any) -> RegistrationCompleted:
    """A registration whose licenses are all issued."""
    made: dict[str, Any] = {"registration_id": new_id("reg"), "total": 2, "completed_at": NOON}
    return RegistrationCompleted(account_id=account_id, **{**made, **fields})


def a_confirmation(*license_keys: str, total: int | None = None, **fields: Any) -> Confirmation:
    """What licensing tells of a registration with these license keys."""
    items = [
        IssuedLicense(
            **{
                "serial_number": f"A{number:010}",
                "product_name": "Harbour Ledger",
                "product_version": "4.2",
                "quantity": 1,
                "license_key": license_key,
                **fields,
            }
        )
        for number, license_key in enumerate(license_keys)
    ]
    return Confirmation(
        registration_id=new_id("reg"), completed_at=NOON, items=items, total=total or len(items)
    )


class FakePeer:
    """Another room's internal door: the same answer to everything, or a failure; remembers what was asked."""

    def __init__(self, answer: BaseModel | Exception | None = None) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def call(
        self, method: str, path: str, answer: type[BaseModel], body: BaseModel | None = None
    ) -> BaseModel:
        """Answer, as `RoomClient.call` does."""
        assert method == "GET"
        assert body is None
        self.asked.append(path)
        if isinstance(self.answer, Exception):
            raise self.answer
        assert isinstance(self.answer, answer)
        return self.answer


def gone() -> PeerRefused:
    """The refusal of a room that does not know the thing any more."""
    return PeerRefused(410, "link_expired", {})
