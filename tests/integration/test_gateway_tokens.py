"""API tokens in place of a cookie."""

from collections.abc import Iterator

import pytest

from keydesk.gateway.cookies import SESSION_COOKIE
from tests.factories.gateway import House, Person, a_house
from tests.identities import KeyRing


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring) as running:
        yield running


@pytest.fixture
def maria(house: House) -> Person:
    return house.rooms.add(Person())


@pytest.mark.feature("B1")
def test_a_token_speaks_for_its_account_within_its_scopes(house: House, maria: Person) -> None:
    token = house.rooms.add_token(maria, "licenses:read")
    with house.client(headers={"authorization": f"Bearer {token}"}) as client:
        answer = client.get("/api/v1/registrations")

    received = house.rooms.last("licensing")
    caller = house.rooms.caller_of(received)
    assert answer.status_code == 200
    assert (caller.account_id, caller.scopes) == (maria.account_id, frozenset({"licenses:read"}))
    assert received.header("authorization") is None


def test_accounts_is_not_asked_for_every_request(house: House, maria: Person) -> None:
    token = house.rooms.add_token(maria, "licenses:read")
    before = house.rooms.token_checks
    with house.client(headers={"authorization": f"Bearer {token}"}) as client:
        for _ in range(5):
            client.get("/api/v1/registrations")

    assert house.rooms.token_checks == before + 1


@pytest.mark.parametrize(
    "authorization",
    ["Bearer kd_unknown", "Bearer something-else", "Basic a2Q6a2Q=", "Bearer", "Bearer kd_" + "x" * 300],
)
def test_a_token_that_does_not_hold_is_refused_even_where_anyone_may_come(
    house: House, authorization: str
) -> None:
    with house.client(headers={"authorization": authorization}) as client:
        answer = client.get("/api/v1/countries")

    assert (answer.status_code, answer.json()["code"]) == (401, "token_unknown")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_a_token_changes_things_from_anywhere_because_no_other_site_can_send_it(
    house: House, maria: Person
) -> None:
    token = house.rooms.add_token(maria, "licenses:write")
    headers = {"authorization": f"Bearer {token}", "origin": "https://tool.example.com"}
    with house.client(headers=headers) as client:
        assert client.post("/api/v1/registrations").status_code == 200


def test_a_token_opens_no_page_and_is_no_session(house: House, maria: Person) -> None:
    token = house.rooms.add_token(maria, "licenses:read")
    with house.client(headers={"authorization": f"Bearer {token}"}) as client:
        client.get("/licenses")
        session = client.get("/api/v1/sessions/current")

    assert house.rooms.caller_of(house.rooms.last("portal")).kind == "anonymous"
    assert session.status_code == 401


def test_a_bad_token_does_not_fall_back_to_a_good_cookie(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        answer = client.get("/api/v1/registrations", headers={"authorization": "Bearer kd_unknown"})
        assert SESSION_COOKIE in client.cookies

    assert answer.status_code == 401
