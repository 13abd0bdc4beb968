"""My account: the profile, its addresses, and the agreement."""

from dataclasses import replace
from datetime import date

import pytest

from keydesk.services.accounts.agreements.service import current_agreement
from keydesk.services.accounts.agreements.versions import AGREEMENTS, LATEST
from keydesk.services.accounts.contract import AccountChanged, EmailVerificationRequested
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.accounts import SECRETS, AccountsRoom, a_sign_up
from tests.identities import KeyRing, a_caller

NORA = "nora.haugen@fjordlys.example"
MOVED = "nora@nordlys.example"
TEAM = "licenses@fjordlys.example"


def verify_newest(room: AccountsRoom) -> int:
    return room.call("POST", "/email-verifications", {"token": room.newest_verification()}).status_code


@pytest.mark.feature("G7")
def test_the_profile_is_shown_and_changed(room: AccountsRoom) -> None:
    caller = room.has(email=NORA)
    shown = room.call("GET", "/me", caller=caller).json()
    assert (shown["email"], shown["agreed"], shown["agreement"]["version"]) == (NORA, True, LATEST)

    moved = {
        "country": "US",
        "state": "California",
        "city": "Berkeley",
        "postal_code": "94704",
        "language": "fr",
    }
    changed = room.call("PATCH", "/me", moved, caller=caller)

    assert changed.status_code == 200
    assert {**shown, **moved, "state": "CA"} == changed.json()
    (told,) = room.told(AccountChanged)
    assert (told.revision, told.language) == (2, "fr")


@pytest.mark.feature("G7")
def test_a_change_that_is_wrong_in_one_field_changes_none(room: AccountsRoom) -> None:
    caller = room.has()
    change = {"first_name": "Nina", "country": "US", "email": MOVED, "email_repeated": MOVED}
    answer = room.call("PATCH", "/me", change, caller=caller)

    assert answer.status_code == 422
    assert {error["pointer"] for error in answer.json()["errors"]} == {"/state", "/postal_code"}
    shown = room.call("GET", "/me", caller=caller).json()
    assert (shown["first_name"], shown["pending_email"]) == ("Nora", None)
    assert room.told(EmailVerificationRequested) == []


@pytest.mark.feature("G7")
def test_a_change_to_an_older_state_is_refused(room: AccountsRoom) -> None:
    caller = room.has()
    tag = room.call("GET", "/me", caller=caller).headers["etag"]
    first = room.call("PATCH", "/me", {"city": "Bergen"}, caller=caller, headers={"if-match": tag})
    second = room.call("PATCH", "/me", {"city": "Tromsø"}, caller=caller, headers={"if-match": tag})

    assert (first.status_code, second.status_code) == (200, 412)
    assert room.call("GET", "/me", caller=caller).json()["city"] == "Bergen"
    newer = first.headers["etag"]
    assert newer != tag
    assert room.call("PATCH", "/me", {"city": "Bodø"}, caller=caller, headers={"if-match": newer}).is_success


def test_a_change_to_what_is_there_already_is_none(room: AccountsRoom) -> None:
    caller = room.has()

    assert room.call("PATCH", "/me", {"city": "Oslo", "language": "en"}, caller=caller).status_code == 200
    assert room.told(AccountChanged) == []


@pytest.mark.feature("G7")
def test_a_new_address_counts_once_its_link_was_opened(room: AccountsRoom) -> None:
    caller = room.has(email=NORA)
    changed = room.call("PATCH", "/me", {"email": MOVED, "email_repeated": MOVED}, caller=caller).json()
    assert (changed["email"], changed["pending_email"]) == (NORA, MOVED)
    assert room.log_in(NORA).status_code == 200

    assert verify_newest(room) == 200
    shown = room.call("GET", "/me", caller=caller).json()
    assert (shown["email"], shown["login_id"], shown["pending_email"]) == (MOVED, MOVED, None)
    assert room.log_in(NORA).status_code == 401
    assert room.log_in(MOVED).status_code == 200
    assert room.told(AccountChanged)[-1].email == MOVED


@pytest.mark.feature("G7")
def test_an_address_that_somebody_else_proved_first_is_not_taken_over(room: AccountsRoom) -> None:
    caller = room.has(email=NORA)
    room.call("PATCH", "/me", {"email": MOVED, "email_repeated": MOVED}, caller=caller)
    link = room.newest_verification()
    room.call("POST", "/accounts", a_sign_up(email=MOVED))
    assert verify_newest(room) == 200

    assert room.call("POST", "/email-verifications", {"token": link}).json()["code"] == "link_expired"
    assert room.call("GET", "/me", caller=caller).json()["email"] == NORA


