"""Limits are counted, told, and run out."""

from collections.abc import Iterator

import pytest

from tests.factories.gateway import House, Person, a_house, an_address, wait_until
from tests.identities import KeyRing

LIMITS = "mail=3/3600,anonymous=40/40,account=5/3600,serial_numbers=2/3600,sessions=2/3600"
OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring, limits=LIMITS) as running:
        yield running


@pytest.mark.feature("C1")
def test_whoever_asks_too_often_is_told_how_long_to_wait(house: House) -> None:
    with house.client() as client:
        answers = [client.post("/api/v1/account-lookups", json={}) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit"].split(";")[1] for answer in answers] == ["r=2", "r=1", "r=0", "r=0"]
    assert answers[0].headers["ratelimit-policy"] == '"mail";q=3;w=3600'
    assert answers[3].json()["code"] == "too_many_requests"
    assert 1100 < int(answers[3].headers["retry-after"]) <= 1200


def test_pages_count_with_the_calls_that_they_make(house: House) -> None:
    with house.client() as client:
        client.post("/account-lookup")
        client.post("/forgot-password")
        client.post("/api/v1/password-resets", json={})
        answer = client.post("/account-lookup", headers={"accept": "text/html"})

    assert answer.status_code == 429
    assert "text/html" in answer.headers["content-type"]


def test_one_address_does_not_use_up_anothers(house: House) -> None:
    with house.client() as client, house.client() as other:
        for _ in range(4):
            client.post("/api/v1/account-lookups", json={})

        assert other.post("/api/v1/account-lookups", json={}).status_code == 200


def test_a_made_up_address_does_not_help_where_no_proxy_is_trusted(ring: KeyRing) -> None:
    with a_house(ring, limits="mail=1/3600", trusted_proxies="10.0.0.0/8") as house, house.client() as client:
        codes = [
            client.post("/api/v1/account-lookups", json={}, headers={"x-forwarded-for": an_address()})
            for _ in range(2)
        ]

    assert codes[-1].status_code == 429


def test_an_account_has_one_limit_wherever_it_comes_from(house: House) -> None:
    person = house.rooms.add(Person())
    with house.client() as client, house.client() as elsewhere:
        house.log_in(client, person)
        elsewhere.cookies = client.cookies
        statuses = [
            each.get("/api/v1/registrations").status_code for each in (client, elsewhere) for _ in range(3)
        ]

    assert statuses == [200] * 5 + [429]


def test_checking_serial_numbers_has_a_limit_of_its_own(house: House) -> None:
    person = house.rooms.add(Person())
    with house.client() as client:
        house.log_in(client, person)
        client.headers.update(OWN)
        statuses = [client.post("/api/v1/registrations", json={}).status_code for _ in range(3)]
        reading = client.get("/api/v1/registrations").status_code

    assert statuses == [200, 200, 429]
    assert reading == 200, "a refused request uses up nothing else"


def test_what_was_used_flows_back_with_time(ring: KeyRing) -> None:
    with a_house(ring, limits="mail=5/1") as house, house.client() as client:

        def refused() -> bool:
            return client.post("/api/v1/account-lookups", json={}).status_code == 429

        wait_until(refused)
        wait_until(lambda: not refused())


def test_the_portal_does_not_lift_the_limit_of_its_readers(house: House) -> None:
    with house.client() as reader, house.client(address="127.0.0.1") as portal:
        reader.get("/login")
        token = house.rooms.last("portal").header("keydesk-identity") or ""
        statuses = [
            portal.post(
                "/api/v1/sessions",
                json={"login_id": "x", "password": "y"},
                headers={"keydesk-identity": token},
            ).status_code
            for _ in range(3)
        ]

    assert statuses == [401, 401, 429]


def test_styles_and_scripts_of_pages_count_for_nothing(house: House) -> None:
    with house.client() as client:
        statuses = {client.get("/static/keydesk.css").status_code for _ in range(60)}

    assert statuses == {200}
