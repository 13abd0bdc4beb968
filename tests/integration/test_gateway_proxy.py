"""Requests pass to their room and answers pass back; nothing else gets in or out."""

import hashlib
import json
import socket
from collections.abc import Iterator
from typing import Any

import pytest
from starlette.types import Receive, Scope, Send

from keydesk.chassis.identity import HEADER, Caller
from tests.factories.gateway import House, Person, a_house, send_json, wait_until
from tests.identities import KeyRing, a_caller

MEBIBYTE = 1024 * 1024


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring, max_body_bytes=4 * MEBIBYTE, upstream_timeout=0.5) as running:
        yield running


@pytest.fixture(autouse=True)
def rooms_behave_again(house: House) -> Iterator[None]:
    yield
    house.rooms.behave.clear()


def connected(house: House) -> socket.socket:
    """A connection to the gateway, without a client that keeps to the rules."""
    host, _, port = house.url.removeprefix("http://").partition(":")
    return socket.create_connection((host, int(port)), timeout=5)


def raw(house: House, request: bytes) -> bytes:
    """Everything that the gateway answers to these very bytes."""
    with connected(house) as connection:
        connection.sendall(request)
        answer = b""
        while chunk := connection.recv(65536):
            answer += chunk
        return answer


@pytest.mark.feature("C1")
def test_a_request_reaches_its_room_with_path_query_body_and_language(house: House) -> None:
    with house.client() as client:
        answer = client.post(
            "/api/v1/account-lookups?a=%2F&b=1", content=b'{"email": "x"}', headers={"accept-language": "ja"}
        )

    received = house.rooms.last("accounts")
    assert answer.json() == {"room": "accounts", "target": "/api/v1/account-lookups?a=%2F&b=1"}
    assert (received.method, received.body) == ("POST", b'{"email": "x"}')
    assert received.header("accept-language") == "ja"


def test_nobody_in_particular_still_comes_with_an_identity_that_holds_their_address(house: House) -> None:
    with house.client(address="203.0.113.77") as client:
        client.get("/api/v1/countries")

    caller = house.rooms.caller_of(house.rooms.last("accounts"))
    assert caller == Caller(kind="anonymous", address="203.0.113.77")


def test_an_identity_from_outside_never_arrives(house: House, ring: KeyRing) -> None:
    forged = ring.headers(a_caller("acc_somebody"), "licensing")
    with house.client() as client:
        client.get("/api/v1/registrations", headers=forged)

    received = house.rooms.last("licensing")
    assert house.rooms.caller_of(received).kind == "anonymous"
    assert received.header(HEADER) != forged[HEADER]


def test_every_answer_carries_the_security_headers_and_its_request_id(house: House) -> None:
    with house.client() as client:
        for path in ("/", "/api/v1/countries", "/api/v1/unheard-of", "/livez"):
            answer = client.get(path, headers={"x-request-id": "my-request-1"})

            assert answer.headers["x-content-type-options"] == "nosniff"
            assert "default-src 'none'" in answer.headers["content-security-policy"]
            assert answer.headers["x-request-id"] == "my-request-1"
            assert "server" not in answer.headers
    assert house.rooms.last("accounts").header("x-request-id") == "my-request-1"


def test_only_pages_may_set_cookies(house: House) -> None:
    async def with_cookie(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, 200, {}, {"set-cookie": "a=b"})

    house.rooms.behave |= {"portal": with_cookie, "catalog": with_cookie}
    with house.client() as client:
        assert "set-cookie" in client.get("/").headers
        assert "set-cookie" not in client.get("/api/v1/catalog/licenses").headers


def test_the_session_cookie_reaches_no_room(house: House) -> None:
    with house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        client.get(
            "/licenses", headers={"cookie": f"{client.headers.get('cookie', '')}; keydesk_language=de"}
        )
        seen = house.rooms.last("portal").header("cookie") or ""
        client.get("/api/v1/registrations")

    assert "keydesk_language=de" in seen
    assert "keydesk_session" not in seen
    assert house.rooms.last("licensing").header("cookie") is None


