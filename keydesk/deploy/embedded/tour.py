"""What somebody who tries the demo data needs to know: a test holds it against the data itself."""

from keydesk.services.licensing.sample.tour import TOUR

PASSWORD = "keydesk-demo-2026"  # noqa: S105 - of people who do not exist, printed for everybody to use
CUSTOMERS = ("anna", "ben", "carla")
STAFF = ("support", "operator")
SERIAL_NUMBERS = tuple(stop.serial_number for stop in TOUR[:4])
"""Some of the serial numbers that the sample keeps for people who try it."""
