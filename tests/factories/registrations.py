"""What the API answers about registrations, licenses and imports, for pages that show them."""

from typing import Any

REGISTRATION_ID = "reg_01h455vb4pex5vsknk084sn02q"
ITEM_ID = "itm_01h455vb4pex5vsknk084sn02q"
LICENSE_ID = "lic_01h455vb4pex5vsknk084sn02q"
IMPORT_ID = "imp_01h455vb4pex5vsknk084sn02q"

A_PRODUCT = {"sku": "QF-100", "name": "Quillfort Archive", "version": "7.2", "platform": "Linux"}
HOST_ID = {
    "name": "host_id",
    "required": True,
    "per_line": True,
    "choices": None,
    "pattern": None,
    "example": "80A1B2C3",
}
TIER = {**HOST_ID, "name": "deployed_price_tier", "per_line": False, "choices": ["1", "2"], "example": "1"}
CONTACT = {**HOST_ID, "name": "technical_contact", "per_line": False, "required": False, "example": ""}


def a_registration(**changed: Any) -> dict[str, Any]:
    """A draft with one line that is ready."""
    counts = {"lines": 1, "ready": 1, "needs_information": 0, "refused": 0}
    return {
        "id": REGISTRATION_ID,
        "status": "draft",
        "created_at": "2026-11-25T08:00:00Z",
        "updated_at": "2026-11-25T08:00:00Z",
        "completed_at": None,
        "counts": counts,
        "products": [{**A_PRODUCT, "lines": 1, "fields": [], "information": {}, "complete": True}],
        "progress": {"done": 0, "total": 1},
        "ready": True,
        "has_file": True,
        **changed,
    }


def an_item(**changed: Any) -> dict[str, Any]:
    """A line that is ready."""
    return {
        "id": ITEM_ID,
        "serial_number": "A0000000001",
        "state": "ready",
        "problem": None,
        "product": A_PRODUCT,
        "order_number": "SO-1",
        "quantity": 5,
        "entitled_price_tier": "1",
        "maintenance_end": "2027-01-31",
        "information": {},
        "license": None,
        **changed,
    }


def a_page(*items: dict[str, Any], next_cursor: str | None = None) -> dict[str, Any]:
    """A page of a list."""
    return {"items": list(items), "next_cursor": next_cursor}


def a_listed_license(**changed: Any) -> dict[str, Any]:
    """A license as the catalog lists it."""
    return {
        "id": LICENSE_ID,
        "serial_number": "A0000000001",
        "product": A_PRODUCT,
        "order_number": "SO-1",
        "customer_number": "C-1",
        "customer_name": "Lindqvist Instruments",
        "host_id": "80A1B2C3",
        "quantity": 5,
        "status": "active",
        "registered_at": "2026-11-25T08:00:00Z",
        "maintenance_end": "2027-01-31",
        "has_file": True,
        "access": "owner",
        "deployed_price_tier": "1",
        "entitled_price_tier": "1",
        "system_type": "",
        "fields": {},
        **changed,
    }


def a_license(**changed: Any) -> dict[str, Any]:
    """A license with its details."""
    return {
        **a_listed_license(),
        "order": {
            "customer_name": "Lindqvist Instruments",
            "customer_number": "C-1",
            "order_number": "SO-1",
            "ordered_on": "2026-10-01",
            "entitled_price_tier": "1",
            "quantity_purchased": 5,
        },
        "key": {
            "product_name": "Quillfort Archive",
            "sku": "QF-100",
            "product_version": "7.2",
            "platform": "Linux",
            "serial_number": "A0000000001",
            "host_id": "80A1B2C3",
            "deployed_price_tier": "1",
            "system_type": None,
            "added_at": None,
            "registered_at": "2026-11-25T08:00:00Z",
            "starts_on": "2026-01-31",
            "ends_on": "2027-01-31",
            "support_agreement_number": None,
            "alternate_contact": None,
            "license_keys": ["AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"],
        },
        "deployment": {"install_at": None, "technical_contact": None},
        "ownership": {
            "owner_name": "Anna Lindqvist",
            "owner_company": "Lindqvist Instruments",
            "access": "owner",
        },
        "options": ["download_file"],
        "file_name": "QF-100-A0000000001.slf",
        "registration_id": REGISTRATION_ID,
        "refused_options": [],
        **changed,
    }


def a_history() -> dict[str, Any]:
    """What was done to a license."""
    return {
        "items": [
            {
                "action": "registered",
                "at": "2026-11-25T08:00:00Z",
                "account_id": "acc_1",
                "name": "Anna Lindqvist",
                "through": "",
                "details": {},
            }
        ]
    }


def a_comment(**changed: Any) -> dict[str, Any]:
    """A comment as the catalog lists it."""
    return {
        "id": "cmt_01h455vb4pex5vsknk084sn02q",
        "content": "Moved to the new cluster.\nSee <b>ticket</b> 7.",
        "at": "2026-11-25T08:00:00Z",
        "account_id": "acc_1",
        "name": "Anna Lindqvist",
        **changed,
    }


def an_import(**changed: Any) -> dict[str, Any]:
    """A file of orders that was read."""
    return {
        "id": IMPORT_ID,
        "kind": "orders",
        "file_name": "orders.csv",
        "dry_run": False,
        "status": "completed",
        "progress": {"done": 10, "total": 10},
        "counts": {"created": 7, "updated": 1, "unchanged": 1, "failed": 1},
        "created_at": "2026-11-25T08:00:00Z",
        "finished_at": "2026-11-25T08:01:00Z",
        "account_id": "acc_01h455vb4pex5vsknk084sn02q",
        "problem": None,
        **changed,
    }
