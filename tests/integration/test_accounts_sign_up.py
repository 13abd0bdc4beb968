"""Signing up, from the form to the verified account."""

from collections.abc import Iterator

import pytest

from keydesk.services.accounts.contract import AccountChanged, EmailVerificationRequested
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.accounts import SECRETS, AccountsRoom, a_sign_up
from tests.identities import KeyRing


@pytest.fixture
def room(
    databases: TestDatabases, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing
) -> Iterator[AccountsRoom]:
    with databases.empty("accounts") as database:
        yield AccountsRoom(client_of(settings_of("accounts", **SECRETS)), database, ring)


@pytest.mark.feature("G6")
def test_who_signs_up_and_opens_the_link_can_log_in(room: AccountsRoom) -> None:
    answer = room.call("POST", "/accounts", a_sign_up())
    assert (answer.status_code, answer.json()) == (
        202,
        {"status": "verification_sent", "email": "nora.haugen@fjordlys.example"},
    )
    assert room.log_in("nora.haugen@fjordlys.example").status_code == 403

    token = room.newest_verification()
    verified = room.call("POST", "/email-verifications", {"token": token})
    assert verified.json() == {
        "email": "nora.haugen@fjordlys.example",
        "purpose": "sign_up",
        "login_id": "nora.haugen@fjordlys.example",
    }

    logged_in = room.log_in("Nora.Haugen@fjordlys.example")
    assert logged_in.status_code == 200
    assert logged_in.json()["account"]["verified"] is True
    assert [fact.status for fact in room.told(AccountChanged)] == ["pending", "active"]
    assert len(room.told(EmailVerificationRequested)) == 1