def test_answers_about_a_person_are_kept_by_no_cache_unless_their_room_allows_it(house: House) -> None:
    async def cacheable(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send_json(send, 200, {}, {"cache-control": "private, max-age=60"})

    with house.client() as client:
        assert "cache-control" not in client.get("/api/v1/countries").headers
        house.log_in(client, house.rooms.add(Person()))
        assert client.get("/api/v1/countries").headers["cache-control"] == "no-store"
        house.rooms.behave["accounts"] = cacheable
        assert client.get("/api/v1/countries").headers["cache-control"] == "private, max-age=60"


@pytest.mark.parametrize(
    "target",
    ["/internal/authentications", "/internal", "//internal/x", "/x/..%2finternal", "/%69nternal", "/metrics"],
)
def test_what_rooms_tell_each_other_cannot_be_reached(house: House, target: str) -> None:
    before = len(house.rooms.received)

    answer = raw(house, f"GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())

    assert answer.split()[1] in (b"400", b"404")
    assert len(house.rooms.received) == before


@pytest.mark.parametrize(
    "head",
    [
        b"content-length: 5\r\ntransfer-encoding: chunked\r\n",
        b"content-length: 5\r\ncontent-length: 6\r\n",
        b"transfer-encoding: chunked, identity\r\n",
        b"transfer-encoding: xchunked\r\ncontent-length: 5\r\n",
        b"content-length: +5\r\n",
        b"content-length: 5 5\r\n",
        b"transfer-encoding : chunked\r\n",
        b"x-folded: a\r\n content-length: 5\r\n",
        b"x-nul: a\x00b\r\n",
    ],
)
def test_a_body_whose_end_two_readers_could_see_differently_is_refused(house: House, head: bytes) -> None:
    smuggled = b"0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: x\r\n\r\n"

    answer = raw(house, b"POST /api/v1/accounts HTTP/1.1\r\nhost: x\r\n" + head + b"\r\n" + smuggled)

    assert answer.split()[1] == b"400"
    assert not [request for request in house.rooms.received if "smuggled" in request.target]


def test_a_large_body_streams_through_as_it_comes(house: House) -> None:
    digests: list[str] = []
    arrived: list[int] = []

    async def digest(_scope: Scope, receive: Receive, send: Send) -> None:
        hasher, parts, more = hashlib.sha256(), 0, True
        while more:
            message = await receive()
            hasher.update(message.get("body", b""))
            parts += 1
            more = message.get("more_body", False)
        digests.append(hasher.hexdigest())
        arrived.append(parts)
        await send_json(send, 202, {})

    body = bytes(range(256)) * (3 * MEBIBYTE // 256)
    house.rooms.behave["licensing"] = digest
    with house.client() as client:
        known = client.post("/api/v1/imports", content=body)
        chunked = client.post("/api/v1/imports", content=iter([body[:MEBIBYTE], body[MEBIBYTE:]]))

    assert (known.status_code, chunked.status_code) == (202, 202)
    assert digests == [hashlib.sha256(body).hexdigest()] * 2
    assert min(arrived) > 3


@pytest.mark.parametrize("chunked", [False, True])
def test_a_body_above_the_limit_is_refused_in_words(house: House, *, chunked: bool) -> None:
    body = b"x" * (4 * MEBIBYTE + 1)
    with house.client() as client:
        content: Any = iter([body[:MEBIBYTE], body[MEBIBYTE:]]) if chunked else body
        answer = client.post("/api/v1/imports", content=content)

    assert answer.status_code == 413
    assert answer.json()["code"] == "too_large"


def test_a_large_answer_streams_back_whole(house: House) -> None:
    async def large(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send(
            {"type": "http.response.start", "status": 200, "headers": [(b"content-type", b"text/plain")]}
        )
        for number in range(64):
            await send({"type": "http.response.body", "body": bytes([number]) * 65536, "more_body": True})
        await send({"type": "http.response.body", "body": b"", "more_body": False})

    house.rooms.behave["licensing"] = large
    with house.client() as client:
        answer = client.get("/api/v1/registrations/reg_1/file")

    assert answer.content == b"".join(bytes([number]) * 65536 for number in range(64))


def test_a_room_that_is_away_is_told_as_such_and_by_name(ring: KeyRing) -> None:
    nowhere = dict.fromkeys(
        ("portal", "accounts", "licensing", "catalog", "notifications"), "http://127.0.0.1:9"
    )
    with a_house(ring, peers=nowhere) as lonely, lonely.client() as client:
        answer = client.get("/api/v1/countries")
        ready = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert "retry-after" in answer.headers
    assert ready.status_code == 503
    assert ready.json()["missing"] == ["accounts", "catalog", "licensing", "notifications", "portal"]


def test_a_room_that_takes_too_long_is_given_up(house: House) -> None:
    async def silent(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    house.rooms.behave["catalog"] = silent
    with house.client() as client:
        answer = client.get("/api/v1/catalog/licenses")

    assert (answer.status_code, answer.json()["code"]) == (504, "upstream_timeout")


def test_an_answer_that_breaks_off_does_not_look_whole(house: House) -> None:
    async def breaks_off(_scope: Scope, _receive: Receive, send: Send) -> None:
        headers = [(b"content-length", b"200000")]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": b"x" * 100_000, "more_body": True})

    house.rooms.behave["licensing"] = breaks_off
    request = b"GET /api/v1/licenses/lic_1/file HTTP/1.1\r\nhost: x\r\n\r\n"

    answer = raw(house, request)

    assert b"content-length: 200000" in answer
    assert len(answer) < 200_000


def test_a_room_that_breaks_off_before_answering_is_a_bad_gateway(house: House) -> None:
    async def breaks_off(_scope: Scope, _receive: Receive, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": [(b"content-length", b"10")]})
        await send({"type": "http.response.body", "body": b"x", "more_body": True})

    house.rooms.behave["licensing"] = breaks_off
    with house.client() as client:
        answer = client.get("/api/v1/orders")

    assert (answer.status_code, answer.json()["code"]) == (502, "upstream_failed")


def test_problems_are_told_in_the_readers_words_and_as_a_page_where_a_person_looks(house: House) -> None:
    async def silent(_scope: Scope, receive: Receive, _send: Send) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass

    house.rooms.behave["portal"] = silent
    with house.client() as client:
        page = client.get("/licenses", headers={"accept": "text/html,*/*", "accept-language": "de"})
        api = client.get("/api/v1/unheard-of", headers={"accept": "text/html,*/*"})

    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.headers["content-language"] == "de"
    assert '<html lang="de">' in page.text
    assert api.headers["content-type"] == "application/problem+json"
    assert api.json()["instance"] == f"urn:keydesk:request:{api.headers['x-request-id']}"


@pytest.mark.parametrize("method", ["TRACE", "PROPFIND"])
def test_methods_that_nobody_serves_are_refused_at_the_door(house: House, method: str) -> None:
    with house.client() as client:
        assert client.request(method, "/api/v1/accounts").status_code == 405


def test_the_documentation_is_made_of_what_the_running_rooms_say(house: House) -> None:
    with house.client() as client:
        document = client.get("/api/v1/openapi.json")
        page = client.get("/api/docs")
        style = client.get("/api/docs.css")

    assert set(document.json()["paths"]) >= {"/api/v1/accounts", "/api/v1/catalog", "/api/v1/sessions"}
    assert "/api/v1/catalog" in page.text
    assert style.headers["content-type"].startswith("text/css")
    assert json.loads(document.content)["openapi"].startswith("3.1")


def test_a_client_that_hangs_up_in_the_middle_of_its_body_does_no_harm(house: House) -> None:
    head = b"POST /api/v1/imports HTTP/1.1\r\nhost: x\r\ncontent-length: 200000\r\n\r\n"

    with connected(house) as connection:
        connection.sendall(head + b"x" * 100_000)

    with house.client() as client:
        wait_until(lambda: client.get("/api/v1/countries").status_code == 200)
