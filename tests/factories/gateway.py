"""A real gateway on a real socket, with made-up rooms behind it that remember what reached them."""

import json
import os
import secrets
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx2
import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from keydesk.chassis.identity import HEADER, Caller, IdentityVerifier, keys_from_file
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Event, Fact
from keydesk.chassis.messaging.work import Consumer, WorkContext
from keydesk.chassis.problems import EmailNotVerified, Forbidden, NotFound
from keydesk.chassis.resources import Resources
from keydesk.gateway.app import Gateway
from keydesk.gateway.consumers import accounts_client, redis_client
from keydesk.gateway.cookies import SESSION_COOKIE
from keydesk.gateway.routing import ROOMS
from keydesk.gateway.settings import GatewaySettings
from tests.identities import KeyRing

PASSWORD = "right horse 8 battery"

Behaviour = Callable[[Scope, Receive, Send], Awaitable[None]]


@dataclass(frozen=True)
class Received:
    """A request as a room got it."""

    room: str
    method: str
    target: str
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header that must not come twice."""
        values = [value for found, value in self.headers if found == name]
        assert len(values) <= 1, f"{name} came {len(values)} times"
        return values[0] if values else None


@dataclass
class Person:
    """Somebody whom the made-up accounts know."""

    login_id: str = field(default_factory=lambda: f"{secrets.token_hex(4)}@example.com")
    account_id: str = field(default_factory=lambda: new_id("acc"))
    roles: list[str] = field(default_factory=lambda: ["customer"])
    language: str | None = None
    agreed: bool = True
    verified: bool = True
    gone: bool = False
    session_epoch: int = 1

    def principal(self) -> dict[str, Any]:
        """What accounts says of this person now."""
        return {
            "account_id": self.account_id,
            "login_id": self.login_id,
            "name": "Maria Rossi",
            "company_name": "Rossi SpA",
            "roles": self.roles,
            "verified": self.verified,
            "agreed": self.agreed,
            "language": self.language,
            "session_epoch": self.session_epoch,
        }


class Rooms:
    """Every room behind the gateway. Each says in JSON what reached it, unless told to behave otherwise."""

    def __init__(self, ring: KeyRing) -> None:
        self.received: list[Received] = []
        self.people: dict[str, Person] = {}
        self.tokens: dict[str, tuple[Person, list[str]]] = {}
        self.devices: list[str | None] = []
        self.token_checks = 0
        self.views: list[dict[str, Any]] = []
        """What accounts was told of views, beginnings and ends."""
        self.refuse_views: int | None = None
        self.behave: dict[str, Behaviour] = {}
        self.before_principal: Callable[[Person], None] = lambda _person: None
        self.verifiers = {room: IdentityVerifier(room, keys_from_file(ring.jwks_file)) for room in ROOMS}
        self._listeners: dict[int, str] = {}

    def add(self, person: Person) -> Person:
        """Let accounts know ``person``, with the password `PASSWORD`."""
        self.people[person.login_id] = person
        return person

    def add_token(self, person: Person, *scopes: str) -> str:
        """An API token of ``person``."""
        token = f"kd_{secrets.token_urlsafe(24)}"
        self.tokens[token] = (person, list(scopes))
        return token

    def last(self, room: str) -> Received:
        """The request that reached ``room`` last."""
        return next(request for request in reversed(self.received) if request.room == room)

    def caller_of(self, received: Received) -> Caller:
        """Whom the room takes the request to come from."""
        token = received.header(HEADER)
        assert token is not None
        return self.verifiers[received.room].verify(token)

    @contextmanager
    def listening(self) -> Iterator[dict[str, str]]:
        """Serve every room on a socket of its own; gives their addresses."""
        sockets = {room: _listener() for room in sorted(ROOMS)}
        self._listeners = {listener.getsockname()[1]: room for room, listener in sockets.items()}
        with served(self, list(sockets.values())):
            yield {
                room: f"http://127.0.0.1:{listener.getsockname()[1]}" for room, listener in sockets.items()
            }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request (ASGI)."""
        room = self._listeners[scope["server"][1]]
        if room in self.behave and not scope["path"].startswith("/readyz"):
            await self.behave[room](scope, receive, send)
            return
        body = b""
        while True:
            message = await receive()
            body += message.get("body", b"")
            if not message.get("more_body"):
                break
        query = scope["query_string"].decode()
        received = Received(
            room,
            scope["method"],
            scope["raw_path"].decode() + (f"?{query}" if query else ""),
            [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]],
            body,
        )
        if scope["path"] != "/readyz":
            self.received.append(received)
        is_view = received.target.startswith("/internal/views")
        status, answer = self._record_view(json.loads(body)) if is_view else self._answer(received)
        await send_json(send, status, answer)

    def _answer(self, received: Received) -> tuple[int, Any]:
        target = received.target
        if target == "/internal/authentications":
            return self._authenticate(json.loads(received.body))
        if target == "/internal/openapi.json":
            return 200, {"paths": {f"/api/v1/{received.room}": {"get": {"responses": {"200": {}}}}}}
        if target == "/internal/token-checks":
            self.token_checks += 1
            found = self.tokens.get(json.loads(received.body)["token"])
            if found is None:
                return 401, {"code": "unauthenticated", "status": 401}
            person, scopes = found
            return 200, {
                "principal": person.principal(),
                "token_id": new_id("tok"),
                "scopes": scopes,
                "expires_at": None,
            }
        if target.startswith("/internal/accounts/"):
            account_id = target.split("/")[3]
            person = next(each for each in self.people.values() if each.account_id == account_id)
            self.before_principal(person)
            return (404, {"code": "not_found"}) if person.gone else (200, person.principal())
        return 200, {"room": received.room, "target": target}

    def _record_view(self, asked: dict[str, Any]) -> tuple[int, Any]:
        if self.refuse_views is not None:
            return self.refuse_views, {"code": "unavailable", "status": self.refuse_views}
        person = next((each for each in self.people.values() if each.account_id == asked["account_id"]), None)
        if "reason" in asked and (person is None or person.gone):
            return 404, NotFound().document("en")
        if "reason" in asked and person is not None and not {"support", "operator"}.isdisjoint(person.roles):
            return 403, Forbidden().document("en")
        self.views.append(asked)
        return 200, person.principal() if person is not None else {}

    def _authenticate(self, asked: dict[str, Any]) -> tuple[int, Any]:
        self.devices.append(asked.get("device"))
        person = self.people.get(asked["login_id"])
        if person is None or asked["password"] != PASSWORD:
            return 401, {"code": "credentials_wrong", "status": 401, "title": "Wrong", "detail": "Wrong."}
        if not person.verified:
            return 403, EmailNotVerified().document("en")
        return 200, {"account": person.principal(), "device": "a-device"}


