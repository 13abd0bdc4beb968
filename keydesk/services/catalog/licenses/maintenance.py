"""How a license stands, judged by its maintenance. Pure: ``today`` is passed in."""

from datetime import date, timedelta
from typing import Literal

LicenseStatus = Literal["active", "maintenance_ending", "maintenance_ended"]

ENDING = timedelta(days=90)
"""From this long before its last day, maintenance is said to be ending: a quarter to renew it in."""


def status_of(maintenance_end: date | None, today: date) -> LicenseStatus:
    """How a license stands whose maintenance lasts to the end of ``maintenance_end``, or for ever (none)."""
    if maintenance_end is None or maintenance_end > today + ENDING:
        return "active"
    return "maintenance_ending" if maintenance_end >= today else "maintenance_ended"


def last_days_of(status: LicenseStatus, today: date) -> tuple[date, date]:
    """The first and last ``maintenance_end`` that `status_of` calls ``status``; none counts as `date.max`."""
    if status == "active":
        return today + ENDING + timedelta(days=1), date.max
    if status == "maintenance_ending":
        return today, today + ENDING
    return date.min, today - timedelta(days=1)
