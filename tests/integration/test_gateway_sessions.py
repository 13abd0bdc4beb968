"""Sessions: opened, used, brought up to date, ended."""

import os
from collections.abc import Iterator

import httpx2
import pytest
from redis import Redis

from keydesk.chassis.identity import HEADER, Caller
from keydesk.gateway.cookies import DEVICE_COOKIE, SESSION_COOKIE
from keydesk.gateway.credentials import digest_of, session_key, sessions_key
from tests.factories.gateway import PASSWORD, House, Person, a_house, wait_until
from tests.identities import KeyRing, nobody

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring) as running:
        yield running


@pytest.fixture
def maria(house: House) -> Person:
    return house.rooms.add(Person(language="it"))


@pytest.fixture(scope="module")
def redis() -> Iterator[Redis]:
    with Redis.from_url(os.environ["KEYDESK_TEST_REDIS_URL"]) as client:
        yield client


def attributes(answer: httpx2.Response, name: str) -> set[str]:
    """The attributes with which the answer sets a cookie."""
    line = next(line for line in answer.headers.get_list("set-cookie") if line.startswith(f"{name}="))
    return {part.partition("=")[0] for part in line.split("; ")[1:]}


@pytest.mark.feature("G3")
def test_logging_in_opens_a_session_that_every_room_is_told_of(house: House, maria: Person) -> None:
    with house.client() as client:
        answer = house.log_in(client, maria)
        client.get("/api/v1/registrations")

    assert answer.json()["login_id"] == maria.login_id
    caller = house.rooms.caller_of(house.rooms.last("licensing"))
    assert (caller.account_id, caller.scopes, caller.language) == (maria.account_id, frozenset({"*"}), "it")
    assert caller.name == maria.principal()["name"]


def test_a_page_gets_an_identity_for_every_room_and_an_api_call_for_its_own(
    house: House, maria: Person
) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        client.get("/licenses")
        client.get("/api/v1/catalog/licenses")

    page_token = house.rooms.last("portal").header(HEADER) or ""
    assert house.rooms.verifiers["accounts"].verify(page_token).account_id == maria.account_id
    assert house.rooms.caller_of(house.rooms.last("catalog")).account_id == maria.account_id


@pytest.mark.parametrize(
    ("public_url", "secure"), [("https://keys.example.com", True), ("http://x:1", False)]
)
def test_cookies_are_out_of_reach_of_scripts_and_secure_where_there_is_tls(
    ring: KeyRing, public_url: str, *, secure: bool
) -> None:
    with a_house(ring, public_url=public_url) as house, house.client() as client:
        person = house.rooms.add(Person())
        answer = client.post("/api/v1/sessions", json={"login_id": person.login_id, "password": PASSWORD})

    for name in (SESSION_COOKIE, DEVICE_COOKIE):
        assert attributes(answer, name) >= {"HttpOnly", "SameSite", "Path"}
        assert ("Secure" in attributes(answer, name)) is secure
    assert ("strict-transport-security" in answer.headers) is secure


def test_wrong_credentials_open_nothing_and_the_reason_is_passed_on(house: House, maria: Person) -> None:
    with house.client() as client:
        answer = client.post("/api/v1/sessions", json={"login_id": maria.login_id, "password": "wrong one"})

    assert (answer.status_code, answer.json()["code"]) == (401, "credentials_wrong")
    assert answer.headers["content-type"] == "application/problem+json"
    assert "set-cookie" not in answer.headers


