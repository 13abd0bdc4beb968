"""What the API answers about shares, for pages that show them."""

from typing import Any

from tests.factories.registrations import LICENSE_ID

SHARE_ID = "shr_01h455vb4pex5vsknk084sn02q"
SHARER_ID = "acc_01h455vb4pex5vsknk084sn02q"
BRUNO = {"login_id": "bruno@fjord.example", "name": "Bruno Berg", "company_name": "Fjord"}


def a_share(**changed: Any) -> dict[str, Any]:
    """Something that the reader shares with Bruno."""
    return {
        "id": SHARE_ID,
        "recipient": BRUNO,
        "customer_numbers": ["C-1"],
        "licenses": [{"id": LICENSE_ID, "serial_number": "A0000000001"}],
        "level": "view",
        "comment": "For the audit",
        "ends_at": None,
        "created_at": "2026-11-25T08:00:00Z",
        "holds": True,
        "license_count": 3,
        **changed,
    }


def a_received_share(**changed: Any) -> dict[str, Any]:
    """Something that Dora shares with the reader."""
    return {
        "share_id": SHARE_ID,
        "from": {"account_id": SHARER_ID, "name": "Dora Dahl", "company_name": "Delta"},
        "level": "full",
        "customer_numbers": ["C-7"],
        "single_license_count": 2,
        "license_count": 12,
        "since": "2026-11-25T08:00:00Z",
        "ends_at": None,
        "hidden": False,
        **changed,
    }


def a_customer_number(**changed: Any) -> dict[str, Any]:
    """A customer number of licenses that the reader owns."""
    return {
        "customer_number": "C-1",
        "customer_name": "Lindqvist Instruments",
        "license_count": 2,
        **changed,
    }
