"""Identities that do not hold, shown to every route of every service."""

import base64
import hashlib
import hmac
import json
import re
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from fastapi.routing import RouteContext
from joserfc.jwk import OKPKey
from starlette.testclient import TestClient

from keydesk.chassis.http.access import access_of
from keydesk.chassis.http.app import api_routes
from keydesk.chassis.identity import ALGORITHM, HEADER, TOKEN_TYPE, generate_key
from keydesk.rooms import ROOM_NAMES, SERVICE_NAMES
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.accounts import SECRETS
from tests.identities import KeyRing, a_caller, nobody

MIGHTY = a_caller("acc_01h455vb4pex5vsknk084sn02q", roles=("customer", "support", "operator"))
"""Whom every rule for people admits."""

Sign = Callable[[bytes], bytes]


def _compact(header: dict[str, Any], claims: dict[str, Any], sign: Sign) -> str:
    """A JWS as RFC 7515 writes it down, whatever it says."""
    signed = b".".join(_base64url(json.dumps(part).encode()) for part in (header, claims))
    return (signed + b"." + _base64url(sign(signed))).decode()


def _base64url(value: bytes) -> bytes:
    return base64.urlsafe_b64encode(value).rstrip(b"=")


class Forger:
    """Makes tokens for ``audience`` that are right but for one thing."""

    def __init__(self, ring: KeyRing, audience: str) -> None:
        self._ring = ring
        self._audience = audience
        self._stranger = generate_key("gateway")

    def token(self, header: dict[str, Any] | None = None, *, key: OKPKey | None = None, **claims: Any) -> str:
        """A token of the gateway's, with some things said differently; None leaves a claim out."""
        private: Any = (key or self._ring.keys["gateway"]).private_key
        told = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": "gateway", **(header or {})}
        return _compact(told, self._claims(**claims), private.sign)

    def forgeries(self) -> Iterator[tuple[str, str]]:
        """Each forgery's name, and a token."""
        now = int(time.time())
        yield "nothing at all", ""
        yield "no token", "Bearer of good news"
        yield "alg none", self._with_algorithm("none", lambda _signed: b"")
        yield "HMAC with the public key", self._with_algorithm("HS256", self._hmac)
        yield "a signature of nothing", self._with_algorithm(ALGORITHM, lambda _signed: b"")
        yield "a changed claim", self._changed_afterwards()
        yield "a stranger's key", self.token(key=self._stranger)
        yield "an unknown key id", self.token({"kid": "somebody"}, key=self._stranger)
        yield "an embedded key", self.token({"jwk": self._public()}, key=self._stranger)
        yield (
            "an embedded key, without a key id",
            self.token({"jwk": self._public(), "kid": None}, key=self._stranger),
        )
        yield (
            "a key to be fetched",
            self.token({"jku": "http://127.0.0.1:1/jwks.json", "kid": "fetched"}, key=self._stranger),
        )
        yield "an embedded certificate", self.token({"x5c": ["MIIB"], "kid": "cert"}, key=self._stranger)
        yield (
            "an extension that must be understood",
            self.token({"crit": ["keydesk-root"], "keydesk-root": True}),
        )
        yield "another type", self.token({"typ": "JWT"})
        yield "a license file's type", self.token({"typ": "keydesk-license+jwt"})
        yield "another audience", self.token(aud=[next(n for n in ROOM_NAMES if n != self._audience)])
        yield "no audience", self.token(aud=None)
        yield "an audience that is part of a word", self.token(aud=f"{self._audience}-too")
        yield "an issuer that does not hold the key", self.token(iss="accounts")
        yield "the portal's key, in the gateway's name", self.token(key=self._ring.keys["portal"])
        yield (
            "the portal's key, its id, the gateway as issuer",
            self.token({"kid": "portal"}, key=self._ring.keys["portal"]),
        )
        yield (
            "a person, by a room that does not speak for people",
            self.token({"kid": "portal"}, key=self._ring.keys["portal"], iss="portal"),
        )
        yield "expired", self.token(iat=now - 120, exp=now - 1)
        yield "not yet", self.token(iat=now + 3600, exp=now + 3660)
        yield "for a year", self.token(exp=now + 365 * 24 * 3600)
        yield "for ever", self.token(exp=None)
        yield "an account without a subject", self.token(sub=None)
        yield "a kind that does not exist", self.token(kind="root")

    def _claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        right = {
            "iss": "gateway",
            "aud": [self._audience],
            "iat": now,
            "exp": now + 60,
            "kind": "account",
            "sub": MIGHTY.account_id,
            "roles": sorted(MIGHTY.roles),
            "scopes": ["*"],
            "verified": True,
            "agreed": True,
        }
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    def _with_algorithm(self, algorithm: str, sign: Sign) -> str:
        return _compact({"alg": algorithm, "typ": TOKEN_TYPE, "kid": "gateway"}, self._claims(), sign)

    def _hmac(self, signed: bytes) -> bytes:
        public: Any = self._ring.keys["gateway"].public_key
        return hmac.digest(public.public_bytes_raw(), signed, hashlib.sha256)

    def _changed_afterwards(self) -> str:
        head, _, signature = self.token(roles=["customer"]).split(".")
        return f"{head}.{_base64url(json.dumps(self._claims()).encode()).decode()}.{signature}"

    def _public(self) -> dict[str, Any]:
        return dict(self._stranger.as_dict(private=False))


