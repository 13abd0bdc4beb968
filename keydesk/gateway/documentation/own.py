"""The OpenAPI document of the gateway's own routes: sessions and events. Pure."""

from typing import Any, Final

from keydesk.chassis.problems import ProblemDocument
from keydesk.gateway.documentation.merge import Document, problem_answer
from keydesk.gateway.events.messages import SCOPES
from keydesk.gateway.sessions.schemas import LoginRequest, SessionDocument, ViewRequest

_REF = "#/components/schemas/{model}"
_SESSION: Final[Document] = {"session": []}
_TOKENS_FOR_EVENTS: Final = [{"token": [scope]} for scope in sorted(SCOPES)]


def own_document() -> Document:
    """Sessions and events, as the rooms document theirs."""
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keydesk gateway", "version": "1"},
        "paths": {
            "/api/v1/sessions": {"post": _LOG_IN},
            "/api/v1/sessions/current": {"get": _CURRENT, "delete": _LOG_OUT},
            "/api/v1/sessions/current/view": {"post": _BEGIN_VIEW, "delete": _END_VIEW},
            "/api/v1/events": {"get": _EVENTS},
        },
        "components": {"schemas": _schemas(LoginRequest, ViewRequest, SessionDocument, ProblemDocument)},
    }


def _schemas(*models: Any) -> Document:
    schemas: Document = {}
    for model in models:
        schema = model.model_json_schema(ref_template=_REF)
        schemas |= schema.pop("$defs", {})
        schemas[model.__name__] = schema
    return schemas


def _json(description: str, model: str) -> Document:
    schema = {"$ref": f"#/components/schemas/{model}"}
    return {"description": description, "content": {"application/json": {"schema": schema}}}


_UNEXPECTED: Final = {"500": problem_answer("unexpected")}

_LOG_IN: Final = {
    "operationId": "log_in",
    "summary": "Log in",
    "description": "Opens a session and sets its cookie; a session that the request came with ends.",
    "security": [],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/LoginRequest"}}},
    },
    "responses": {
        "201": _json("Logged in", "SessionDocument"),
        "401": problem_answer("credentials_wrong"),
        "403": problem_answer("email_not_verified, cross_site_request"),
        "415": problem_answer("unsupported_media_type"),
        "422": problem_answer("invalid"),
        **_UNEXPECTED,
    },
}
_CURRENT: Final = {
    "operationId": "current_session",
    "summary": "Who is logged in",
    "security": [_SESSION],
    "responses": {"200": _json("The session", "SessionDocument"), **_UNEXPECTED},
}
_LOG_OUT: Final = {
    "operationId": "log_out",
    "summary": "Log out",
    "description": "Ends the session. Doing it twice is no error.",
    "security": [],
    "responses": {"204": {"description": "No session any more"}, **_UNEXPECTED},
}
_BEGIN_VIEW: Final = {
    "operationId": "begin_view",
    "summary": "View the portal as somebody else",
    "description": (
        "For support, in a browser's session. From then on the session's requests are those of the account,"
        " for half an hour at most, and change nothing: unsafe ones are refused with `view_only`, license"
        " keys are hidden, license files are not given out. Who viewed whom and why is recorded."
    ),
    "security": [_SESSION],
    "x-roles": ["support"],
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/ViewRequest"}}},
    },
    "responses": {
        "201": _json("The session, as it is now", "SessionDocument"),
        "403": problem_answer("forbidden, staff_not_viewed, view_only, cross_site_request"),
        "404": problem_answer("not_found"),
        "415": problem_answer("unsupported_media_type"),
        "422": problem_answer("invalid"),
        **_UNEXPECTED,
    },
}
_END_VIEW: Final = {
    "operationId": "end_view",
    "summary": "Stop viewing as somebody else",
    "description": "The session is its owner's again. Doing it twice is no error.",
    "security": [_SESSION],
    "responses": {"204": {"description": "The session is its owner's"}, **_UNEXPECTED},
}
_EVENTS: Final = {
    "operationId": "events",
    "summary": "Live progress",
    "description": (
        "A stream of server-sent events of the caller's own: `registration.progressed`"
        " `{registration_id, done, total}`, `registration.completed` `{registration_id, total}`,"
        " `import.progressed` `{import_id, status, done, total}`. Events that happened while nobody"
        " listened are not sent again: look at the registration or import after connecting."
    ),
    "security": [_SESSION, *_TOKENS_FOR_EVENTS],
    "responses": {
        "200": {
            "description": "Events until the client leaves or the session ends",
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
        },
        "403": problem_answer("scope_missing, view_only"),
        **_UNEXPECTED,
    },
}
