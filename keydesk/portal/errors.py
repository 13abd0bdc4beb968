"""Error pages: each says what happened and what to do next, in the reader's language."""

from collections.abc import Awaitable, Callable
from typing import Any
from urllib.parse import urlencode

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from keydesk.chassis.http.errors import MAX_BODY_BYTES
from keydesk.chassis.problems import (
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unexpected,
)
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.portal.api import ApiProblem
from keydesk.portal.navigation import HOME
from keydesk.portal.reader import LogInFirst, reader_of
from keydesk.portal.rendering import render

log = get_logger(__name__)

Handler = Callable[[Request, Any], Response | Awaitable[Response]]


def install_error_pages(app: FastAPI) -> None:
    """Answer every failure with a page, or by leading to the login or to the agreement."""
    handlers: dict[type[Exception], Handler] = {
        LogInFirst: _log_in_first,
        ApiProblem: _api_problem,
        Problem: _problem,
        RequestValidationError: _validation,
        HTTPException: _http,
        Exception: _unexpected,
    }
    for kind, handler in handlers.items():
        app.add_exception_handler(kind, handler)


def error_page(request: Request, problem: ApiProblem) -> Response:
    """The page of a problem."""
    page = render(
        request,
        "error.html",
        status=problem.status,
        problem=problem,
        request_id=getattr(request.state, "request_id", None),
    )
    for name in ("retry-after", "allow"):
        if name in problem.headers:
            page.headers[name] = problem.headers[name]
    return page


def back_here(request: Request, path: str) -> Response:
    """Go to ``path`` first, and come back to this page afterwards if it is one that can be opened again."""
    address = request.url.path
    if request.url.query:
        address = f"{address}?{request.url.query}"
    if request.method not in ("GET", "HEAD") or address == HOME:
        return RedirectResponse(path, status_code=303)
    return RedirectResponse(f"{path}?{urlencode({'next': address})}", status_code=303)


def _log_in_first(request: Request, _: LogInFirst) -> Response:
    return back_here(request, "/login")


def _api_problem(request: Request, problem: ApiProblem) -> Response:
    if problem.status == 401 and not reader_of(request).logged_in:
        return back_here(request, "/login")
    if problem.code == "agreement_due":
        return back_here(request, "/agreement")
    return error_page(request, problem)


def _problem(request: Request, problem: Problem) -> Response:
    return error_page(request, ApiProblem.of(problem, reader_of(request).language))


def _validation(request: Request, error: RequestValidationError) -> Response:
    in_path = any(item["loc"][0] == "path" for item in error.errors())
    return _problem(request, NotFound() if in_path else Invalid())


def _http(request: Request, error: HTTPException) -> Response:
    headers = dict(error.headers or {})
    if error.status_code == 404:
        return _problem(request, NotFound())
    if error.status_code == 405:
        return _problem(request, MethodNotAllowed(method=request.method, headers=headers))
    if error.status_code == 413:
        return _problem(request, TooLarge(limit=MAX_BODY_BYTES))
    return _problem(request, Malformed()) if error.status_code < 500 else _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", error_type=type(error).__name__, exc_info=error)
    return _problem(request, Unexpected())
