"""The rules of requests: states, deadlines, and who has to approve."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from keydesk.services.catalog.contract import RequestStatus
from keydesk.services.catalog.requests.rules import (
    FOLLOWS,
    UNDECIDED,
    approval_by,
    deadline,
    may_become,
    needs_two,
)

pytestmark = pytest.mark.feature("G25")


def test_every_state_is_known_to_the_machine() -> None:
    assert set(FOLLOWS) == set(get_args(RequestStatus))


def test_a_request_can_be_withdrawn_until_it_is_decided() -> None:
    assert {status for status in FOLLOWS if may_become(status, "withdrawn")} == set(UNDECIDED)


def test_only_support_can_bring_a_request_to_its_execution() -> None:
    assert [status for status in FOLLOWS if may_become(status, "approved")] == ["pending_approval"]
    assert [status for status in FOLLOWS if may_become(status, "executing")] == ["approved"]


@pytest.mark.parametrize("status", ["completed", "rejected", "failed", "withdrawn"])
def test_what_is_finished_stays(status: RequestStatus) -> None:
    assert not FOLLOWS[status]


@pytest.mark.parametrize(
    ("submitted", "due"),
    [
        ("2026-11-23T10:00", "2026-11-25T10:00"),  # Monday
        ("2026-11-26T10:00", "2026-11-30T10:00"),  # Thursday
        ("2026-11-27T10:00", "2026-12-01T10:00"),  # Friday
        ("2026-11-28T10:00", "2026-12-02T00:00"),  # Saturday
        ("2026-11-29T23:00", "2026-12-02T00:00"),  # Sunday
    ],
)
def test_support_has_two_working_days(submitted: str, due: str) -> None:
    at = datetime.fromisoformat(submitted).replace(tzinfo=UTC)
    assert deadline(at) == datetime.fromisoformat(due).replace(tzinfo=UTC)


def test_more_than_a_hundred_licenses_need_two_people() -> None:
    assert not needs_two("ownership_transfer", 100)
    assert needs_two("ownership_transfer", 101)
    assert not needs_two("general", 101)


@pytest.mark.parametrize(
    ("account", "two", "first", "meaning"),
    [
        ("carla", False, None, "own_request"),
        ("sam", False, None, "final"),
        ("sam", True, None, "first"),
        ("sam", True, "sam", "same_person"),
        ("sam", True, "uma", "final"),
        ("carla", True, "uma", "own_request"),
    ],
)
def test_what_an_approval_means(account: str, two: bool, first: str | None, meaning: str) -> None:  # noqa: FBT001
    told = approval_by(account, parties={"anna", "carla"}, two_needed=two, first_approved_by=first)
    assert told == meaning
