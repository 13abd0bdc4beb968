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
from keydesk.services.catalog.contract import AdditionEnded, LicensesShared, RequestChanged, SharingEnded
from keydesk.services.licensing.contract import RegistrationCompleted
from keydesk.services.notifications.consumers import EMAILS
from keydesk.services.notifications.content.rendering import render
from keydesk.services.notifications.emails.plans import (
    Addressee,
    Notice,
    Plan,
    notice_of,
    plan_of,
    plans_for,
)
from tests.contract.golden import golden

AT = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
ANNA = "anna.lindqvist@lindqvist.example"
BEA = "acc_01jb2m5v9nexb8e4r0q3d6c7kt"
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
        (AdditionEnded, None),
        (LicensesShared, None),
        (SharingEnded, None),
        (RequestChanged, None),
    ],
)
def test_each_golden_fact_leads_to_its_email(fact: type[Fact], plan: Plan | None) -> None:
    assert plan_of(golden(fact), AT) == plan


@pytest.mark.parametrize(
    ("fact", "notice"),
    [
        (
            RegistrationCompleted,
            Notice(
                "registration_confirmation",
                golden(RegistrationCompleted).account_id,
                {
                    "registration_id": golden(RegistrationCompleted).registration_id,
                    "completed_at": golden(RegistrationCompleted).completed_at.isoformat(),
                    "total": golden(RegistrationCompleted).total,
                },
            ),
        ),
        (
            AdditionEnded,
            Notice("addition_ended", "acc_01jb2m5v9nexb8e4r0q3d6c7ks", {"serial_number": "A0000000001"}),
        ),
        (
            LicensesShared,
            Notice(
                "licenses_shared",
                BEA,
                {
                    "who": "Anna Lindqvist, Lindqvist Instruments",
                    "level": "full",
                    "license_count": 41,
                    "ends_at": "2027-01-31T00:00:00+00:00",
                    "changed": False,
                    "customer_numbers": ["C-1001", "C-1002"],
                    "more_numbers": 0,
                },
            ),
        ),
        (
            SharingEnded,
            Notice(
                "sharing_ended",
                BEA,
                {
                    "who": "Anna Lindqvist, Lindqvist Instruments",
                    "customer_numbers": ["C-1001"],
                    "more_numbers": 0,
                },
            ),
        ),
        (
            RequestChanged,
            Notice(
                "request_changed",
                BEA,
                {
                    "request_id": "req_01jb2m5v9nexb8e4r0q3d6c7ks",
                    "request_kind": "ownership_transfer",
                    "status": "rejected",
                    "title": "Hand over 12 licenses to Bea Lindqvist",
                    "message": "The order belongs to another company.",
                    "mine": True,
                    "news": "state",
                },
            ),
        ),
        (AccountChanged, None),
        (PasswordChanged, None),
    ],
)
def test_each_golden_fact_that_names_an_account_becomes_a_notice(
    fact: type[Fact], notice: Notice | None
) -> None:
    assert notice_of(golden(fact)) == notice


@pytest.mark.parametrize("fact", [AdditionEnded, LicensesShared, SharingEnded, RequestChanged])
def test_each_golden_fact_of_the_catalog_can_be_written_as_an_email(fact: type[Fact]) -> None:
    notice = notice_of(golden(fact))
    assert notice is not None

    (plan,) = plans_for(notice, Addressee(ANNA, "team@lindqvist.example", "Anna", "en"))

    email = render(plan.kind, plan.language, {**plan.params, "portal": "https://portal.example"})
    assert email.text.startswith(email.subject)
    assert "Hello Anna," in email.text


def test_notifications_read_every_fact_that_they_subscribe_to() -> None:
    for fact in EMAILS.facts:
        assert golden(fact).TYPE == fact.TYPE