@pytest.mark.feature("G8")
def test_an_additional_address_is_told_to_others_once_its_owner_agreed(room: AccountsRoom) -> None:
    caller = room.has()
    team = {"additional_email": TEAM, "additional_email_repeated": TEAM}
    shown = room.call("PATCH", "/me", team, caller=caller).json()
    assert (shown["additional_email"], shown["additional_email_confirmed"]) == (TEAM, False)
    assert room.told(AccountChanged)[-1].additional_email is None

    assert verify_newest(room) == 200
    assert room.told(AccountChanged)[-1].additional_email == TEAM
    assert room.call("PATCH", "/me", {"additional_email": None}, caller=caller).is_success
    assert room.told(AccountChanged)[-1].additional_email is None


@pytest.mark.feature("G8")
def test_the_link_of_an_additional_address_that_was_replaced_confirms_nothing(room: AccountsRoom) -> None:
    caller = room.has()
    room.call("PATCH", "/me", {"additional_email": TEAM, "additional_email_repeated": TEAM}, caller=caller)
    link = room.newest_verification()
    room.call("PATCH", "/me", {"additional_email": MOVED, "additional_email_repeated": MOVED}, caller=caller)

    assert room.call("POST", "/email-verifications", {"token": link}).status_code == 410
    assert room.call("GET", "/me", caller=caller).json()["additional_email_confirmed"] is False


@pytest.mark.feature("G7")
def test_who_waits_for_a_link_of_their_own_change_can_have_it_sent_again(room: AccountsRoom) -> None:
    caller = room.has()
    room.call("PATCH", "/me", {"email": MOVED, "email_repeated": MOVED}, caller=caller)
    room.call("POST", "/email-verifications/requests", {"email": MOVED}, caller=caller)
    room.call("POST", "/email-verifications/requests", {"email": MOVED})

    assert [fact.purpose for fact in room.told(EmailVerificationRequested)] == ["email_change"] * 2
    assert verify_newest(room) == 200


@pytest.mark.feature("G7")
@pytest.mark.parametrize(
    ("change", "pointer"),
    [
        ({"email": None}, "/email"),
        ({"email": MOVED}, "/email_repeated"),
        ({"first_name": ""}, "/first_name"),
        (
            {"language": "tlh"},
            "/language",
        ),
        ({"roles": ["operator"]}, "/roles"),
        ({"login_id": "root"}, "/login_id"),
    ],
)
def test_what_may_not_be_changed_is_refused(
    room: AccountsRoom, change: dict[str, object], pointer: str
) -> None:
    answer = room.call("PATCH", "/me", change, caller=room.has())

    assert answer.status_code == 422
    assert answer.json()["errors"][0]["pointer"] == pointer


@pytest.mark.feature("G5")
def test_a_newer_agreement_is_asked_for_and_accepted_once(
    databases: TestDatabases, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing
) -> None:
    newer = replace(AGREEMENTS[LATEST], version="2027-03", published_on=date(2027, 3, 1))
    with databases.empty("accounts") as database:
        client = client_of(settings_of("accounts", **SECRETS), {current_agreement: newer})
        room = AccountsRoom(client, database, ring)
        caller = room.has(login_id="nora")
        assert room.log_in("nora").json()["account"]["agreed"] is False
        outdated = room.call("PUT", "/me/agreement", {"version": LATEST}, caller=caller)
        assert outdated.json()["errors"][0]["code"] == "agreement_outdated"

        for _ in range(2):
            assert room.call("PUT", "/me/agreement", {"version": "2027-03"}, caller=caller).status_code == 204

        assert room.log_in("nora").json()["account"]["agreed"] is True
        assert [fact.agreed for fact in room.told(AccountChanged)] == [True]
        assert room.audited() == ["agreement.accepted"]


@pytest.mark.feature("G5")
def test_the_agreement_is_shown_to_anybody(room: AccountsRoom) -> None:
    shown = room.call("GET", "/agreements/current").json()

    assert (shown["version"], shown["language"], shown["published_on"]) == (LATEST, "en", "2026-01-15")
    assert len(shown["sections"]) >= 6


def test_a_token_without_the_scope_sees_and_changes_nothing(room: AccountsRoom) -> None:
    caller = a_caller(room.has().known_account_id, scopes=("licenses:read",))

    assert room.call("GET", "/me", caller=caller).json()["code"] == "scope_missing"
    assert room.call("PATCH", "/me", {"city": "Bergen"}, caller=caller).json()["code"] == "scope_missing"
