"""Support views the portal as somebody else: what must not be possible (C4)."""

import time
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from redis import Redis

from keydesk.chassis.identity import HEADER
from keydesk.gateway.consumers import SESSIONS
from keydesk.gateway.cookies import SESSION_COOKIE
from keydesk.gateway.credentials import digest_of, session_key
from tests.factories.gateway import PASSWORD, House, Person, a_house
from tests.identities import KeyRing
from tests.viewing import CURRENT, OWN, REASON, VIEW, a_change, reached, view, viewing, whose


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring) as running:
        yield running


def test_nobody_views_without_having_logged_in(house: House, maria: Person) -> None:
    with house.client() as client:
        assert view(client, maria).status_code == 401


@pytest.mark.parametrize("roles", [["customer"], ["customer", "operator"], []])
def test_only_support_views_as_others(house: House, maria: Person, roles: list[str]) -> None:
    with house.client(headers=OWN) as client:
        person = house.rooms.add(Person(roles=roles))
        house.log_in(client, person)
        before = len(house.rooms.views)

        answer = view(client, maria)

        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
        assert len(house.rooms.views) == before
        assert whose(house, client) == person.account_id


def test_an_api_token_never_views_whatever_it_may_do(house: House, sam: Person, maria: Person) -> None:
    token = house.rooms.add_token(sam, "*", "support:read", "support:write")
    with house.client(headers={"authorization": f"Bearer {token}"}) as client:
        assert view(client, maria).status_code == 401
        assert client.delete(VIEW).status_code == 401
        assert whose(house, client) == sam.account_id


@pytest.mark.parametrize("cookie", ["made-up", "", "a" * 43])
def test_a_forged_cookie_views_nothing(house: House, maria: Person, cookie: str) -> None:
    with house.client(headers={**OWN, "cookie": f"{SESSION_COOKIE}={cookie}"}) as client:
        assert view(client, maria).status_code == 401
        assert client.get(CURRENT).status_code == 401


def test_an_identity_that_a_client_sends_itself_views_nothing(
    house: House, ring: KeyRing, maria: Person
) -> None:
    forged = ring.service_headers("portal", "gateway")[HEADER]
    with house.client(headers={HEADER: forged}) as client:
        assert view(client, maria).status_code == 401


def test_another_site_makes_nobody_view(support: httpx2.Client, maria: Person) -> None:
    body = {"account_id": maria.account_id, "reason": REASON}

    answer = support.post(VIEW, json=body, headers={"sec-fetch-site": "cross-site"})

    assert (answer.status_code, answer.json()["code"]) == (403, "cross_site_request")


@pytest.mark.parametrize("role", ["support", "operator"])
def test_nobody_views_as_staff(house: House, support: httpx2.Client, sam: Person, role: str) -> None:
    colleague = house.rooms.add(Person(roles=["customer", role]))

    assert view(support, colleague).status_code == 403
    assert view(support, sam).status_code == 403
    assert whose(house, support) == sam.account_id


def test_nobody_views_as_an_account_that_may_not_act(
    house: House, support: httpx2.Client, sam: Person
) -> None:
    gone = house.rooms.add(Person(gone=True))

    assert view(support, gone).status_code == 404
    assert whose(house, support) == sam.account_id


