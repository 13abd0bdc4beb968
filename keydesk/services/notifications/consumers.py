"""The facts of other rooms that ask for emails. Thin: one use case takes them in."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from keydesk.chassis.messaging.facts import Event
from keydesk.chassis.messaging.work import Consumer, WorkContext
from keydesk.services.accounts.contract import (
    AccountChanged,
    AccountLookupRequested,
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetOfUnknownRequested,
    PasswordResetRequested,
    SignUpOfExistingAccountTried,
)
from keydesk.services.catalog.contract import AdditionEnded, LicensesShared, RequestChanged, SharingEnded
from keydesk.services.licensing.contract import RegistrationCompleted
from keydesk.services.notifications.emails.service import take_in


def _take_in(context: WorkContext, session: Session | None, events: Sequence[Event]) -> None:
    assert session is not None  # noqa: S101 - a consumer with an inbox always gets one
    take_in(session, events, now=context.now())


EMAILS = Consumer(
    "notifications.emails",
    (
        AccountChanged,
        AccountLookupRequested,
        AdditionEnded,
        EmailVerificationRequested,
        LicensesShared,
        PasswordChanged,
        PasswordResetOfUnknownRequested,
        PasswordResetRequested,
        RegistrationCompleted,
        RequestChanged,
        SharingEnded,
        SignUpOfExistingAccountTried,
    ),
    _take_in,
)
