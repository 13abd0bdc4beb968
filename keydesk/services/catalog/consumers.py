"""The facts of other rooms that the catalog reacts to. Thin: each calls one use case."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.work import Consumer, WorkContext
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.catalog.licenses.service import take_in_licenses, take_in_people
from keydesk.services.licensing.contract import LicenseIssued


def _licenses_issued(_context: WorkContext, session: Session | None, events: Sequence[Event]) -> None:
    assert session is not None  # noqa: S101 - a consumer with an inbox always gets one
    take_in_licenses(session, [event.fact for event in events if isinstance(event.fact, LicenseIssued)])


def _accounts_changed(_context: WorkContext, session: Session | None, events: Sequence[Event]) -> None:
    assert session is not None  # noqa: S101 - as above
    take_in_people(session, [event.fact for event in events if isinstance(event.fact, AccountChanged)])


LICENSES = Consumer("catalog.licenses", (LicenseIssued,), _licenses_issued, batch=500)
PEOPLE = Consumer("catalog.people", (AccountChanged,), _accounts_changed)
