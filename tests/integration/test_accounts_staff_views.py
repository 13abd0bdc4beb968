"""Whom support may view the portal as, and the trail of it (C4)."""

from typing import Any

import pytest
from sqlalchemy import select, update

from keydesk.chassis.audit import broken_at
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import audit
from keydesk.services.accounts.models import Account
from tests.factories.accounts import AccountsRoom

VIEW_ID = new_id("vw")
UNTIL = "2026-11-25T10:30:00+00:00"


@pytest.fixture
def nora(room: AccountsRoom) -> Caller:
    return room.has()


@pytest.fixture
def sam(room: AccountsRoom) -> Caller:
    return room.has(email="sam@keydesk.example", roles=["customer", "support"])


def begin(room: AccountsRoom, viewer: Caller, account: Caller, **fields: Any) -> Any:
    body = {
        "view_id": VIEW_ID,
        "viewer_id": viewer.account_id,
        "account_id": account.account_id,
        "reason": "Ticket 4711",
        "until": UNTIL,
    }
    return room.call_internally("gateway", "POST", "/views", body | fields)


@pytest.mark.feature("C4")
def test_who_views_whom_why_and_until_when_is_kept_before_anything_is_seen(
    room: AccountsRoom, nora: Caller, sam: Caller
) -> None:
    told = begin(room, sam, nora)

    assert (told.status_code, told.json()["account_id"]) == (200, nora.account_id)
    with room.database.reading() as session:
        kept = session.execute(select(audit)).mappings().one()
        assert broken_at(session) is None
    assert (kept["actor"], kept["action"], kept["subject"]) == (
        sam.account_id,
        "account.view_begun",
        nora.account_id,
    )
    assert kept["details"] == {"reason": "Ticket 4711", "view_id": VIEW_ID, "until": UNTIL}


@pytest.mark.feature("C4")
def test_that_a_view_was_stopped_is_kept(room: AccountsRoom, nora: Caller, sam: Caller) -> None:
    begin(room, sam, nora)
    body = {"view_id": VIEW_ID, "viewer_id": sam.account_id, "account_id": nora.account_id}

    assert room.call_internally("gateway", "POST", "/views/ends", body).status_code == 200
    assert room.audited() == ["account.view_begun", "account.view_ended"]


@pytest.mark.parametrize("role", ["support", "operator"])
def test_staff_are_not_viewed(room: AccountsRoom, sam: Caller, role: str) -> None:
    colleague = room.has(email="colleague@keydesk.example", roles=["customer", role])

    answer = begin(room, sam, colleague)

    assert (answer.status_code, answer.json()["code"]) == (403, "staff_not_viewed")
    assert room.audited() == []


@pytest.mark.parametrize("roles", [["customer"], ["customer", "operator"]])
def test_whoever_is_not_of_support_now_views_nobody(
    room: AccountsRoom, nora: Caller, sam: Caller, roles: list[str]
) -> None:
    with room.database.transaction() as session:
        session.execute(update(Account).where(Account.id == sam.account_id).values(roles=roles))

    assert begin(room, sam, nora).status_code == 403
    assert room.audited() == []


@pytest.mark.parametrize("status", ["pending", "locked", "superseded"])
@pytest.mark.parametrize("who", ["viewer", "viewed"])
def test_accounts_that_may_not_act_neither_view_nor_are_viewed(
    room: AccountsRoom, nora: Caller, sam: Caller, status: str, who: str
) -> None:
    account_id = (sam if who == "viewer" else nora).account_id
    with room.database.transaction() as session:
        session.execute(update(Account).where(Account.id == account_id).values(status=status))

    assert begin(room, sam, nora).status_code == (403 if who == "viewer" else 404)
    assert room.audited() == []


@pytest.mark.parametrize(
    "fields", [{"reason": ""}, {"reason": " "}, {"account_id": "x"}, {"viewer_id": None}, {"until": "soon"},
               {"view_id": "1"}, {"more": 1}]
)  # fmt: skip
def test_a_record_that_says_too_little_is_refused(
    room: AccountsRoom, nora: Caller, sam: Caller, fields: dict[str, Any]
) -> None:
    assert begin(room, sam, nora, **fields).status_code == 422


@pytest.mark.parametrize("service", ["portal", "licensing", "catalog", "notifications"])
def test_only_the_gateway_records_views(room: AccountsRoom, service: str) -> None:
    assert room.call_internally(service, "POST", "/views", {}).status_code == 403
    assert room.call_internally(service, "POST", "/views/ends", {}).status_code == 403
