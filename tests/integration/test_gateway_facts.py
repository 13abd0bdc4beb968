"""What the gateway learns from accounts' facts: sessions end, or say what is true now."""

from collections.abc import Iterator

import httpx2
import pytest

from keydesk.gateway.consumers import SESSIONS
from keydesk.services.accounts.contract import AccountChanged, ApiTokenRevoked, PasswordChanged
from tests.factories.gateway import House, Person, a_house
from tests.identities import KeyRing


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring) as running:
        yield running


@pytest.fixture
def maria(house: House) -> Person:
    return house.rooms.add(Person())


def changed(person: Person) -> AccountChanged:
    return AccountChanged(
        account_id=person.account_id,
        revision=2,
        status="active",
        login_id=person.login_id,
        email=person.login_id,
        first_name="Maria",
        last_name="Rossi",
        company_name="Rossi SpA",
        roles=person.roles,
        verified=person.verified,
        agreed=person.agreed,
    )


def new_password(person: Person, kept_session_id: str | None = None) -> PasswordChanged:
    return PasswordChanged(
        account_id=person.account_id,
        email=person.login_id,
        first_name="Maria",
        last_name="Rossi",
        language="en",
        kept_session_id=kept_session_id,
    )


def is_logged_in(client: httpx2.Client) -> bool:
    return client.get("/api/v1/sessions/current").status_code == 200


@pytest.mark.feature("G7")
def test_a_new_password_ends_every_session_but_the_one_it_was_set_in(house: House, maria: Person) -> None:
    with house.client() as here, house.client() as elsewhere:
        house.log_in(elsewhere, maria)
        house.log_in(here, maria)
        here.get("/api/v1/registrations")
        kept = house.rooms.caller_of(house.rooms.last("licensing")).session_id

        maria.session_epoch += 1
        house.tell(SESSIONS, changed(maria))
        assert is_logged_in(here)
        house.tell(SESSIONS, new_password(maria, kept))

        assert is_logged_in(here)
        assert not is_logged_in(elsewhere)


def test_a_new_password_by_email_ends_every_session_from_before_it(house: House, maria: Person) -> None:
    with house.client() as before, house.client() as after:
        house.log_in(before, maria)
        maria.session_epoch += 1
        house.log_in(after, maria)
        house.tell(SESSIONS, new_password(maria))
        house.tell(SESSIONS, new_password(maria))

        assert not is_logged_in(before)
        assert is_logged_in(after)


def test_a_changed_account_is_what_rooms_are_told_of_from_then_on(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        client.get("/api/v1/registrations")
        maria.roles = ["customer", "operator"]
        house.tell(SESSIONS, changed(maria))
        client.get("/api/v1/registrations")

    assert house.rooms.caller_of(house.rooms.last("licensing")).roles == {"customer", "operator"}


def test_an_account_that_may_not_act_any_more_is_logged_out(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        maria.gone = True
        house.tell(SESSIONS, changed(maria))

        assert not is_logged_in(client)


def test_a_revoked_token_holds_no_longer(house: House, maria: Person) -> None:
    token = house.rooms.add_token(maria, "licenses:read")
    with house.client(headers={"authorization": f"Bearer {token}"}) as client:
        assert client.get("/api/v1/registrations").status_code == 200
        del house.rooms.tokens[token]
        house.tell(SESSIONS, ApiTokenRevoked(token_id="tok_1", account_id=maria.account_id))

        assert client.get("/api/v1/registrations").status_code == 401


def test_accounts_is_not_asked_about_people_who_are_not_logged_in(house: House) -> None:
    stranger = Person()
    before = len(house.rooms.received)

    house.tell(SESSIONS, changed(stranger))

    assert len(house.rooms.received) == before