def test_a_device_that_was_here_before_is_told_to_accounts(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        client.cookies.delete(SESSION_COOKIE)
        house.log_in(client, maria)

    assert house.rooms.devices[-2:] == [None, "a-device"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", "application/json", 400),
        (b"{", "application/json", 400),
        (b"[]", "application/json", 422),
        (b'{"login_id": "a"}', "application/json", 422),
        (b'{"login_id": "a\\u0000", "password": "b"}', "application/json", 422),
        (b'{"login_id": "a", "password": "b", "role": "operator"}', "application/json", 422),
        (b'{"login_id": 1, "password": ["b"]}', "application/json", 422),
        (b'{"login_id": "\\ud800", "password": "b"}', "application/json", 400),
        (b"\xff\xfe", "application/json", 400),
        (b'{"login_id": "a", "password": "b"}', "text/plain", 415),
        (b"x" * 20_000, "application/json", 413),
    ],
)
def test_a_login_that_cannot_be_read_is_refused_in_words(
    house: House, body: bytes, content_type: str, status: int
) -> None:
    with house.client() as client:
        answer = client.post("/api/v1/sessions", content=body, headers={"content-type": content_type})

    assert answer.status_code == status
    assert answer.json()["status"] == status


def test_the_secret_of_a_session_is_kept_nowhere(house: House, maria: Person, redis: Redis) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        secret = client.cookies[SESSION_COOKIE]

    kept = redis.hgetall(session_key(digest_of(secret)))
    assert len(secret) >= 43, "256 random bits"
    assert secret not in str(kept)


def test_logging_in_again_gives_a_new_secret_and_ends_the_old_session(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        before = client.cookies[SESSION_COOKIE]
        client.headers.update(OWN)
        house.log_in(client, maria)
        after = client.cookies[SESSION_COOKIE]
    with house.client() as stranger:
        old = stranger.get("/api/v1/sessions/current", headers={"cookie": f"{SESSION_COOKIE}={before}"})
        new = stranger.get("/api/v1/sessions/current", headers={"cookie": f"{SESSION_COOKIE}={after}"})

    assert (old.status_code, new.status_code) == (401, 200)


def test_a_session_id_that_somebody_else_chose_is_worth_nothing(house: House, maria: Person) -> None:
    with house.client() as client:
        client.cookies.set(SESSION_COOKIE, "chosen-by-somebody-else")
        client.headers.update(OWN)
        client.post("/api/v1/sessions", json={"login_id": maria.login_id, "password": PASSWORD})
        fixed = client.get(
            "/api/v1/sessions/current", headers={"cookie": f"{SESSION_COOKIE}=chosen-by-somebody-else"}
        )

    assert fixed.status_code == 401


def test_logging_out_ends_the_session_at_once_and_twice_is_no_error(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        secret = client.cookies[SESSION_COOKIE]
        first = client.delete("/api/v1/sessions/current", headers=OWN)
        still = client.get("/api/v1/sessions/current", headers={"cookie": f"{SESSION_COOKIE}={secret}"})
        again = client.delete("/api/v1/sessions/current", headers=OWN)

    assert (first.status_code, still.status_code, again.status_code) == (204, 401, 204)
    assert f'{SESSION_COOKIE}=""' in first.headers["set-cookie"]


def test_a_session_that_nobody_uses_ends(ring: KeyRing) -> None:
    with a_house(ring, session_idle=1) as house, house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        key = session_key(digest_of(client.cookies[SESSION_COOKIE]))
        with Redis.from_url(house.settings.require("redis_url")) as redis:
            wait_until(lambda: not redis.exists(key))
        assert client.get("/api/v1/sessions/current").status_code == 401


def test_a_session_that_is_used_goes_on_but_not_for_ever(ring: KeyRing, redis: Redis) -> None:
    with a_house(ring, session_idle=60, session_lifetime=100) as house, house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        key = session_key(digest_of(client.cookies[SESSION_COOKIE]))
        created = int(redis.hget(key, "seen") or 0)
        redis.hset(key, "seen", created - 50_000)
        redis.pexpire(key, 10_000)

        assert client.get("/api/v1/sessions/current").status_code == 200
        assert 50_000 < redis.pttl(key) <= 60_000
        redis.hset(key, "ends", created - 1)
        assert client.get("/api/v1/sessions/current").status_code == 401


def test_a_change_that_a_request_itself_makes_is_known_when_its_answer_is_read(
    house: House, maria: Person
) -> None:
    maria.agreed = False
    with house.client() as client:
        house.log_in(client, maria)
        maria.agreed = True
        client.put("/api/v1/me/agreement", json={}, headers=OWN)
        client.get("/api/v1/registrations")

    assert house.rooms.caller_of(house.rooms.last("licensing")).agreed


def test_a_change_between_password_and_session_is_not_lost(house: House, maria: Person) -> None:
    maria.agreed = False

    def accepted_meanwhile(person: Person) -> None:
        person.agreed = True

    house.rooms.before_principal = accepted_meanwhile
    with house.client() as client:
        answer = house.log_in(client, maria)
        client.get("/api/v1/registrations")

    assert answer.json()["agreed"]
    assert house.rooms.caller_of(house.rooms.last("licensing")).agreed


def test_a_password_that_changes_while_it_is_used_opens_nothing(
    house: House, maria: Person, redis: Redis
) -> None:
    def changed_meanwhile(person: Person) -> None:
        person.session_epoch += 1

    house.rooms.before_principal = changed_meanwhile
    with house.client() as client:
        answer = client.post("/api/v1/sessions", json={"login_id": maria.login_id, "password": PASSWORD})
    house.rooms.before_principal = lambda _person: None

    assert answer.status_code == 401
    assert not redis.exists(sessions_key(maria.account_id))


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"origin": "https://evil.example.com"}, 403),
        ({"origin": "null"}, 403),
        ({}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"sec-fetch-site": "none"}, 200),
    ],
)
def test_a_cookie_changes_things_only_from_our_own_pages(
    house: House, maria: Person, headers: dict[str, str], status: int
) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        answer = client.post("/register", headers=headers)

    assert answer.status_code == status