def test_what_accounts_did_not_record_does_not_begin(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    house.rooms.refuse_views = 503
    try:
        assert view(support, maria).status_code == 503
    finally:
        house.rooms.refuse_views = None
    assert whose(house, support) == sam.account_id


def test_views_are_not_chained(house: House, support: httpx2.Client, maria: Person) -> None:
    other = house.rooms.add(Person())
    viewing(support, maria)
    before = len(house.rooms.views)

    answer = view(support, other)

    assert (answer.status_code, answer.json()["code"]) == (403, "view_only")
    assert len(house.rooms.views) == before
    assert whose(house, support) == maria.account_id


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/me",
        "/api/v1/me/tokens",
        "/api/v1/me/password",
        "/api/v1/registrations",
        "/api/v1/shares",
        "/api/v1/requests",
        "/api/v1/support/requests/req_1/approve",
        "/api/v1/accounts",
        "/api/v1/password-resets",
        "/api/v1/sessions",
        "/api/v1/sessions/",
        "/api/v1/sessions/current/view/",
        "/register",
        "/login",
        "/logout/",
        "/account",
        "/account/tokens",
        "/language",
        "/staff/accounts/acc_1/unlock",
        "/stop-viewing/x",
    ],
)
def test_nothing_is_changed_while_viewing_by_any_way(
    house: House, support: httpx2.Client, maria: Person, method: str, path: str
) -> None:
    viewing(support, maria)
    before = reached(house)

    answer = support.request(method, path, json={})

    assert (answer.status_code, answer.json()["code"]) == (403, "view_only")
    assert reached(house) == before


def test_a_method_override_does_not_help(house: House, support: httpx2.Client, maria: Person) -> None:
    viewing(support, maria)

    answer = support.post("/api/v1/me", json={}, headers={"x-http-method-override": "GET"})

    assert answer.status_code == 403
    assert (
        house.rooms.last("accounts").method != "POST" or "/internal/" in house.rooms.last("accounts").target
    )


def test_no_events_are_streamed_while_viewing(support: httpx2.Client, maria: Person) -> None:
    viewing(support, maria)

    answer = support.get("/api/v1/events")

    assert (answer.status_code, answer.json()["code"]) == (403, "view_only")


def test_a_portal_that_was_told_of_the_view_cannot_log_in_or_view_on(
    house: House, support: httpx2.Client, maria: Person
) -> None:
    viewing(support, maria)
    support.get("/licenses")
    identity = {HEADER: house.rooms.last("portal").header(HEADER) or ""}
    with house.client(headers=identity) as portal:
        login = portal.post("/api/v1/sessions", json={"login_id": maria.login_id, "password": PASSWORD})
        again = view(portal, maria)

    assert (login.status_code, login.json()["code"]) == (403, "view_only")
    assert (again.status_code, again.json()["code"]) == (403, "view_only")


def test_a_view_ends_by_itself_and_the_session_is_the_support_persons_again(
    house: House, support: httpx2.Client, maria: Person, sam: Person, redis: Redis
) -> None:
    viewing(support, maria)
    assert whose(house, support) == maria.account_id
    key = session_key(digest_of(support.cookies[SESSION_COOKIE]))
    redis.hset(key, "view_ends", int(time.time() * 1000) - 1)

    assert whose(house, support) == sam.account_id
    assert support.get(CURRENT).json()["view"] is None
    assert support.patch("/api/v1/me", json={}).status_code == 200


def test_a_form_of_the_viewed_person_does_not_change_the_support_person_after_the_view(
    house: House, support: httpx2.Client, maria: Person, redis: Redis
) -> None:
    viewing(support, maria)
    redis.hset(session_key(digest_of(support.cookies[SESSION_COOKIE])), "view_ends", 1)
    before = reached(house)

    stale = support.post("/account", json={})

    assert (stale.status_code, stale.json()["code"]) == (403, "view_ended")
    assert reached(house) == before
    assert support.post("/account", json={}).status_code == 200, "that one was told"


def test_a_form_of_an_account_that_was_changed_meanwhile_is_not_sent_on(
    house: House, support: httpx2.Client, maria: Person
) -> None:
    viewing(support, maria)
    house.tell(SESSIONS, a_change(maria))

    assert support.post("/account", json={}).json()["code"] == "view_ended"


