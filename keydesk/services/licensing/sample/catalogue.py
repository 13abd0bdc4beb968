"""The products of the sample: families of made-up business software, with what each asks for."""

from dataclasses import dataclass

HEX_HOST = ("[0-9A-F]{8}", "80AB12CD")
MAC_HOST = (
    "[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}:[0-9A-F]{2}",
    "02:1A:4B:7C:90:3E",
)
NAMED_HOST = ("[a-z]{3,6}-[a-z0-9]{2,12}-[0-9]{2}", "ber-db-04")
NO_HOST = ("", "")

PLATFORMS = {
    "Linux": "LX",
    "Windows": "WN",
    "Solaris": "SO",
    "AIX": "AX",
    "Linux on Arm": "LA",
    "": "AN",
}
"""Names of platforms, and how SKUs abbreviate them; products without one run anywhere."""


@dataclass(frozen=True)
class Sold:
    """A product, in its versions and for its platforms."""

    family: str
    name: str
    number: int
    versions: tuple[str, ...]
    platforms: tuple[str, ...]
    fields: str = ""
    host: tuple[str, str] = NO_HOST
    registered_alone: bool = False
    has_file: bool = True


CATALOGUE = (
    Sold(
        "Harbor",
        "Harbor Cluster Standard",
        1010,
        ("6.2", "7.0"),
        ("Linux", "Solaris", "AIX"),
        "host_id* each; system_type; deployed_price_tier=1|2|3|4*",
        HEX_HOST,
    ),
    Sold(
        "Harbor",
        "Harbor Cluster Enterprise",
        1020,
        ("7.0",),
        ("Linux", "Solaris"),
        "host_id* each; system_type*; deployed_price_tier=1|2|3|4*; technical_contact",
        HEX_HOST,
    ),
    Sold(
        "Harbor",
        "Harbor Global Failover",
        1030,
        ("7.0",),
        ("Linux",),
        "host_id* each; technical_contact*; install_at*",
        HEX_HOST,
        registered_alone=True,
    ),
    Sold(
        "Vault",
        "Vault Backup Server",
        2010,
        ("11.1", "12.0"),
        ("Linux", "Windows"),
        "host_id*; technical_contact",
        MAC_HOST,
    ),
    Sold(
        "Vault", "Vault Backup Agent", 2020, ("12.0",), ("Linux", "Windows", "Linux on Arm"), has_file=False
    ),
    Sold(
        "Vault",
        "Vault Archive",
        2030,
        ("5.3", "5.4"),
        ("Linux", "Windows"),
        "technical_contact*; install_at",
        NO_HOST,
    ),
    Sold(
        "Vault",
        "Vault Tape Library Option",
        2040,
        ("12.0",),
        ("",),
        "host_id*; system_type=8 slots|24 slots|96 slots*",
        MAC_HOST,
    ),
    Sold(
        "Ledger",
        "Ledger Consolidation",
        3010,
        ("2025", "2026"),
        ("Linux", "Windows"),
        "host_id*; deployed_price_tier=Team|Company|Group*; install_at",
        NAMED_HOST,
    ),
    Sold("Ledger", "Ledger Invoicing", 3020, ("2026",), ("",), has_file=False),
    Sold("Ledger", "Ledger Audit Room", 3030, ("2026",), ("",), "technical_contact*", registered_alone=True),
    Sold(
        "Tide",
        "Tide Monitor",
        4010,
        ("3.8", "4.0"),
        ("Linux", "Windows"),
        "host_id*; system_type",
        NAMED_HOST,
    ),
    Sold("Tide", "Tide Monitor Probe", 4020, ("4.0",), ("Linux", "Windows", "AIX"), has_file=False),
    Sold("Tide", "Tide Capacity Planner", 4030, ("2.1",), ("Linux",), "deployed_price_tier=1|2|3*"),
    Sold(
        "Signal",
        "Signal Message Broker",
        5010,
        ("9.2", "9.4"),
        ("Linux", "Windows", "AIX"),
        "host_id* each; deployed_price_tier=2 cores|8 cores|32 cores*",
        NAMED_HOST,
    ),
    Sold(
        "Signal",
        "Signal Partner Gateway",
        5020,
        ("9.4",),
        ("Linux",),
        "host_id*; technical_contact*; install_at*",
        NAMED_HOST,
        registered_alone=True,
    ),
    Sold("Quill", "Quill Document Server", 6010, ("14", "15"), ("Linux", "Windows"), has_file=False),
    Sold("Quill", "Quill Forms", 6020, ("15",), ("",), has_file=False),
    Sold("Quill", "Quill Translation Memory", 6030, ("15",), ("Windows",), "technical_contact"),
    Sold(
        "Loom",
        "Loom Production Planning",
        7010,
        ("8.5",),
        ("Linux", "Windows"),
        "install_at*; technical_contact; deployed_price_tier=1 line|4 lines|16 lines*",
    ),
    Sold("Loom", "Loom Shop Floor Terminal", 7020, ("8.5",), ("Windows",), "host_id* each", MAC_HOST),
    Sold(
        "Atlas",
        "Atlas Data Store",
        8010,
        ("20.1", "20.2"),
        ("Linux", "Linux on Arm"),
        "host_id*; system_type; deployed_price_tier=1|2|3|4|5*; install_at",
        HEX_HOST,
    ),
    Sold("Atlas", "Atlas Spatial Option", 8020, ("20.2",), ("Linux",), "host_id*", HEX_HOST),
)


def sku_of(sold: Sold, version: str, platform: str) -> str:
    """``HA1010-70-LX``: family, number, version and platform."""
    digits = "".join(character for character in version if character.isdigit())
    return f"{sold.family[:2].upper()}{sold.number}-{digits}-{PLATFORMS[platform]}"


def sold_by_sku() -> dict[str, Sold]:
    """Every SKU, and what it stands for."""
    return {
        sku_of(sold, version, platform): sold
        for sold in CATALOGUE
        for version in sold.versions
        for platform in sold.platforms
    }


def rows() -> list[dict[str, str]]:
    """products.csv, line by line."""
    return [
        {
            "sku": sku_of(sold, version, platform),
            "name": sold.name,
            "version": version,
            "platform": platform,
            "family": sold.family,
            "registered_alone": "yes" if sold.registered_alone else "no",
            "has_file": "yes" if sold.has_file else "no",
            "fields": sold.fields,
            "host_id_pattern": sold.host[0],
            "host_id_example": sold.host[1],
        }
        for sold in CATALOGUE
        for version in sold.versions
        for platform in sold.platforms
    ]
