"""View the portal as somebody else: support only, recorded before it begins, at most for half an hour."""

from collections.abc import Callable
from datetime import UTC, datetime

from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Unavailable, ViewOnly
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.gateway.credentials import Principal, View
from keydesk.gateway.sessions.repository import Sessions
from keydesk.gateway.sessions.schemas import SessionDocument, ViewDocument, ViewRequest
from keydesk.gateway.upstream.rooms import Answer, Upstreams

log = get_logger(__name__)

LONGEST_MS = 30 * 60 * 1000


class ViewRefused(Exception):
    """Accounts refuses the view; ``answer`` is its problem document, in the reader's language."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


class Views:
    """The use cases of viewing the portal as somebody else."""

    def __init__(self, sessions: Sessions, upstreams: Upstreams, now_ms: Callable[[], int]) -> None:
        self._sessions = sessions
        self._upstreams = upstreams
        self._now_ms = now_ms

    async def begin(
        self,
        request: ViewRequest,
        *,
        viewer_id: str,
        viewer_name: str,
        session_id: str,
        language: str | None,
        request_id: str,
    ) -> SessionDocument:
        """Have accounts decide and record, then let the session view the portal as the account.

        Raises `ViewRefused`; `ViewOnly` where the session views already; and `Unavailable`, with nothing
        begun, where accounts or Redis is away, or either account changes meanwhile.
        """
        now = self._now_ms()
        view_id = new_id("vw")
        answer = await self._upstreams.call(
            "accounts",
            "POST",
            "/internal/views",
            json={
                "view_id": view_id,
                "viewer_id": viewer_id,
                "account_id": request.account_id,
                "reason": request.reason,
                "until": _moment(now + LONGEST_MS).isoformat(),
            },
            language=language,
            request_id=request_id,
        )
        if answer.status != 200:
            raise ViewRefused(answer)
        view = View(id=view_id, principal=Principal.model_validate_json(answer.body))
        ends = await self._sessions.begin_view(
            viewer_id, session_id, view, now_ms=now, ends_ms=now + LONGEST_MS
        )
        if ends is None:
            raise ViewOnly
        await self._confirm(viewer_id, session_id, view)
        log.info("view_begun", account_id=viewer_id, viewed=request.account_id, view_id=view_id)
        return document_of(view.principal, viewer_id, viewer_name, ends_ms=ends, expires_ms=ends)

    async def end(self, viewer_id: str, session_id: str) -> None:
        """Give the session back to its owner, and have it recorded; nothing happens where it is theirs."""
        view = await self._sessions.end_view(viewer_id, session_id)
        if view is None:
            return
        log.info("view_ended", account_id=viewer_id, viewed=view.principal.account_id, view_id=view.id)
        ended = {"view_id": view.id, "viewer_id": viewer_id, "account_id": view.principal.account_id}
        try:
            await self._upstreams.call("accounts", "POST", "/internal/views/ends", json=ended)
        except Unavailable:
            log.warning("view_end_not_recorded", account_id=viewer_id, view_id=view.id)

    async def _confirm(self, viewer_id: str, session_id: str, view: View) -> None:
        """Both accounts are still what they were, now that the view is listed; later changes will end it."""
        confirmed = False
        try:
            viewed = await self._principal_of(view.principal.account_id)
            viewer = await self._principal_of(viewer_id)
            confirmed = viewed == view.principal and viewer is not None and "support" in viewer.roles
        finally:
            if not confirmed:
                await self._sessions.end_view(viewer_id, session_id)
        if not confirmed:
            raise Unavailable

    async def _principal_of(self, account_id: str) -> Principal | None:
        answer = await self._upstreams.call("accounts", "GET", f"/internal/accounts/{account_id}/principal")
        return Principal.model_validate_json(answer.body) if answer.status == 200 else None


def document_of(
    principal: Principal, viewer_id: str, viewer_name: str, *, ends_ms: int, expires_ms: int
) -> SessionDocument:
    """A session that views the portal as ``principal``, for the API."""
    return SessionDocument(
        **principal.model_dump(exclude={"session_epoch"}),
        expires_at=_moment(expires_ms),
        view=ViewDocument(by_account_id=viewer_id, by_name=viewer_name, ends_at=_moment(ends_ms)),
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC)
