"""What stands around every request, as bare ASGI (no task per request): its id, trace, measure and limit."""

import time
import uuid
from collections.abc import Mapping
from typing import Any

import structlog
from opentelemetry import propagate
from opentelemetry.trace import SpanKind
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from keydesk.chassis.http.errors import MAX_BODY_BYTES, problem_response
from keydesk.chassis.i18n import choose_language
from keydesk.chassis.problems import TooLarge
from keydesk.chassis.telemetry.context import REQUEST_ID
from keydesk.chassis.telemetry.metrics import REQUESTS
from keydesk.chassis.telemetry.tracing import tracer

MAX_REQUEST_ID = 128


class RequestContext:
    """Binds the request id to logs and answers, continues the trace, measures, and limits bodies."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request (ASGI)."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        request_id = headers.get(REQUEST_ID, "")[:MAX_REQUEST_ID] or uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        scope.setdefault("state", {})["request_id"] = request_id
        started = time.perf_counter()
        status = 500

        async def send_with_id(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)[REQUEST_ID] = request_id
            await send(message)

        parent = propagate.extract(headers)
        with tracer.start_as_current_span(scope["method"], context=parent, kind=SpanKind.SERVER) as span:
            try:
                await self._serve(scope, _limited(receive), send_with_id, headers)
            finally:
                route = _route_of(scope)
                span.update_name(f"{scope['method']} {route}")
                REQUESTS.labels(_room_of(scope), scope["method"], route, f"{status // 100}xx").observe(
                    time.perf_counter() - started
                )

    async def _serve(self, scope: Scope, receive: Receive, send: Send, headers: Mapping[str, str]) -> None:
        length = headers.get("content-length", "0")
        if length.isdigit() and int(length) > MAX_BODY_BYTES:
            refusal = problem_response(
                TooLarge(limit=MAX_BODY_BYTES),
                choose_language(headers.get("accept-language")),
                scope["state"]["request_id"],
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


def _limited(receive: Receive) -> Receive:
    """A body that does not say its length is counted while it comes."""
    taken = 0

    async def counted() -> Message:
        nonlocal taken
        message = await receive()
        taken += len(message.get("body", b""))
        if taken > MAX_BODY_BYTES:
            raise HTTPException(413)
        return message

    return counted


def _route_of(scope: Scope) -> str:
    """The route's pattern, never the path itself: a metric has few values and holds no id."""
    route: Any = scope.get("route")
    return str(getattr(route, "path_format", "") or "unknown")


def _room_of(scope: Scope) -> str:
    settings: Any = getattr(scope["app"].state, "settings", None)
    return str(getattr(settings, "room", ""))
