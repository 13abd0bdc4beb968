"""Logging in, being slowed down, forgetting the password and changing it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, update

from keydesk.services.accounts.authentication import service
from keydesk.services.accounts.contract import (
    EmailVerificationRequested,
    PasswordChanged,
    PasswordResetOfUnknownRequested,
    PasswordResetRequested,
)
from keydesk.services.accounts.models import Account, Link, Throttle
from keydesk.services.accounts.passwords.hashing import verify_password
from tests.factories.accounts import PASSWORD, AccountsRoom, a_sign_up
from tests.identities import a_caller

NORA = "nora.haugen@fjordlys.example"
NEW = "granite-lantern-77"


def newest_reset(room: AccountsRoom) -> str:
    return room.link_token("password_reset", room.told(PasswordResetRequested)[-1].reset_id)


def a_reset(token: str, password: str = NEW) -> dict[str, str]:
    return {"token": token, "password": password, "password_repeated": password}


def let_time_pass(room: AccountsRoom) -> None:
    """As if every wait were over."""
    with room.database.transaction() as session:
        session.execute(update(Throttle).values(blocked_until=datetime.now(UTC) - timedelta(seconds=1)))


def wait_of(room: AccountsRoom) -> float:
    """How long the last try makes its login ID wait, in seconds."""
    with room.database.reading() as session:
        throttle = session.scalars(select(Throttle)).one()
        assert throttle.blocked_until is not None
        return (throttle.blocked_until - throttle.last_try_at).total_seconds()


@pytest.mark.feature("G3")
def test_one_logs_in_by_login_id_or_address_whatever_the_case(room: AccountsRoom) -> None:
    caller = room.has(email=NORA, login_id="nora")

    for login in ("nora", "Nora", NORA, NORA.upper()):
        answer = room.log_in(login)
        assert answer.status_code == 200
        assert answer.json()["account"] == {
            "account_id": caller.account_id,
            "login_id": "nora",
            "name": "Nora Haugen",
            "company_name": "Fjordlys Energi",
            "roles": ["customer"],
            "verified": True,
            "agreed": True,
            "language": "en",
            "session_epoch": 1,
        }


@pytest.mark.feature("G3")
def test_a_wrong_password_and_an_unknown_login_id_are_refused_alike(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    room.call("POST", "/accounts", a_sign_up(email="pending@fjordlys.example"))
    answers = [
        room.log_in(login, "wrong") for login in ("nora", "nobody", "pending@fjordlys.example", "", "a b")
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(401, "credentials_wrong")}


@pytest.mark.feature("G3")
@pytest.mark.parametrize("login", ["nora", "nobody"])
def test_who_guesses_has_to_wait_longer_each_time_whether_there_is_an_account_or_not(
    room: AccountsRoom, login: str
) -> None:
    room.has(login_id="nora")
    assert [room.log_in(login, "wrong").status_code for _ in range(6)] == [401] * 5 + [429]

    waits = []
    for _ in range(3):
        waits.append(wait_of(room))
        assert int(room.log_in(login).headers["retry-after"]) <= waits[-1]
        let_time_pass(room)
        assert room.log_in(login, "wrong").status_code == 401
    assert waits == [15, 30, 60]


@pytest.mark.feature("G3")
def test_a_hundred_guesses_at_once_get_no_further_than_one_after_another(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    with ThreadPoolExecutor(20) as pool:
        statuses = list(pool.map(lambda _: room.log_in("nora", "wrong").status_code, range(100)))

    assert statuses.count(401) <= 6
    assert set(statuses) == {401, 429}


@pytest.mark.feature("G3")
def test_the_owner_gets_in_on_a_known_device_while_others_guess(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    device = room.log_in("nora").json()["device"]
    for _ in range(6):
        room.log_in("nora", "wrong")

    assert room.log_in("nora").status_code == 429
    assert room.log_in("nora", device=f"{device}x").status_code == 429
    assert room.log_in("nora", device=device).status_code == 200


@pytest.mark.feature("G3")
def test_a_known_device_does_not_guess_without_end_either(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    device = room.log_in("nora").json()["device"]

    assert [room.log_in("nora", "wrong", device=device).status_code for _ in range(6)] == [401] * 5 + [429]
    assert room.log_in("nora").status_code == 200


def test_a_login_makes_an_outdated_hash_anew(room: AccountsRoom) -> None:
    caller = room.has(login_id="nora")
    weak = PasswordHasher(time_cost=1, memory_cost=1024, parallelism=1).hash(PASSWORD.encode())
    with room.database.transaction() as session:
        session.execute(update(Account).values(password_hash=weak))

    assert room.log_in("nora").status_code == 200
    with room.database.reading() as session:
        account = session.get(Account, caller.account_id)
        assert account is not None
        assert account.password_hash != weak
    assert room.log_in("nora").status_code == 200


def test_a_password_that_is_changed_while_it_is_checked_opens_nothing(
    room: AccountsRoom, monkeypatch: pytest.MonkeyPatch
) -> None:
    caller = room.has(login_id="nora")
    change = {"current_password": PASSWORD, "password": NEW, "password_repeated": NEW}

    def check_slowly(password_hash: str | None, password: str) -> bool:
        assert room.call("PUT", "/me/password", change, caller=caller).status_code == 204
        return verify_password(password_hash, password)

    monkeypatch.setattr(service, "verify_password", check_slowly)
    assert room.log_in("nora").status_code == 401


def test_only_the_gateway_may_ask_whether_a_password_fits(room: AccountsRoom) -> None:
    body = {"login_id": "nora", "password": "x", "address": ""}
    assert room.call_internally("portal", "POST", "/authentications", body).status_code == 403
    assert (
        room.call_internally("gateway", "GET", "/links/email_verification/ver_" + "0" * 26).status_code == 403
    )


@pytest.mark.feature("G3")
def test_a_forgotten_password_is_set_anew_by_a_link_that_works_once(room: AccountsRoom) -> None:
    caller = room.has(email=NORA, login_id="nora")
    assert room.call("POST", "/password-resets", {"login_id": "nora"}).status_code == 202
    token = newest_reset(room)

    assert room.call("POST", "/password-resets/complete", a_reset(token)).status_code == 204
    assert room.log_in("nora", PASSWORD).status_code == 401
    assert room.log_in("nora", NEW).json()["account"]["session_epoch"] == 2
    again = room.call("POST", "/password-resets/complete", a_reset(token, "another-lantern-78"))
    assert again.json()["code"] == "link_expired"
    (told,) = room.told(PasswordChanged)
    assert (told.account_id, told.email, told.kept_session_id) == (caller.account_id, NORA, None)
    assert room.audited() == ["password.reset"]


@pytest.mark.feature("G3")
def test_asking_for_a_new_password_answers_the_same_for_everyone(room: AccountsRoom) -> None:
    room.has(email=NORA, login_id="nora")
    room.call("POST", "/accounts", a_sign_up(email="pending@fjordlys.example"))
    logins = ("nora", NORA, "nobody", "new@fjordlys.example", "pending@fjordlys.example")
    answers = [room.call("POST", "/password-resets", {"login_id": login}) for login in logins]

    assert {(answer.status_code, answer.text) for answer in answers} == {(202, '{"status":"answer_sent"}')}
    assert [fact.email for fact in room.told(PasswordResetRequested)] == [NORA, NORA]
    assert [fact.email for fact in room.told(PasswordResetOfUnknownRequested)] == ["new@fjordlys.example"]
    assert [fact.email for fact in room.told(EmailVerificationRequested)] == ["pending@fjordlys.example"] * 2


@pytest.mark.feature("G3")
def test_a_reset_link_ends_after_half_an_hour_and_with_a_newer_one(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    room.call("POST", "/password-resets", {"login_id": "nora"})
    first = newest_reset(room)
    room.call("POST", "/password-resets", {"login_id": "nora"})
    second = newest_reset(room)
    with room.database.transaction() as session:
        link = session.scalars(select(Link).where(Link.ended_at.is_(None))).one()
        assert link.expires_at - link.made_at == timedelta(minutes=30)
        link.expires_at = link.made_at

    for token in (first, second):
        assert room.call("POST", "/password-resets/complete", a_reset(token)).json()["code"] == "link_expired"


@pytest.mark.feature("G3")
def test_a_link_survives_a_password_that_may_not_be_chosen(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    room.call("POST", "/password-resets", {"login_id": "nora"})
    token = newest_reset(room)

    weak = room.call("POST", "/password-resets/complete", a_reset(token, "fjordlys-2026"))
    assert (weak.status_code, weak.json()["errors"][0]["code"]) == (422, "password_common")
    assert room.call("POST", "/password-resets/complete", a_reset(token)).status_code == 204


def test_a_verification_link_sets_no_password(room: AccountsRoom) -> None:
    room.call("POST", "/accounts", a_sign_up())
    token = room.newest_verification()

    assert room.call("POST", "/password-resets/complete", a_reset(token)).json()["code"] == "link_unknown"


@pytest.mark.feature("G3")
def test_a_reset_lets_an_owner_in_whom_others_locked_out(room: AccountsRoom) -> None:
    room.has(login_id="nora")
    for _ in range(6):
        room.log_in("nora", "wrong")
    room.call("POST", "/password-resets", {"login_id": "nora"})
    room.call("POST", "/password-resets/complete", a_reset(newest_reset(room)))

    assert room.log_in("nora", NEW).status_code == 200


@pytest.mark.feature("G7")
def test_changing_the_password_ends_the_other_sessions(room: AccountsRoom) -> None:
    caller = room.has(login_id="nora")
    change = {"current_password": PASSWORD, "password": NEW, "password_repeated": NEW}

    assert room.call("PUT", "/me/password", change, caller=caller).status_code == 204
    assert room.log_in("nora", NEW).status_code == 200
    (told,) = room.told(PasswordChanged)
    assert told.kept_session_id == caller.session_id


@pytest.mark.feature("G7")
def test_the_current_password_cannot_be_guessed_from_an_open_session(room: AccountsRoom) -> None:
    caller = room.has(login_id="nora")
    guess = {"current_password": "wrong", "password": NEW, "password_repeated": NEW}
    answers = [room.call("PUT", "/me/password", guess, caller=caller) for _ in range(6)]

    assert [answer.status_code for answer in answers] == [422] * 5 + [429]
    assert answers[0].json()["errors"][0]["pointer"] == "/current_password"


def test_an_account_that_is_gone_is_not_found(room: AccountsRoom) -> None:
    gone = "acc_01kavq7n5se8arpn1n2n5hz3qd"

    assert room.call_internally("gateway", "GET", f"/accounts/{gone}/principal").status_code == 404
    assert room.call("GET", "/me", caller=a_caller(gone)).status_code == 404
