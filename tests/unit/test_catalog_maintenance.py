"""How a license stands by its maintenance, and that filtering by it agrees."""

from datetime import date, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keydesk.services.catalog.licenses.maintenance import MaintenanceStatus, last_days_of, status_of

TODAY = date(2026, 11, 25)


@pytest.mark.parametrize(
    ("days_left", "status"),
    [(-1, "maintenance_ended"), (0, "maintenance_ending"), (90, "maintenance_ending"), (91, "active")],
)
def test_maintenance_counts_to_the_end_of_its_last_day(days_left: int, status: MaintenanceStatus) -> None:
    assert status_of(TODAY + timedelta(days=days_left), TODAY) == status


def test_a_license_without_an_end_of_maintenance_is_active() -> None:
    assert status_of(None, TODAY) == "active"


@given(st.dates(), st.dates(date(2000, 1, 1), date(2200, 1, 1)))
def test_each_last_day_is_found_under_its_own_status_and_no_other(last_day: date, today: date) -> None:
    found = [
        status
        for status in get_args(MaintenanceStatus)
        if last_days_of(status, today)[0] <= last_day <= last_days_of(status, today)[1]
    ]

    assert found == [status_of(last_day, today)]
