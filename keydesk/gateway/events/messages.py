"""Facts as events for a browser or a program, and what travels through Redis in between. Pure.

An event tells that something has moved on and how far, never a key; whoever wants more asks the API.
"""

import json
from dataclasses import dataclass
from typing import Any, Final

from keydesk.chassis.messaging.facts import Fact
from keydesk.services.licensing.contract import (
    ImportProgressed,
    RegistrationCompleted,
    RegistrationProgressed,
)

PROGRESS_FACTS: Final = (RegistrationProgressed, RegistrationCompleted, ImportProgressed)

_NAMES: Final = {
    RegistrationProgressed: "registration.progressed",
    RegistrationCompleted: "registration.completed",
    ImportProgressed: "import.progressed",
}
_SCOPES: Final = {
    "registration.progressed": "licenses:read",
    "registration.completed": "licenses:read",
    "import.progressed": "imports:read",
}
SCOPES: Final = frozenset(_SCOPES.values())
"""A caller needs at least one of these to listen."""


@dataclass(frozen=True)
class LiveEvent:
    """One event of one account."""

    name: str
    subject: str
    """What it is about; a newer event of the same name about the same takes an older one's place."""
    data: dict[str, Any]

    @property
    def scope(self) -> str:
        """The scope that a caller needs to be told."""
        return _SCOPES[self.name]

    def frame(self) -> bytes:
        """The event as ``text/event-stream`` (HTML standard, 9.2.5)."""
        return f"event: {self.name}\ndata: {json.dumps(self.data)}\n\n".encode()

    def message(self) -> str:
        """The event as it travels through Redis."""
        return json.dumps({"event": self.name, "subject": self.subject, "data": self.data})


HEARTBEAT: Final = b": \n\n"
OPENING: Final = b"retry: 2000\n\n"
"""Come back two seconds after a stream has ended."""


def event_of(fact: Fact) -> tuple[str, LiveEvent] | None:
    """The account that is to hear of ``fact`` and the event; None for a fact of another kind."""
    if isinstance(fact, RegistrationProgressed | RegistrationCompleted | ImportProgressed):
        data = fact.model_dump(mode="json", exclude={"account_id", "completed_at"})
        subject = fact.import_id if isinstance(fact, ImportProgressed) else fact.registration_id
        return fact.account_id, LiveEvent(_NAMES[type(fact)], subject, data)
    return None


def read_message(message: bytes) -> LiveEvent | None:
    """A message from Redis; None says: look whether your credential still holds."""
    read = json.loads(message)
    if "event" not in read:
        return None
    return LiveEvent(read["event"], read["subject"], read["data"])
