"""Log in, log out, and keep what a session says of its account true."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from pydantic import BaseModel

from keydesk.chassis.problems import Unauthenticated, Unavailable
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.gateway.credentials import Credential, Principal
from keydesk.gateway.sessions.repository import OpenedSession, Sessions
from keydesk.gateway.sessions.schemas import LoginRequest, SessionDocument
from keydesk.gateway.sessions.views import document_of
from keydesk.gateway.upstream.rooms import Answer, Upstreams

log = get_logger(__name__)


class LoginRefused(Exception):
    """Accounts refuses the login; ``answer`` is its problem document, in the reader's language."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class _Authenticated(BaseModel):
    account: Principal
    device: str


@dataclass(frozen=True)
class Login:
    """A login that succeeded."""

    principal: Principal
    session: OpenedSession
    device: str
    """What the device cookie must hold, so that accounts knows this device again."""


class SessionKeeper:
    """The use cases of sessions."""

    def __init__(self, sessions: Sessions, upstreams: Upstreams, now_ms: Callable[[], int]) -> None:
        self._sessions = sessions
        self._upstreams = upstreams
        self._now_ms = now_ms

    async def log_in(
        self,
        request: LoginRequest,
        *,
        address: str,
        device: str | None,
        language: str | None,
        request_id: str,
        before: tuple[str, str] | None,
    ) -> Login:
        """Check the password and open a session; ``before`` (account, session) is ended: ids rotate.

        Raises `LoginRefused`, and `Unavailable` where accounts or Redis is away.
        """
        asked: dict[str, Any] = {**request.model_dump(), "address": address}
        if device:
            asked["device"] = device
        answer = await self._upstreams.call(
            "accounts",
            "POST",
            "/internal/authentications",
            json=asked,
            language=language,
            request_id=request_id,
        )
        if answer.status != 200:
            raise LoginRefused(answer)
        found = _Authenticated.model_validate_json(answer.body)
        session = await self._sessions.open(found.account, self._now_ms())
        principal = await self._confirmed(found.account, session)
        if before is not None:
            await self._sessions.end(*before)
        log.info("logged_in", account_id=principal.account_id, session_id=session.id)
        return Login(principal, session, found.device)

    async def log_out(self, account_id: str, session_id: str) -> None:
        """End a session."""
        await self._sessions.end(account_id, session_id)
        log.info("logged_out", account_id=account_id, session_id=session_id)

    async def refresh(self, account_id: str) -> None:
        """Read an account again, after a request that may have changed it."""
        await self._sessions.refresh(account_id, await self._principal_of(account_id))

    def document(self, principal: Principal, session_ends_ms: int) -> SessionDocument:
        """A session that is being used now, for the API."""
        expires_ms = min(self._now_ms() + self._sessions.idle_ms, session_ends_ms)
        return SessionDocument(
            **principal.model_dump(exclude={"session_epoch"}),
            expires_at=datetime.fromtimestamp(expires_ms // 1000, UTC),
        )

    def document_of(self, credential: Credential) -> SessionDocument:
        """See `document`; while its owner views the portal as somebody else, that account."""
        document = self.document(credential.principal, credential.ends_ms)
        if credential.view is None:
            return document
        return document_of(
            credential.view.principal,
            credential.principal.account_id,
            credential.principal.name,
            ends_ms=credential.view_ends_ms,
            expires_ms=int(document.expires_at.timestamp() * 1000),
        )

    async def _confirmed(self, principal: Principal, session: OpenedSession) -> Principal:
        """The account as it is now that its session is listed.

        A change that was told of between the check of the password and the listing found no session to
        refresh; whatever changes from here on will.
        """
        current = await self._principal_of(principal.account_id)
        if current is None or current.session_epoch != principal.session_epoch:
            await self._sessions.end(principal.account_id, session.id)
            raise Unauthenticated
        if current != principal:
            await self._sessions.refresh(principal.account_id, current)
        return current

    async def _principal_of(self, account_id: str) -> Principal | None:
        answer = await self._upstreams.call("accounts", "GET", f"/internal/accounts/{account_id}/principal")
        if answer.status in (403, 404):
            return None
        if answer.status != 200:
            raise Unavailable
        return Principal.model_validate_json(answer.body)
