"""Every failure of a request becomes a problem document in the reader's language."""

import json
from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.responses import Response

from keydesk.chassis.i18n import N_, Text, choose_language
from keydesk.chassis.identity import Caller
from keydesk.chassis.problems import (
    FieldError,
    Invalid,
    Malformed,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    Unavailable,
    Unexpected,
)
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)

MAX_BODY_BYTES = 32 * 1024 * 1024
"""What no request's body may exceed: as much as the largest import."""
PROBLEM_MEDIA_TYPE = "application/problem+json"

_VALIDATION_TEXTS = {
    "missing": N_("This is needed."),
    "string_too_short": N_("This needs at least %(min_length)s characters."),
    "string_too_long": N_("This can have at most %(max_length)s characters."),
    "extra_forbidden": N_("This field is not known here."),
    "json_invalid": N_("This is not valid JSON."),
    "literal_error": N_("This has to be one of: %(expected)s."),
    "enum": N_("This has to be one of: %(expected)s."),
    "too_long": N_("At most %(max_length)s are possible at once."),
    "too_short": N_("At least %(min_length)s is needed."),
    "string_type": N_("This has to be text."),
    "bool_type": N_("This has to be true or false."),
    "int_parsing": N_("This has to be a whole number."),
    "greater_than_equal": N_("This has to be at least %(ge)s."),
    "less_than_equal": N_("This can be at most %(le)s."),
}
_OTHERWISE = N_("This does not have the form that is expected here.")


def install_error_handlers(app: FastAPI) -> None:
    """Answer problems, validation errors, HTTP errors, and anything unexpected, all alike."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(RequestValidationError, _validation)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(OperationalError, _database_away)
    app.add_exception_handler(PoolTimeout, _database_away)
    app.add_exception_handler(DBAPIError, _database_error)
    app.add_exception_handler(Exception, _unexpected)


def language_of(request: Request) -> str:
    """The reader's language: what the request asks for, else the account's, else English."""
    caller = getattr(request.state, "caller", None)
    account_language = caller.language if isinstance(caller, Caller) else None
    return choose_language(request.headers.get("accept-language"), account_language or "en")


def problem_response(problem: Problem, language: str, request_id: str | None = None) -> Response:
    """``problem`` as an HTTP response (RFC 9457, 3)."""
    instance = f"urn:keydesk:request:{request_id}" if request_id else None
    said = json.dumps(problem.document(language, instance), ensure_ascii=False)
    return Response(
        said.encode("utf-8", "replace"),  # a problem may quote half of a surrogate pair that was sent
        status_code=problem.status,
        media_type=PROBLEM_MEDIA_TYPE,
        headers={**problem.headers, "Content-Language": language},
    )


def _answer(request: Request, problem: Problem) -> Response:
    return problem_response(problem, language_of(request), getattr(request.state, "request_id", None))


def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101 - narrows what Starlette's handler signature hides
    return _answer(request, error)


def _validation(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101 - as above
    found = error.errors()
    if any(item["type"] == "json_invalid" for item in found):
        return _answer(request, Malformed())
    return _answer(request, Invalid(errors=field_errors(found)))


def field_errors(found: Sequence[Any]) -> list[FieldError]:
    """Pydantic's errors as ours: JSON pointers, and texts that can be translated."""
    return [
        FieldError(
            "/" + "/".join(str(part) for part in item["loc"][1:]),
            item["type"],
            Text(_VALIDATION_TEXTS.get(item["type"], _OTHERWISE), item.get("ctx", {})),
        )
        for item in found
    ]


def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101 - as above
    if error.status_code == 404:
        return _answer(request, NotFound())
    if error.status_code == 405:
        return _answer(request, MethodNotAllowed(method=request.method, headers=dict(error.headers or {})))
    if error.status_code == 413:
        return _answer(request, TooLarge(limit=MAX_BODY_BYTES))
    if error.status_code < 500:
        return _answer(request, Malformed())
    return _unexpected(request, error)


def _database_away(request: Request, error: Exception) -> Response:
    log.error("database_away", error=str(error))
    return _answer(request, Unavailable(headers={"Retry-After": "2"}))


def _database_error(request: Request, error: Exception) -> Response:
    if isinstance(error, DBAPIError) and error.connection_invalidated:
        return _database_away(request, error)
    return _unexpected(request, error)


def _unexpected(request: Request, error: Exception) -> Response:
    log.error("unexpected", error_type=type(error).__name__, exc_info=error)
    return _answer(request, Unexpected())