def test_a_view_lasts_no_longer_than_thirty_minutes_and_never_longer_than_its_session(
    ring: KeyRing, redis: Redis
) -> None:
    for lifetime, longest in ((86_400, 1800), (600, 600)):
        with a_house(ring, session_lifetime=lifetime) as house, house.client(headers=OWN) as client:
            house.log_in(client, house.rooms.add(Person(roles=["customer", "support"])))
            viewing(client, house.rooms.add(Person()))
            ends = int(redis.hget(session_key(digest_of(client.cookies[SESSION_COOKIE])), "view_ends") or 0)
            assert longest - 10 < ends / 1000 - time.time() <= longest


def test_no_identity_of_a_view_outlives_it(
    house: House, support: httpx2.Client, maria: Person, redis: Redis
) -> None:
    viewing(support, maria)
    soon = int(time.time() * 1000) + 5_000
    redis.hset(session_key(digest_of(support.cookies[SESSION_COOKIE])), "view_ends", soon)
    # Another address, so that the identity is made anew.
    support.headers["x-forwarded-for"] = "198.51.100.77"
    support.headers["cookie"] = f"{SESSION_COOKIE}={support.cookies[SESSION_COOKIE]}"
    support.delete(VIEW)
    viewing(support, maria)
    redis.hset(session_key(digest_of(support.cookies[SESSION_COOKIE])), "view_ends", soon)

    assert whose(house, support) == maria.account_id
    assert house.rooms.caller_of(house.rooms.last("licensing")).view_ends == soon // 1000


def test_a_session_that_took_the_place_of_another_inherits_no_view(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    viewing(support, maria)
    old = support.cookies[SESSION_COOKIE]
    with house.client(headers=OWN) as client:
        house.log_in(client, sam)
        assert whose(house, client) == sam.account_id
    support.delete(CURRENT)
    with house.client(headers={"cookie": f"{SESSION_COOKIE}={old}"}) as stranger:
        assert stranger.get(CURRENT).status_code == 401


def test_a_view_ends_when_its_support_person_is_none_any_more(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    viewing(support, maria)
    sam.roles = ["customer"]
    house.tell(SESSIONS, a_change(sam))

    assert whose(house, support) == sam.account_id


@pytest.mark.parametrize("becomes", ["support", "gone"])
def test_a_view_ends_when_the_account_may_not_be_viewed_any_more(
    house: House, support: httpx2.Client, maria: Person, sam: Person, becomes: str
) -> None:
    viewing(support, maria)
    if becomes == "support":
        maria.roles = ["customer", "support"]
    else:
        maria.gone = True
    house.tell(SESSIONS, a_change(maria))

    assert whose(house, support) == sam.account_id


def test_an_account_that_changes_while_its_view_begins_is_not_viewed(
    house: House, support: httpx2.Client, maria: Person, sam: Person
) -> None:
    def become_staff(person: Person) -> None:
        if person is maria:
            maria.roles = ["customer", "support"]

    house.rooms.before_principal = become_staff
    try:
        assert view(support, maria).status_code == 503
    finally:
        house.rooms.before_principal = lambda _person: None
    assert whose(house, support) == sam.account_id


@pytest.mark.parametrize(
    "fields",
    [{"account_id": "nobody"}, {"account_id": None}, {"account_id": "acc_1/../x"}, {"reason": ""},
     {"reason": "  "}, {"reason": None}, {"reason": "x" * 501}, {"reason": "a\x00"}, {"minutes": 600}],
)  # fmt: skip
def test_a_view_without_a_sound_account_and_reason_does_not_begin(
    house: House, support: httpx2.Client, maria: Person, sam: Person, fields: dict[str, Any]
) -> None:
    assert view(support, maria, **fields).status_code == 422
    assert whose(house, support) == sam.account_id


def test_a_body_that_is_no_json_is_refused(support: httpx2.Client) -> None:
    assert support.post(VIEW, content=b"account_id=1").status_code == 415
    assert (
        support.post(VIEW, json=None, content=b"{", headers={"content-type": "application/json"}).status_code
        == 400
    )
    assert support.get(VIEW).status_code == 405
