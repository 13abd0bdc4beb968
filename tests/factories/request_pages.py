"""What the API answers about requests, for pages that show them."""

from typing import Any

from tests.factories.registrations import LICENSE_ID

REQUEST_ID = "req_01h455vb4pex5vsknk084sn02q"
MOMENT = "2026-11-25T08:00:00Z"


def a_listed_request(**changed: Any) -> dict[str, Any]:
    """One line of my requests."""
    return {
        "id": REQUEST_ID,
        "kind": "ownership_transfer",
        "status": "pending_approval",
        "title": "Our <office>",
        "created_at": MOMENT,
        "changed_at": MOMENT,
        "due_at": "2026-11-27T08:00:00Z",
        "license_count": 120,
        "concerns": "requester",
        **changed,
    }


def a_message(**changed: Any) -> dict[str, Any]:
    """A message of support's."""
    told = {"id": "msg_1", "at": MOMENT, "by_name": "Sam Berg", "from_support": True, "mine": False}
    return {**told, "content": "Which office?", **changed}


def an_attachment(**changed: Any) -> dict[str, Any]:
    """A file on a request, of the one who reads."""
    return {
        "id": "att_01h455vb4pex5vsknk084sn02q",
        "file_name": "quote <7>.pdf",
        "size": 3 * 1024 * 1024 // 2,
        "media_type": "application/pdf",
        "by_name": "Anna Berg",
        "from_support": False,
        "mine": True,
        "at": MOMENT,
        "scan": "clean",
        **changed,
    }


def _common() -> dict[str, Any]:
    return {
        "description": "We <moved>.",
        "parties": [
            {
                "account_id": "acc_1",
                "name": "Anna Berg",
                "company_name": "Lindqvist",
                "concerns": "requester",
            },
            {"account_id": "acc_2", "name": "", "company_name": "", "concerns": "other_side"},
        ],
        "licenses": [
            {
                "license_id": LICENSE_ID,
                "serial_number": "A0000000001",
                "product_name": "Harbour Ledger",
                "state": "ready",
            }
        ],
        "progress": {"done": 0, "total": 120},
        "outcome": {"moved": 0, "lost": 0, "left_out": 0, "said": ""},
        "messages": [a_message()],
        "attachments": [an_attachment()],
    }


def a_request(**changed: Any) -> dict[str, Any]:
    """A request of mine."""
    event = {
        "from_status": None,
        "to_status": "submitted",
        "at": MOMENT,
        "by_name": "Anna Berg",
        "note": "",
    }
    return {**a_listed_request(), **_common(), "events": [event], "may_withdraw": True, **changed}


def a_queued_request(**changed: Any) -> dict[str, Any]:
    """One line of support's queue."""
    listed = a_listed_request()
    del listed["concerns"]
    return {
        **listed,
        "requester_name": "Anna Berg",
        "requester_company": "Lindqvist",
        "overdue": False,
        "assigned_to_name": None,
        "mine": False,
        "first_approved": False,
        **changed,
    }


def a_support_request(**changed: Any) -> dict[str, Any]:
    """A request as support sees it."""
    event = {
        "action": "taken",
        "from_status": "pending_approval",
        "to_status": "pending_approval",
        "at": MOMENT,
        "by_name": "Sam Berg",
        "note": "",
    }
    return {
        **a_queued_request(),
        **_common(),
        "findings": [
            {"code": "owner_confirmed", "weight": "good", "text": "Still owned", "licenses": 120},
            {"code": "other_company", "weight": "neutral", "text": "Another company", "licenses": 120},
            {"code": "no_longer_owned", "weight": "bad", "text": "No longer owned", "licenses": 3},
        ],
        "events": [event],
        "other_requests": {"open": 1, "total": 4},
        "two_needed": True,
        "first_approval": None,
        "own": False,
        "may": ["take", "hand_over", "approve", "reject"],
        **changed,
    }


def a_summary(**changed: Any) -> dict[str, Any]:
    """The queue in figures."""
    return {
        "waiting": 7,
        "overdue": 1,
        "by_age": [
            {"age": "under_4_hours", "count": 4},
            {"age": "under_1_day", "count": 2},
            {"age": "under_2_days", "count": 0},
            {"age": "older", "count": 1},
        ],
        "by_kind": [{"kind": "general", "count": 5}, {"kind": "ownership_transfer", "count": 2}],
        "time_to_decide": {"decided": 30, "p50_seconds": 5400.0, "p90_seconds": 100000.0},
        **changed,
    }
