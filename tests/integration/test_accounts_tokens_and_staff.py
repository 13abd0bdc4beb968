"""API tokens, the staff's list of accounts, countries, and the demo people."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from keydesk.chassis.ids import new_id
from keydesk.services.accounts.contract import AccountChanged, ApiTokenRevoked
from keydesk.services.accounts.demo import PASSWORD, load_demo_people
from keydesk.services.accounts.models import Account, ApiToken, Link, Throttle
from keydesk.services.accounts.sweeps import remove_leftovers
from tests.conftest import SettingsOf, work_context
from tests.factories.accounts import SECRETS, AccountsRoom, a_sign_up
from tests.identities import a_caller

REPORT = {"name": "Nightly report", "scopes": ["licenses:read"]}


def check(room: AccountsRoom, token: str) -> tuple[int, dict[str, object]]:
    answer = room.call_internally("gateway", "POST", "/token-checks", {"token": token})
    return answer.status_code, answer.json()


@pytest.mark.feature("B1")
def test_a_token_is_shown_once_and_holds_until_it_is_revoked(room: AccountsRoom) -> None:
    caller = room.has()
    made = room.call("POST", "/me/tokens", REPORT, caller=caller)
    assert made.status_code == 201
    token, token_id = made.json()["token"], made.json()["id"]
    status, checked = check(room, token)
    assert (status, checked["token_id"], checked["scopes"]) == (200, token_id, ["licenses:read"])

    (listed,) = room.call("GET", "/me/tokens", caller=caller).json()["items"]
    assert (listed["id"], "token" in listed) == (token_id, False)
    assert listed["last_used_at"] is not None
    assert room.call("DELETE", f"/me/tokens/{token_id}", caller=caller).status_code == 204
    assert check(room, token)[0] == 401
    assert room.call("GET", "/me/tokens", caller=caller).json()["items"] == []
    assert [fact.token_id for fact in room.told(ApiTokenRevoked)] == [token_id]
    assert room.audited() == ["api_token.made", "api_token.revoked"]


@pytest.mark.feature("B1")
def test_asking_again_with_the_same_key_makes_no_second_token(room: AccountsRoom) -> None:
    caller, key = room.has(), {"idempotency-key": "nightly-1"}
    assert room.call("POST", "/me/tokens", REPORT, caller=caller, headers=key).status_code == 201
    again = room.call("POST", "/me/tokens", REPORT, caller=caller, headers=key)
    assert (again.status_code, again.json()["code"]) == (409, "idempotency_answer_not_kept")
    assert len(room.call("GET", "/me/tokens", caller=caller).json()["items"]) == 1


@pytest.mark.feature("B1")
def test_a_token_holds_through_its_last_day(room: AccountsRoom) -> None:
    caller, today = room.has(), datetime.now(UTC).date()
    made = room.call("POST", "/me/tokens", {**REPORT, "expires_on": str(today)}, caller=caller).json()
    assert made["expires_at"] == f"{today}T23:59:59Z"
    with room.database.transaction() as session:
        session.execute(update(ApiToken).values(expires_at=datetime.now(UTC)))

    assert check(room, made["token"])[0] == 401
    passed = {**REPORT, "expires_on": str(today - timedelta(days=1))}
    refused = room.call("POST", "/me/tokens", passed, caller=caller)
    assert refused.json()["errors"][0]["pointer"] == "/expires_on"


@pytest.mark.feature("B1")
def test_a_token_cannot_make_a_mightier_one(room: AccountsRoom) -> None:
    caller = a_caller(room.has().known_account_id, scopes=("account:write", "licenses:read"))

    assert room.call("POST", "/me/tokens", REPORT, caller=caller).status_code == 201
    mightier = {**REPORT, "scopes": ["licenses:read", "licenses:write"]}
    assert room.call("POST", "/me/tokens", mightier, caller=caller).json()["code"] == "scope_missing"


@pytest.mark.feature("B1")
def test_one_has_no_more_than_fifty_tokens(room: AccountsRoom) -> None:
    caller = room.has()
    statuses = [room.call("POST", "/me/tokens", REPORT, caller=caller).status_code for _ in range(51)]

    assert statuses == [201] * 50 + [409]


def test_anothers_token_is_not_found(room: AccountsRoom) -> None:
    token_id = room.call("POST", "/me/tokens", REPORT, caller=room.has()).json()["id"]
    other = room.has(email="odd@fjordlys.example")

    assert room.call("DELETE", f"/me/tokens/{token_id}", caller=other).status_code == 404
    assert room.call("DELETE", f"/me/tokens/{new_id('tok')}", caller=other).status_code == 404


@pytest.mark.parametrize("token", ["", "kd_", "kd_" + "x" * 43, "kd_ü", "x" * 300])
def test_what_is_no_token_is_refused(room: AccountsRoom, token: str) -> None:
    assert check(room, token)[0] == 401


@pytest.mark.feature("C4")
def test_staff_find_accounts_by_any_of_their_names_page_by_page(room: AccountsRoom) -> None:
    staff = room.has(email="s@keydesk.example", company_name="Keydesk", roles=["customer", "support"])
    for number in range(5):
        room.has(email=f"n{number}@fjordlys.example", last_name="Ødegård")
    room.call("POST", "/accounts", a_sign_up(email="waiting@fjordlys.example"))

    found = room.call("GET", "/staff/accounts?query=Ødegård fjordlys&limit=3", caller=staff).json()
    rest = room.call(
        "GET", f"/staff/accounts?query=Ødegård fjordlys&limit=3&cursor={found['next_cursor']}", caller=staff
    ).json()
    assert [account["email"][:2] for account in found["items"] + rest["items"]] == [
        "n4",
        "n3",
        "n2",
        "n1",
        "n0",
    ]
    assert rest["next_cursor"] is None
    (waiting,) = room.call("GET", "/staff/accounts?query=WAITING", caller=staff).json()["items"]
    assert (waiting["status"], waiting["verified"]) == ("pending", False)
    assert room.call("GET", "/staff/accounts?query=100%25_", caller=staff).json()["items"] == []


def test_customers_do_not_see_the_staffs_list(room: AccountsRoom) -> None:
    assert room.call("GET", "/staff/accounts", caller=room.has()).status_code == 403


@pytest.mark.feature("G1")
def test_countries_are_named_in_the_readers_language_and_may_be_cached(room: AccountsRoom) -> None:
    answer = room.call("GET", "/countries", headers={"accept-language": "ja"})

    assert answer.headers["cache-control"] == "public, max-age=86400"
    assert answer.headers["vary"] == "Accept-Language"
    names = {country["code"]: country["name"] for country in answer.json()["items"]}
    assert (len(names), names["JP"]) == (249, "日本")


def test_loading_the_demo_people_twice_changes_nothing(room: AccountsRoom, settings_of: SettingsOf) -> None:
    context = work_context(settings_of("accounts", **SECRETS), room.database)
    load_demo_people(context)
    load_demo_people(context)

    assert [fact.login_id for fact in room.told(AccountChanged)] == [
        "anna",
        "ben",
        "carla",
        "support",
        "operator",
    ]
    principals = {
        login: room.log_in(login, PASSWORD).json()["account"] for login in ("anna", "support", "operator")
    }
    assert [principal["roles"] for principal in principals.values()] == [
        ["customer"],
        ["customer", "support"],
        ["customer", "operator"],
    ]
    assert all(principal["verified"] and principal["agreed"] for principal in principals.values())


def test_sign_ups_that_nobody_proved_are_forgotten_after_a_month(room: AccountsRoom) -> None:
    kept = room.has()
    room.call("POST", "/accounts", a_sign_up(email="waiting@fjordlys.example"))
    with room.database.transaction() as session:
        remove_leftovers(session, now=datetime.now(UTC) + timedelta(days=29))
    with room.database.reading() as session:
        assert len(session.scalars(select(Account)).all()) == 2

    with room.database.transaction() as session:
        remove_leftovers(session, now=datetime.now(UTC) + timedelta(days=31))
    with room.database.reading() as session:
        assert session.scalars(select(Account.id)).all() == [kept.account_id]
        assert session.scalars(select(Link)).all() == []
        assert session.scalars(select(Throttle)).all() == []
