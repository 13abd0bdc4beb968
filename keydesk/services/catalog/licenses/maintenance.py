"""How a license stands, judged by its registration and maintenance. Pure: ``today`` is passed in."""

from datetime import date, timedelta
from typing import Literal

MaintenanceStatus = Literal["active", "maintenance_ending", "maintenance_ended"]
LicenseStatus = Literal["active", "maintenance_ending", "maintenance_ended", "not_registered"]

ENDING = timedelta(days=90)
"""From this long before its last day, maintenance is said to be ending: a quarter to renew it in."""


def status_of(maintenance_end: date | None, today: date) -> MaintenanceStatus:
    """How a registered license stands, with maintenance to the end of a day, or for ever (none)."""
    if maintenance_end is None or maintenance_end > today + ENDING:
        return "active"
    return "maintenance_ending" if maintenance_end >= today else "maintenance_ended"


def last_days_of(status: MaintenanceStatus, today: date) -> tuple[date, date]:
    """The first and last ``maintenance_end`` that `status_of` calls ``status``; none counts as `date.max`."""
    if status == "active":
        return today + ENDING + timedelta(days=1), date.max
    if status == "maintenance_ending":
        return today, today + ENDING
    return date.min, today - timedelta(days=1)
