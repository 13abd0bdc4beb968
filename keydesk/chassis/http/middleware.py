"""Request ids and a body limit around every request, as bare ASGI (no task per request)."""

import uuid

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.chassis.http.errors import problem_response
from keydesk.chassis.i18n import choose_language
from keydesk.chassis.problems import TooLarge

REQUEST_ID = "x-request-id"
MAX_BODY_BYTES = 16 * 1024 * 1024


class RequestContext:
    """Binds the request id to logs and answers, and refuses bodies above `MAX_BODY_BYTES`."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = headers.get(REQUEST_ID) or uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        scope.setdefault("state", {})["request_id"] = request_id

        async def send_with_id(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            refusal = problem_response(
                TooLarge(limit=MAX_BODY_BYTES), choose_language(headers.get("accept-language")), request_id
            )
            await refusal(scope, receive, send_with_id)
            return
        await self._app(scope, receive, send_with_id)
