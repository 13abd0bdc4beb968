"""``/api/v1/sessions``: log in, look, view as somebody else, log out.

For browsers, and for the portal on a browser's behalf.
"""

from dataclasses import dataclass
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from keydesk.chassis.http.errors import PROBLEM_MEDIA_TYPE, field_errors
from keydesk.chassis.identity import Caller, IdentityRefused, IdentityVerifier
from keydesk.chassis.problems import (
    Forbidden,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Unauthenticated,
    UnsupportedMediaType,
)
from keydesk.gateway.cookies import (
    DEVICE_COOKIE,
    DEVICE_COOKIE_SECONDS,
    SESSION_COOKIE,
    cookie,
    set_cookie,
)
from keydesk.gateway.credentials import Credential
from keydesk.gateway.exchange import Exchange, Headers
from keydesk.gateway.headers import Head
from keydesk.gateway.sessions.schemas import LoginRequest, ViewRequest
from keydesk.gateway.sessions.service import LoginRefused, SessionKeeper
from keydesk.gateway.sessions.views import ViewRefused, Views
from keydesk.gateway.upstream.rooms import Answer

Shape = TypeVar("Shape", bound=BaseModel)

MOST_LOGIN_BYTES = 16 * 1024
_RELAYED = ("retry-after", "content-language")


@dataclass(frozen=True)
class SessionRoutes:
    """Answers below ``/api/v1/sessions``."""

    keeper: SessionKeeper
    views: Views
    verifier: IdentityVerifier
    secure_cookies: bool

    def portal_speaking(self, head: Head) -> Caller | None:
        """For whom the portal speaks: it sends the identity that it was given with its reader's request.

        Only rooms ever see such a token, so it is also the proof that this is no forged form.
        """
        token = head.header(b"keydesk-identity")
        if token is None:
            return None
        try:
            caller = self.verifier.verify(token)
        except IdentityRefused:
            return None
        return caller if caller.kind != "service" else None

    async def serve(self, exchange: Exchange, credential: Credential | None, portal: Caller | None) -> None:
        """Answer one request."""
        method = exchange.head.method
        if exchange.head.path == b"/api/v1/sessions":
            if method != "POST":
                raise MethodNotAllowed(method=method, headers={"Allow": "POST"})
            await self._log_in(exchange, credential, portal)
        elif exchange.head.path == b"/api/v1/sessions/current":
            if method == "DELETE":
                await self._log_out(exchange, credential, portal)
            elif method in ("GET", "HEAD"):
                await self._current(exchange, credential)
            else:
                raise MethodNotAllowed(method=method, headers={"Allow": "GET, HEAD, DELETE"})
        elif exchange.head.path == b"/api/v1/sessions/current/view":
            if method == "POST":
                await self._begin_view(exchange, credential, portal)
            elif method == "DELETE":
                await self._end_view(exchange, credential, portal)
            else:
                raise MethodNotAllowed(method=method, headers={"Allow": "POST, DELETE"})
        else:
            raise NotFound

    async def _log_in(self, exchange: Exchange, credential: Credential | None, portal: Caller | None) -> None:
        head = exchange.head
        request = await _read(exchange, LoginRequest)
        try:
            login = await self.keeper.log_in(
                request,
                address=portal.address if portal else head.address,
                device=cookie(head.cookies, DEVICE_COOKIE),
                language=head.header(b"accept-language"),
                request_id=head.request_id,
                before=_session_of(credential, portal),
            )
        except LoginRefused as refused:
            await _relay(exchange, refused.answer)
            return
        document = self.keeper.document(login.principal, login.session.ends_ms)
        cookies = [
            set_cookie(SESSION_COOKIE, login.session.secret, secure=self.secure_cookies),
            set_cookie(
                DEVICE_COOKIE, login.device, secure=self.secure_cookies, max_age=DEVICE_COOKIE_SECONDS
            ),
        ]
        await exchange.json(
            201, document.model_dump(mode="json"), [*cookies, (b"cache-control", b"no-store")]
        )

    async def _current(self, exchange: Exchange, credential: Credential | None) -> None:
        if credential is None or credential.kind != "session":
            raise Unauthenticated
        await exchange.json(200, self.keeper.document_of(credential).model_dump(mode="json"))

    async def _begin_view(
        self, exchange: Exchange, credential: Credential | None, portal: Caller | None
    ) -> None:
        head = exchange.head
        viewer = portal or (credential.caller(head.address) if credential is not None else None)
        if viewer is None or viewer.account_id is None or viewer.session_id is None:
            raise Unauthenticated  # API tokens have no session either
        if "support" not in viewer.roles:
            raise Forbidden
        try:
            document = await self.views.begin(
                await _read(exchange, ViewRequest),
                viewer_id=viewer.account_id,
                viewer_name=viewer.name or "",
                session_id=viewer.session_id,
                language=head.header(b"accept-language"),
                request_id=head.request_id,
            )
        except ViewRefused as refused:
            await _relay(exchange, refused.answer)
            return
        await exchange.json(201, document.model_dump(mode="json"), [(b"cache-control", b"no-store")])

    async def _end_view(
        self, exchange: Exchange, credential: Credential | None, portal: Caller | None
    ) -> None:
        session = _session_of(credential, portal)
        if session is None:
            raise Unauthenticated
        await self.views.end(*session)
        await exchange.answer(204, b"", None)

    async def _log_out(
        self, exchange: Exchange, credential: Credential | None, portal: Caller | None
    ) -> None:
        ended = _session_of(credential, portal)
        if ended is not None:
            await self.views.end(*ended)
            await self.keeper.log_out(*ended)
        gone = set_cookie(SESSION_COOKIE, "", secure=self.secure_cookies, max_age=0)
        await exchange.answer(204, b"", None, [gone])


def _session_of(credential: Credential | None, portal: Caller | None) -> tuple[str, str] | None:
    """The session that a request is made in: its owner's account, and handle."""
    if portal is not None and portal.account_id is not None and portal.session_id is not None:
        return portal.viewed_by or portal.account_id, portal.session_id
    if credential is not None and credential.kind == "session":
        return credential.principal.account_id, credential.id
    return None


async def _read(exchange: Exchange, shape: type[Shape]) -> Shape:
    content_type = exchange.head.header(b"content-type") or ""
    if content_type.partition(";")[0].strip().lower() != "application/json":
        raise UnsupportedMediaType(accepted="application/json")
    body = await exchange.whole_body(MOST_LOGIN_BYTES)
    try:
        return shape.model_validate_json(body)
    except ValidationError as error:
        found = [{**item, "loc": ("body", *item["loc"])} for item in error.errors()]
        if any(item["type"] == "json_invalid" for item in found):
            raise Malformed from None
        raise Invalid(errors=field_errors(found)) from None


async def _relay(exchange: Exchange, answer: Answer) -> None:
    headers: Headers = [(b"cache-control", b"no-store")]
    for name in _RELAYED:
        if name in answer.headers:
            headers.append((name.encode("ascii"), answer.headers[name].encode("latin-1")))
    await exchange.answer(answer.status, answer.body, PROBLEM_MEDIA_TYPE, headers)
