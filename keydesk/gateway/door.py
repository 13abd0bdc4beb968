"""The way of one request: read its head, admit it, send it to its room.

Nothing here knows what a request is about. On the way of a proxied one stand no framework, no middleware
and no task of its own.
"""

from dataclasses import dataclass

from starlette.types import Receive, Scope, Send

from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import (
    MethodNotAllowed,
    NotFound,
    Problem,
    TooManyRequests,
    Unauthenticated,
    Unavailable,
    Unexpected,
    ViewOnly,
)
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.gateway.admission import Admission, Claim
from keydesk.gateway.cookies import SESSION_COOKIE, cookie, without_cookie
from keydesk.gateway.credentials import Credential, digest_of
from keydesk.gateway.cross_site import SAFE_METHODS, is_own_request, origin_of
from keydesk.gateway.documentation.pages import Documentation
from keydesk.gateway.events.stream import EventStreams
from keydesk.gateway.exchange import BeforeAnswer, ClientGone, Exchange
from keydesk.gateway.headers import Head, read_head, security_headers
from keydesk.gateway.health import Health
from keydesk.gateway.identities import Identities
from keydesk.gateway.limits.policies import NO_LIMITS
from keydesk.gateway.pipeline import RedisAway
from keydesk.gateway.problems import CrossSiteRequest, PathRefused, TokenUnknown, ViewEnded
from keydesk.gateway.routing import GATEWAY, PORTAL, is_plain, room_of
from keydesk.gateway.sessions.routes import SessionRoutes
from keydesk.gateway.sessions.service import SessionKeeper
from keydesk.gateway.settings import GatewaySettings
from keydesk.gateway.tokens import ApiTokens, token_in
from keydesk.gateway.upstream.rooms import RETRY_AFTER, Upstreams

log = get_logger(__name__)

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
HEALTH = (b"/livez", b"/readyz")
SESSIONS = b"/api/v1/sessions"
STATIC = b"/static/"
CHANGE_ACCOUNTS = (
    b"/api/v1/me",
    b"/api/v1/email-verifications",
    b"/agreement",
    b"/account",
    b"/verify-email",
)
"""Unsafe requests below these may change what a session says of its account."""
WAYS_OUT = frozenset(
    {
        ("DELETE", b"/api/v1/sessions/current"),
        ("DELETE", b"/api/v1/sessions/current/view"),
        ("POST", b"/logout"),
        ("POST", b"/stop-viewing"),
    }
)
"""The unsafe requests that whoever views the portal as somebody else can make."""


@dataclass(frozen=True)
class Admitted:
    """What admission found out about a request."""

    credential: Credential | None = None
    token: str | None = None
    """The API token, where the credential is one."""


@dataclass(frozen=True)
class Parts:
    """What the door works with."""

    admission: Admission
    identities: Identities
    upstreams: Upstreams
    tokens: ApiTokens
    keeper: SessionKeeper
    sessions: SessionRoutes
    events: EventStreams
    health: Health
    documentation: Documentation