def test_another_site_cannot_log_its_visitors_in(house: House, maria: Person) -> None:
    with house.client() as client:
        answer = client.post(
            "/login",
            data={"login_id": maria.login_id, "password": PASSWORD},
            headers={"sec-fetch-site": "cross-site"},
        )

    assert answer.json()["code"] == "cross_site_request"


def test_the_portal_logs_its_reader_in_and_out_by_the_identity_that_it_was_given(
    house: House, maria: Person
) -> None:
    with house.client(address="203.0.113.50") as browser, house.client(address="127.0.0.1") as portal:
        browser.get("/login")
        token = house.rooms.last("portal").header(HEADER) or ""
        answer = portal.post(
            "/api/v1/sessions",
            json={"login_id": maria.login_id, "password": PASSWORD},
            headers={HEADER: token, "origin": "https://wherever.example.com"},
        )
        asked = house.rooms.last("accounts")
        while asked.target != "/internal/authentications":
            house.rooms.received.remove(asked)
            asked = house.rooms.last("accounts")
        browser.cookies.set(SESSION_COOKIE, portal.cookies[SESSION_COOKIE])
        browser.get("/")
        token = house.rooms.last("portal").header(HEADER) or ""
        portal.cookies.clear()
        out = portal.delete("/api/v1/sessions/current", headers={HEADER: token})

        assert answer.status_code == 201
        assert b'"address":"203.0.113.50"' in asked.body
        assert out.status_code == 204
        assert browser.get("/api/v1/sessions/current").status_code == 401


def test_an_identity_for_another_room_is_no_proof_of_being_the_portal(
    house: House, maria: Person, ring: KeyRing
) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        for proof in (
            ring.headers(nobody(), "licensing"),
            ring.service_headers("catalog", "gateway"),
            {HEADER: "rubbish"},
        ):
            answer = client.delete(
                "/api/v1/sessions/current", headers={**proof, "sec-fetch-site": "cross-site"}
            )
            assert answer.status_code == 403
        assert client.get("/api/v1/sessions/current").status_code == 200


def test_an_identity_is_minted_once_and_then_used_again(house: House, maria: Person) -> None:
    with house.client() as client:
        house.log_in(client, maria)
        tokens = set()
        for _ in range(5):
            client.get("/api/v1/registrations")
            tokens.add(house.rooms.last("licensing").header(HEADER))

    assert len(tokens) == 1
    assert house.rooms.caller_of(house.rooms.last("licensing")) != Caller(kind="anonymous")