async def send_json(send: Send, status: int, answer: Any, headers: dict[str, str] | None = None) -> None:
    """Answer with JSON."""
    body = json.dumps(answer).encode()
    sent = {
        "content-type": "application/json",
        "content-length": str(len(body)),
        "server": "a-room",
        **(headers or {}),
    }
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": [(name.encode(), value.encode()) for name, value in sent.items()],
        }
    )
    await send({"type": "http.response.body", "body": body})


@dataclass
class House:
    """A gateway in front of made-up rooms."""

    url: str
    rooms: Rooms
    settings: GatewaySettings

    @contextmanager
    def client(
        self, address: str | None = None, headers: dict[str, str] | None = None
    ) -> Iterator[httpx2.Client]:
        """A client at a network address of its own, so that limits of one test do not touch another's."""
        sent = {"x-forwarded-for": address or an_address(), **(headers or {})}
        with httpx2.Client(base_url=self.url, headers=sent, timeout=10) as client:
            yield client

    def tell(self, consumer: Consumer, *facts: Fact) -> None:
        """Let one of the gateway's consumers take in ``facts``."""
        context = WorkContext(self.settings, Resources(self.settings))
        now = datetime.now(UTC)
        events = [
            Event(id=f"evt_{number}", type=fact.TYPE, source="a-room", subject="", time=now, fact=fact)
            for number, fact in enumerate(facts)
        ]
        try:
            consumer.handle(context, None, events)
        finally:
            context.resource(redis_client).close()
            context.resource(accounts_client).close()

    def log_in(self, client: httpx2.Client, person: Person) -> httpx2.Response:
        """Log in as ``person`` with the right password; the client keeps the cookies."""
        response = client.post("/api/v1/sessions", json={"login_id": person.login_id, "password": PASSWORD})
        assert response.status_code == 201, response.text
        assert SESSION_COOKIE in client.cookies
        return response


@contextmanager
def a_house(ring: KeyRing, **settings: Any) -> Iterator[House]:
    """A running gateway with made-up rooms and the tests' Redis behind it."""
    rooms = Rooms(ring)
    with rooms.listening() as peers:
        told = gateway_settings(ring, **{"peers": peers, **settings})
        listener = _listener()
        with served(Gateway(told), [listener]):
            yield House(f"http://127.0.0.1:{listener.getsockname()[1]}", rooms, told)


def gateway_settings(ring: KeyRing, **settings: Any) -> GatewaySettings:
    """Settings of a gateway that trusts what this machine says of addresses."""
    return GatewaySettings(
        **{
            "room": "gateway",
            "identity_key_file": ring.key_file("gateway"),
            "identity_jwks_file": ring.jwks_file,
            "redis_url": os.environ["KEYDESK_TEST_REDIS_URL"],
            "trusted_proxies": "127.0.0.0/8",
            **settings,
        }
    )


@contextmanager
def served(app: ASGIApp, listeners: list[socket.socket]) -> Iterator[None]:
    """Serve ``app`` as `keydesk serve` does, in a thread of this process."""
    config = uvicorn.Config(
        app,
        loop="uvloop",
        http="httptools",
        ws="none",
        lifespan="on" if isinstance(app, Gateway) else "off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, kwargs={"sockets": listeners})
    thread.start()
    try:
        wait_until(lambda: server.started or not thread.is_alive())
        assert server.started
        yield
    finally:
        server.should_exit = True
        thread.join()
        for listener in listeners:
            listener.close()


def wait_until(condition: Callable[[], object], *, seconds: float = 10.0) -> None:
    """Wait until ``condition`` holds; fails when it does not for so long."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "this did not come true in time"
        time.sleep(0.005)


def an_address() -> str:
    """A network address that nobody else uses, of the range for benchmarks (RFC 2544)."""
    return f"198.18.{secrets.randbelow(256)}.{secrets.randbelow(256)}"


def _listener() -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen(128)
    return listener
