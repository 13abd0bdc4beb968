"""An account as support sees it, and unlocking it (C4)."""

from typing import Any

import pytest
from sqlalchemy import select, update

from keydesk.chassis.audit import broken_at
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import audit
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.throttles.rules import LOGIN
from tests.factories.accounts import PASSWORD, AccountsRoom
from tests.identities import a_caller

REASON = "Called us; named the order"


@pytest.fixture
def support() -> Caller:
    return a_caller(new_id("acc"), roles=("customer", "support"))


@pytest.fixture
def nora(room: AccountsRoom) -> Caller:
    return room.has(login_id="nora")


def show(room: AccountsRoom, account: Caller, caller: Caller) -> Any:
    answer = room.call("GET", f"/staff/accounts/{account.account_id}", caller=caller)
    assert answer.status_code == 200, answer.text
    return answer.json()


def unlock(room: AccountsRoom, account: Caller, caller: Caller, body: Any = None) -> Any:
    path = f"/staff/accounts/{account.account_id}/unlock"
    return room.call("POST", path, {"reason": REASON} if body is None else body, caller=caller)


def guess(room: AccountsRoom, *, device: str | None = None) -> None:
    for _ in range(LOGIN.free_tries):
        assert room.log_in("nora", "not this one", device=device).status_code == 401
    assert room.log_in("nora", device=device).status_code == 429


@pytest.mark.feature("C4")
@pytest.mark.parametrize("role", ["support", "operator"])
def test_staff_see_the_whole_account_but_nothing_that_one_could_log_in_with(
    room: AccountsRoom, nora: Caller, role: str
) -> None:
    found = show(room, nora, a_caller(new_id("acc"), roles=("customer", role)))

    assert (found["login_id"], found["name"], found["company_name"]) == (
        "nora",
        "Nora Haugen",
        "Fjordlys Energi",
    )
    assert (found["verified"], found["agreed"], found["status"]) == (True, True, "active")
    assert (found["phone_number"], found["street_address"], found["country"]) == (
        "+4722123456",
        "Storgata 5",
        "NO",
    )
    assert (found["failed_logins"], found["login_refused_until"]) == (0, None)
    assert not {"password_hash", "session_epoch", "searched"} & found.keys()


def test_what_is_not_there_is_not_found(room: AccountsRoom, nora: Caller, support: Caller) -> None:
    with room.database.transaction() as session:
        session.execute(update(Account).values(status="superseded"))

    for account in (nora, a_caller(new_id("acc"))):
        assert room.call("GET", f"/staff/accounts/{account.account_id}", caller=support).status_code == 404
        assert unlock(room, account, support).status_code == 404


@pytest.mark.feature("C4", "G3")
def test_support_sees_that_logging_in_is_slowed_down(
    room: AccountsRoom, nora: Caller, support: Caller
) -> None:
    guess(room)

    found = show(room, nora, support)

    assert found["failed_logins"] == LOGIN.free_tries
    assert found["login_refused_until"] is not None


@pytest.mark.feature("C4", "G3")
def test_whoever_was_unlocked_logs_in_at_once(room: AccountsRoom, nora: Caller, support: Caller) -> None:
    guess(room)

    found = unlock(room, nora, support).json()

    assert (found["failed_logins"], found["login_refused_until"]) == (0, None)
    assert room.log_in("nora").status_code == 200


def test_unlocking_also_frees_the_devices_that_the_owner_used_before(
    room: AccountsRoom, nora: Caller, support: Caller
) -> None:
    device = room.log_in("nora").json()["device"]
    guess(room, device=device)
    assert show(room, nora, support)["login_refused_until"] is not None

    unlock(room, nora, support)

    assert room.log_in("nora", device=device).status_code == 200


@pytest.mark.usefixtures("nora")
def test_unlocking_one_account_leaves_the_others_slowed_down(room: AccountsRoom, support: Caller) -> None:
    other = room.has(email="other@fjordlys.example", login_id="other")
    guess(room)

    unlock(room, other, support)

    assert room.log_in("nora").status_code == 429


@pytest.mark.feature("C4")
def test_a_locked_account_is_active_again_and_the_other_rooms_are_told(
    room: AccountsRoom, nora: Caller, support: Caller
) -> None:
    with room.database.transaction() as session:
        session.execute(update(Account).values(status="locked"))
    assert room.log_in("nora").status_code == 401

    assert unlock(room, nora, support).json()["status"] == "active"

    (told,) = room.told(AccountChanged)
    assert (told.account_id, told.status, told.revision) == (nora.account_id, "active", 2)
    assert room.log_in("nora").status_code == 200


def test_unlocking_does_not_prove_an_address(room: AccountsRoom, nora: Caller, support: Caller) -> None:
    with room.database.transaction() as session:
        session.execute(update(Account).values(status="locked", email_verified_at=None))

    assert unlock(room, nora, support).json()["status"] == "locked"


@pytest.mark.feature("C4")
def test_the_audit_trail_keeps_who_unlocked_whom_and_why(
    room: AccountsRoom, nora: Caller, support: Caller
) -> None:
    guess(room)
    unlock(room, nora, support)

    with room.database.reading() as session:
        kept = session.execute(select(audit)).mappings().one()
        assert broken_at(session) is None
    assert (kept["actor"], kept["action"], kept["subject"]) == (
        support.account_id,
        "account.unlocked",
        nora.account_id,
    )
    assert kept["details"] == {"reason": REASON, "status": "active", "failed_logins": LOGIN.free_tries}


@pytest.mark.parametrize(
    "body",
    [{}, {"reason": ""}, {"reason": "  "}, {"reason": "a\x00b"}, {"reason": "x" * 501}, {"reason": None},
     {"reason": "x", "status": "active"}, []],
)  # fmt: skip
def test_nobody_is_unlocked_without_a_reason(
    room: AccountsRoom, nora: Caller, support: Caller, body: Any
) -> None:
    guess(room)

    assert unlock(room, nora, support, body).status_code == 422
    assert room.log_in("nora").status_code == 429
    assert room.audited() == []


@pytest.mark.parametrize(
    "roles", [("customer",), ("customer", "operator"), ()], ids=["customer", "operator", "no role"]
)
def test_only_support_unlocks(room: AccountsRoom, nora: Caller, roles: tuple[str, ...]) -> None:
    guess(room)

    assert unlock(room, nora, a_caller(new_id("acc"), roles=roles)).status_code == 403
    assert room.log_in("nora").status_code == 429


def test_customers_see_no_account_here_not_even_their_own(room: AccountsRoom, nora: Caller) -> None:
    answer = room.call("GET", f"/staff/accounts/{nora.account_id}", caller=nora)

    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("scope", ["support:read", "support:write"])
def test_a_token_needs_the_scope_of_what_it_does(room: AccountsRoom, nora: Caller, scope: str) -> None:
    token = a_caller(new_id("acc"), roles=("customer", "support"), scopes=(scope,))

    seen = room.call("GET", f"/staff/accounts/{nora.account_id}", caller=token).status_code
    unlocked = unlock(room, nora, token).status_code

    assert (seen, unlocked) == ((200, 403) if scope == "support:read" else (403, 200))


def test_the_password_stays_what_it_was(room: AccountsRoom, nora: Caller, support: Caller) -> None:
    unlock(room, nora, support)

    assert room.log_in("nora", "another one").status_code == 401
    assert room.log_in("nora", PASSWORD).status_code == 200