class Door:
    """Serves HTTP requests (ASGI)."""

    def __init__(self, settings: GatewaySettings, parts: Parts) -> None:
        self._parts = parts
        self._trusted = settings.proxy_networks
        self._policies = settings.policies
        self._security = security_headers(is_https=settings.is_https)
        self._public_origin = origin_of(settings.public_url)

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        exchange = Exchange(read_head(scope, self._trusted), receive, send, self._security)
        try:
            await self._serve(exchange)
        except Problem as problem:
            await _refuse(exchange, problem)
        except RedisAway as away:
            log.warning("redis_away", error=str(away))
            await _refuse(exchange, Unavailable(headers=RETRY_AFTER))
        except ClientGone:
            log.info("client_gone", request_id=exchange.head.request_id)
        except Exception:
            log.exception("unexpected", request_id=exchange.head.request_id)
            await _refuse(exchange, Unexpected())

    async def _serve(self, exchange: Exchange) -> None:
        head = exchange.head
        if not is_plain(head.path, head.query):
            raise PathRefused
        room = room_of(head.path)
        exchange.is_page = room == PORTAL
        if head.method not in METHODS:
            raise MethodNotAllowed(method=head.method)
        if room is None:
            raise NotFound
        if head.path in HEALTH:
            await self._health(exchange)
        elif room == GATEWAY:
            await self._serve_own(exchange)
        elif head.path.startswith(STATIC):
            await self._pass_on(exchange, room, None)
        else:
            admitted = await self._admit(exchange, room, head.address, portal=None)
            await self._pass_on(exchange, room, admitted.credential)

    async def _serve_own(self, exchange: Exchange) -> None:
        head, parts = exchange.head, self._parts
        if head.path.startswith(SESSIONS):
            portal = parts.sessions.portal_speaking(head)
            address = portal.address if portal is not None else head.address
            admitted = await self._admit(exchange, GATEWAY, address, portal)
            await parts.sessions.serve(exchange, admitted.credential, portal)
            return
        admitted = await self._admit(exchange, GATEWAY, head.address, portal=None)
        if head.path != b"/api/v1/events":
            await parts.documentation.serve(exchange)
            return
        if head.method != "GET":
            raise MethodNotAllowed(method=head.method, headers={"Allow": "GET"})
        await self._stream_events(exchange, admitted)

    async def _pass_on(self, exchange: Exchange, room: str, credential: Credential | None) -> None:
        head, parts = exchange.head, self._parts
        exchange.is_private = credential is not None
        if credential is not None and _may_change_account(head):
            exchange.before_answer = self._refresh_of(credential)
        identity = parts.identities.of(credential, head.address, room)
        cookies = without_cookie(head.cookies, SESSION_COOKIE) if room == PORTAL else ""
        await parts.upstreams.forward(exchange, room, identity, cookies)

    async def _admit(self, exchange: Exchange, room: str, address: str, portal: Caller | None) -> Admitted:
        head = exchange.head
        claim, token = _claim_of(head, room)
        if head.method not in SAFE_METHODS and token is None and portal is None:
            self._refuse_cross_site(head, claim)
        limits = self._policies.of(head.method, head.path.decode("ascii"))
        try:
            credential, standing = await self._parts.admission.ask(claim, address, limits)
        except RedisAway:
            if claim is None and head.method in SAFE_METHODS:
                return Admitted()  # whoever only looks around can do so without limits being counted
            raise
        if standing is not None:
            exchange.added += standing.headers()
            if standing.wait_ms > 0:
                raise TooManyRequests(seconds=standing.wait_seconds)
        if token is not None and claim is not None and credential is None:
            credential = await self._check_token(token, claim, address)
        if credential is not None:
            exchange.reader = credential.principal.language
        if head.method not in SAFE_METHODS and (head.method, head.path) not in WAYS_OUT:
            _refuse_viewers(credential, portal)
        return Admitted(credential, token)

    async def _check_token(self, token: str, claim: Claim, address: str) -> Credential:
        if await self._parts.tokens.check(token, claim.digest):
            credential, _ = await self._parts.admission.ask(claim, address, NO_LIMITS)
            if credential is not None:
                return credential
        raise TokenUnknown

    def _refuse_cross_site(self, head: Head, claim: Claim | None) -> None:
        fetch_site, origin = head.header(b"sec-fetch-site"), head.header(b"origin")
        comes_from_browser = claim is not None or fetch_site is not None or origin is not None
        if comes_from_browser and not is_own_request(
            fetch_site=fetch_site,
            origin=origin,
            host=head.header(b"host"),
            public_origin=self._public_origin,
        ):
            raise CrossSiteRequest

    async def _stream_events(self, exchange: Exchange, admitted: Admitted) -> None:
        credential, parts = admitted.credential, self._parts
        if credential is None:
            raise Unauthenticated
        if credential.view is not None:
            raise ViewOnly  # a stream would go on when the view has ended

        async def still_holds() -> bool:
            try:
                if await parts.admission.still_holds(credential):
                    return True
                return admitted.token is not None and await parts.tokens.check(
                    admitted.token, credential.digest
                )
            except (RedisAway, Unavailable):
                return False

        await parts.events.serve(exchange, credential.caller(exchange.head.address), still_holds)

    async def _health(self, exchange: Exchange) -> None:
        missing = await self._parts.health.missing() if exchange.head.path == b"/readyz" else []
        body = {"status": "unavailable" if missing else "ok", "missing": missing}
        await exchange.json(503 if missing else 200, body, [(b"cache-control", b"no-store")])

    def _refresh_of(self, credential: Credential) -> BeforeAnswer:
        async def refresh(status: int) -> None:
            """Let whoever accepted the agreement, say, be known to have done so when they read the answer."""
            if status >= 400:
                return
            try:
                await self._parts.keeper.refresh(credential.principal.account_id)
            except (RedisAway, Unavailable):
                log.warning("refresh_left_to_facts", account_id=credential.principal.account_id)

        return refresh


def _claim_of(head: Head, room: str) -> tuple[Claim | None, str | None]:
    """What the request says of itself, and the API token if it does so by one. Pages take cookies only."""
    authorization = head.header(b"authorization") if room != PORTAL else None
    if authorization is not None:
        token = token_in(authorization)
        if token is None:
            raise TokenUnknown
        return Claim("token", digest_of(token)), token
    secret = cookie(head.cookies, SESSION_COOKIE) if head.cookies else None
    return (Claim("session", digest_of(secret)), None) if secret else (None, None)


def _refuse_viewers(credential: Credential | None, portal: Caller | None) -> None:
    """Let nobody change anything who views the portal as somebody else, or just did."""
    if portal is not None and not portal.in_person:
        raise ViewOnly
    if credential is not None and credential.view is not None:
        raise ViewOnly
    if credential is not None and credential.view_just_ended:
        raise ViewEnded  # a form of the other person's pages must not become the sender's own


def _may_change_account(head: Head) -> bool:
    return head.method not in SAFE_METHODS and head.path.startswith(CHANGE_ACCOUNTS)


async def _refuse(exchange: Exchange, problem: Problem) -> None:
    """Answer with ``problem``; where the answer has begun already, break it off so that all can see."""
    if exchange.started:
        log.warning("answer_broken_off", request_id=exchange.head.request_id, code=problem.code)
        return
    await exchange.problem(problem)
