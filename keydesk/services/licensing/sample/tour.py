"""Serial numbers that are kept for people who try Keydesk: what the README's tour registers, and why."""

from dataclasses import dataclass


@dataclass(frozen=True)
class TourStop:
    """A serial number, whose it is, and what is to be seen when it is registered."""

    serial_number: str
    sku: str
    customer: str
    to_see: str


LINDQVIST, MARISOL = "Lindqvist Instruments", "Marisol Textiles"

TOUR = (
    TourStop("A1000000001", "HA1010-70-LX", LINDQVIST, "a host ID for each line, a price tier, a file"),
    TourStop("A1000000002", "HA1010-70-LX", LINDQVIST, "a second line of the same product"),
    TourStop("A1000000003", "QU6010-15-LX", LINDQVIST, "nothing to fill in, and no file"),
    TourStop("A1000000004", "VA2030-54-LX", LINDQVIST, "a technical contact and an install-at address"),
    TourStop("A1000000005", "LE3030-2026-AN", LINDQVIST, "to be registered alone"),
    TourStop("A1000000006", "VA2020-120-LX", LINDQVIST, "left over: nothing to fill in"),
    TourStop("A1000000007", "AT8010-202-LX", LINDQVIST, "left over: everything to fill in"),
    TourStop("M1000000001", "LO7010-85-WN", MARISOL, "an address and a choice of production lines"),
    TourStop("M1000000002", "QU6020-15-AN", MARISOL, "nothing to fill in, and no file"),
    TourStop("M1000000003", "SI5020-94-LX", MARISOL, "to be registered alone, with everything to fill in"),
)
