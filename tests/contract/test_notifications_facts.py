"""Notifications understand the golden facts that they take in, and plan the right email for each."""

from datetime import UTC, datetime

import pytest

from keydesk.chassis.messaging.facts import Fact
from keydesk.services.accounts.contract import (
    AccountChanged,
    AccountLookupRequested,
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetOfUnknownRequested,
    PasswordResetRequested,
    SignUpOfExistingAccountTried,
)
from keydesk.services.licensing.contract import RegistrationCompleted
from keydesk.services.notifications.consumers import EMAILS
from keydesk.services.notifications.emails.plans import Plan, plan_of
from tests.contract.golden import golden

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ANNA = "anna.lindqvist@lindqvist.example"
ACCOUNT = "acc_01kavq7n5se8arpn1n2n5hz3qd"


@pytest.mark.feature("G6")
@pytest.mark.parametrize(
    ("fact", "plan"),
    [
        (
            EmailVerificationRequested,
            Plan(
                "verification",
                ANNA,
                "de",
                ACCOUNT,
                {
                    "verification_id": "ver_01kavq7n5te8tvwtkqkx6d7v4c",
                    "purpose": "sign_up",
                    "name": "Anna",
                },
            ),
        ),
        (
            SignUpOfExistingAccountTried,
            Plan("existing_account", ANNA, "de", None, {"name": "Anna", "login_id": "anna"}),
        ),
        (AccountLookupRequested, Plan("lookup_answer", ANNA, "de", None, {"login_id": "anna"})),
        (
            PasswordResetRequested,
            Plan(
                "password_reset",
                ANNA,
                "de",
                ACCOUNT,
                {"reset_id": "pwr_01kavq7n5te8tvwtkqkxnq9v2h", "name": "Anna"},
            ),
        ),
        (
            PasswordResetOfUnknownRequested,
            Plan("password_reset_unknown", "nobody@lindqvist.example", "de", None, {}),
        ),
        (
            PasswordChanged,
            Plan(
                "password_changed", ANNA, "de", ACCOUNT, {"name": "Anna", "at": "2026-11-25T09:30:00+00:00"}
            ),
        ),
        (AccountChanged, None),
        (RegistrationCompleted, None),
    ],
)
def test_each_golden_fact_leads_to_its_email(fact: type[Fact], plan: Plan | None) -> None:
    assert plan_of(golden(fact), AT) == plan


def test_notifications_read_every_fact_that_they_subscribe_to() -> None:
    for fact in EMAILS.facts:
        assert golden(fact).TYPE == fact.TYPE