@pytest.fixture(params=SERVICE_NAMES)
def service(request: pytest.FixtureRequest) -> str:
    """Each service by name."""
    return str(request.param)


@pytest.fixture
def client(
    service: str, settings_of: SettingsOf, client_of: ClientOf, databases: TestDatabases
) -> Iterator[TestClient]:
    """The service's real application."""
    with databases.empty(service):
        yield client_of(settings_of(service, **(SECRETS if service == "accounts" else {})))


def test_no_route_of_any_service_believes_a_forgery(service: str, client: TestClient, ring: KeyRing) -> None:
    believed = [
        (forgery, method, path, answer.status_code)
        for forgery, token in Forger(ring, service).forgeries()
        for method, path, _route in _routes(client)
        if (answer := client.request(method, path, headers={HEADER: token})).status_code != 401
    ]

    assert believed == []


def test_no_route_of_any_service_answers_without_an_identity(client: TestClient) -> None:
    answered = [
        (method, path) for method, path, _route in _routes(client) if _status(client, method, path, {}) != 401
    ]

    assert answered == []


def test_the_token_that_is_forged_holds_as_long_as_nothing_in_it_is_wrong(
    service: str, client: TestClient, ring: KeyRing
) -> None:
    """Else the tests above would prove nothing."""
    right = {HEADER: Forger(ring, service).token()}

    refused = [
        (method, path)
        for method, path, route in _routes(client)
        if not _admits_rooms(route) and _status(client, method, path, right) == 401
    ]

    assert refused == []


def test_a_room_cannot_do_what_a_person_does(service: str, client: TestClient, ring: KeyRing) -> None:
    for_people = [way for way in _routes(client) if not _admits_rooms(way[2])]
    let_in = [
        (by, method, path)
        for by in ROOM_NAMES
        for method, path, _route in for_people
        if _status(client, method, path, ring.service_headers(by, service)) != 403
    ]

    assert let_in == []


def test_a_person_cannot_do_what_only_rooms_do(service: str, client: TestClient, ring: KeyRing) -> None:
    for_rooms = [way for way in _routes(client) if _admits_rooms(way[2])]
    let_in = [
        (caller.kind, method, path)
        for caller in (MIGHTY, nobody())
        for method, path, _route in for_rooms
        if _status(client, method, path, ring.headers(caller, service)) != 403
    ]

    assert for_rooms
    assert let_in == []


@pytest.mark.feature("C4")
def test_whoever_views_as_somebody_else_changes_nothing_in_any_service(
    service: str, client: TestClient, ring: KeyRing
) -> None:
    viewer = replace(MIGHTY, roles=frozenset({"customer"}), viewed_by="acc_2", view_ends=1)
    changing = [
        way
        for way in _routes(client)
        if not _admits_rooms(way[2]) and way[0] not in ("GET", "HEAD", "OPTIONS")
    ]
    let_in = [
        (method, path)
        for method, path, _route in changing
        if client.request(method, path, headers=ring.headers(viewer, service)).json()["code"] != "view_only"
    ]

    assert changing
    assert let_in == []


def test_an_identity_that_views_as_staff_does_not_hold(
    service: str, client: TestClient, ring: KeyRing
) -> None:
    viewer = replace(MIGHTY, viewed_by="acc_2", view_ends=1)
    answered = [
        (method, path)
        for method, path, _route in _routes(client)
        if _status(client, method, path, ring.headers(viewer, service)) != 401
    ]

    assert answered == []


def test_a_room_cannot_do_what_is_for_another_room(service: str, client: TestClient, ring: KeyRing) -> None:
    let_in = [
        (by, method, path)
        for method, path, route in _routes(client)
        if _admits_rooms(route)
        for by in set(ROOM_NAMES) - _rooms_of(route)
        if _status(client, method, path, ring.service_headers(by, service)) != 403
    ]

    assert let_in == []


def _routes(client: TestClient) -> list[tuple[str, str, RouteContext]]:
    """Method, path and declaration of every route, the internal ones too."""
    app: Any = client.app
    return [
        (method, re.sub(r"\{\w+\}", "x", str(route.path_format)), route)
        for route in api_routes(app)
        for method in sorted(route.methods or ())
    ]


def _status(client: TestClient, method: str, path: str, headers: dict[str, str]) -> int:
    return client.request(method, path, headers=headers).status_code


def _rooms_of(route: RouteContext) -> frozenset[str]:
    rule = access_of(route.dependant)
    return rule.services if rule else frozenset()


def _admits_rooms(route: RouteContext) -> bool:
    return bool(_rooms_of(route))
