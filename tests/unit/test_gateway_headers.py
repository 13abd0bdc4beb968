"""What passes the door in either direction."""

from typing import Any

import pytest

from keydesk.gateway.addresses import client_address, limit_subject, parse_networks
from keydesk.gateway.cookies import cookie, set_cookie, without_cookie
from keydesk.gateway.cross_site import is_own_request
from keydesk.gateway.headers import Head, passed_out, read_head, security_headers

PUBLIC = "https://keys.example.com"


def head_of(*headers: tuple[str, str], peer: str = "192.0.2.1", trusted: str = "") -> Head:
    scope: dict[str, Any] = {
        "method": "GET",
        "raw_path": b"/",
        "query_string": b"",
        "client": (peer, 50000),
        "headers": [(name.encode(), value.encode()) for name, value in headers],
    }
    return read_head(scope, parse_networks(trusted))


@pytest.mark.parametrize(
    "name",
    [
        "keydesk-identity",
        "x-forwarded-for",
        "x-forwarded-host",
        "x-forwarded-anything",
        "forwarded",
        "x-real-ip",
        "x-original-url",
        "x-http-method-override",
        "host",
        "authorization",
        "cookie",
        "transfer-encoding",
        "upgrade",
        "te",
        "proxy-authorization",
        "tracestate",
    ],
)
def test_what_a_room_could_take_for_proof_does_not_come_in_from_outside(name: str) -> None:
    assert head_of((name, "x")).passed == []


def test_a_header_that_the_client_declares_to_be_for_one_hop_stays_here() -> None:
    head = head_of(("connection", "keep-alive, X-Secret"), ("x-secret", "1"), ("x-open", "2"))

    assert head.passed == [(b"x-open", b"2")]


def test_ordinary_headers_come_in_byte_for_byte() -> None:
    head = head_of(("accept-language", "de"), ("content-disposition", "attachment; filename=“Büro”.csv"))

    assert head.passed == [
        (b"accept-language", b"de"),
        (b"content-disposition", "attachment; filename=“Büro”.csv".encode()),
    ]


@pytest.mark.parametrize("asked", ["short", "x" * 65, "with spaces in it", "line\nbreak-line"])
def test_a_request_id_that_could_spoil_a_log_is_replaced(asked: str) -> None:
    assert len(head_of(("x-request-id", asked)).request_id) == 32


def test_a_good_request_id_and_trace_are_kept() -> None:
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    head = head_of(("x-request-id", "order-4711-abc"), ("traceparent", trace))

    assert (head.request_id, head.trace) == ("order-4711-abc", trace)


@pytest.mark.parametrize(
    ("peer", "forwarded", "trusted", "address"),
    [
        ("192.0.2.1", "203.0.113.9", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "10.0.0.0/8", "192.0.2.1"),
        ("10.0.0.1", "203.0.113.9", "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.1", "1.2.3.4, 203.0.113.9", "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.1", "garbage", "10.0.0.0/8", "10.0.0.1"),
        ("10.0.0.1", "203.0.113.9:4711", "10.0.0.0/8", "203.0.113.9"),
        ("10.0.0.1", "[2001:db8::1]:4711", "10.0.0.0/8", "2001:db8::1"),
        ("::ffff:192.0.2.1", None, "", "192.0.2.1"),
        ("", None, "", "0.0.0.0"),  # noqa: S104 - a peer without an address, not one to listen on
    ],
)
def test_an_address_is_believed_only_from_a_trusted_proxy(
    peer: str, forwarded: str | None, trusted: str, address: str
) -> None:
    assert client_address(peer, forwarded, parse_networks(trusted)) == address


def test_one_household_of_ipv6_is_one_client() -> None:
    assert limit_subject("2001:db8:1:2:aaaa::1") == limit_subject("2001:db8:1:2:bbbb::9")
    assert limit_subject("2001:db8:1:2::1") != limit_subject("2001:db8:1:3::1")


def test_a_cookie_is_found_by_its_whole_name() -> None:
    assert cookie("xkeydesk_session=1; keydesk_session=2; keydesk_session_old=3", "keydesk_session") == "2"
    assert cookie("keydesk_sessions=1", "keydesk_session") is None


def test_only_the_one_cookie_is_taken_out() -> None:
    left = without_cookie("a=1; keydesk_session=2; b=keydesk_session", "keydesk_session")

    assert left == "a=1; b=keydesk_session"


def test_a_cookie_is_out_of_reach_of_scripts_and_other_sites() -> None:
    _, sent = set_cookie("keydesk_session", "x", secure=True)

    assert set(sent.decode().split("; ")) == {
        "keydesk_session=x",
        "HttpOnly",
        "Secure",
        "SameSite=Lax",
        "Path=/",
    }


@pytest.mark.parametrize(
    ("fetch_site", "origin", "host", "is_own"),
    [
        ("same-origin", None, None, True),
        ("none", None, None, True),
        ("cross-site", PUBLIC, "keys.example.com", False),
        ("same-site", PUBLIC, "keys.example.com", False),
        (None, PUBLIC, None, True),
        (None, "http://127.0.0.1:8080", "127.0.0.1:8080", True),
        (None, "https://evil.example.com", "keys.example.com", False),
        (None, "null", "keys.example.com", False),
        (None, "", "", False),
        (None, None, "keys.example.com", False),
    ],
)
def test_only_our_own_pages_may_change_things_with_a_cookie(
    *, fetch_site: str | None, origin: str | None, host: str | None, is_own: bool
) -> None:
    found = is_own_request(fetch_site=fetch_site, origin=origin, host=host, public_origin=PUBLIC)

    assert found is is_own


def test_a_room_cannot_loosen_what_the_door_says() -> None:
    answer = [
        (b"Content-Security-Policy", b"default-src *"),
        (b"Connection", b"close"),
        (b"Server", b"something/1.0"),
        (b"keydesk-identity", b"leaked"),
        (b"Set-Cookie", b"a=b"),
        (b"Content-Type", b"text/html"),
    ]

    assert passed_out(answer, cookies=False) == [(b"content-type", b"text/html")]
    assert (b"set-cookie", b"a=b") in passed_out(answer, cookies=True)


def test_browsers_are_told_to_stay_on_tls_only_where_there_is_tls() -> None:
    assert b"strict-transport-security" in dict(security_headers(is_https=True))
    assert b"strict-transport-security" not in dict(security_headers(is_https=False))
