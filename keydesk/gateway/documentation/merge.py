"""Makes one OpenAPI 3.1 document of the documents of the rooms. Pure.

Rooms name their schemas without knowing of each other. A name that two rooms give to different things
gets its room's name in front.
"""

import copy
import json
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeAlias

from keydesk.gateway.limits.policies import Policies

Document: TypeAlias = dict[str, Any]

_SCHEMAS = "#/components/schemas/"
_METHODS: Final = ("get", "put", "post", "delete", "patch", "head", "options")

ROOM_TITLES: Final = {
    "gateway": "Sessions and live events",
    "accounts": "Accounts",
    "licensing": "Products, orders and registrations",
    "catalog": "License Catalog",
    "notifications": "Emails",
}

DESCRIPTION = """\
Everything that the portal's pages do. Send an API token (`Authorization: Bearer kd_…`), or log in and
keep the session's cookie. With a cookie, a request that changes something needs an `Origin` header that
names this very site, as browsers send it; with a token it needs none.

Errors are problem documents (RFC 9457) with a stable `code`, a `detail` that says what to do next, and
`errors` with a JSON pointer for each field that is wrong. Lists come in pages: pass `next_cursor` back as
`cursor`. A POST that creates takes an `Idempotency-Key`: sent again with the same key it answers the same
and does nothing twice. `RateLimit` tells how much may still come; `Retry-After` when to try again."""


def merge(documents: Mapping[str, Document], policies: Policies) -> Document:
    """One document of those of the rooms (by name), with what the gateway itself may answer added."""
    documents = {room: copy.deepcopy(document) for room, document in documents.items()}
    _tell_schemas_apart(documents)
    paths: Document = {}
    schemas: Document = {}
    for room, document in documents.items():
        schemas |= document.get("components", {}).get("schemas", {})
        for path, item in document["paths"].items():
            for method, operation in _operations(item):
                operation["tags"] = [room]
                _add_answers_of_the_door(operation, has_limit=_is_limited(policies, method, path))
            paths.setdefault(path, {}).update(item)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Keydesk", "version": "1", "description": DESCRIPTION},
        "servers": [{"url": "/"}],
        "tags": [{"name": room, "description": ROOM_TITLES.get(room, room)} for room in documents],
        "paths": dict(sorted(paths.items())),
        "components": {
            "schemas": dict(sorted(schemas.items())),
            "headers": _HEADERS,
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def _operations(item: Document) -> Iterator[tuple[str, Document]]:
    for method in _METHODS:
        if method in item:
            yield method.upper(), item[method]


def _tell_schemas_apart(documents: Mapping[str, Document]) -> None:
    meanings: dict[str, set[str]] = {}
    for document in documents.values():
        for name, schema in document.get("components", {}).get("schemas", {}).items():
            meanings.setdefault(name, set()).add(json.dumps(schema, sort_keys=True))
    ambiguous = {name for name, different in meanings.items() if len(different) > 1}
    for room, document in documents.items():
        own = document.get("components", {}).get("schemas", {})
        new_names = {name: room.title() + name for name in own if name in ambiguous}
        document.get("components", {})["schemas"] = {
            new_names.get(name, name): schema for name, schema in own.items()
        }
        _rename_references(document, new_names)


def _rename_references(node: Any, new_names: Mapping[str, str]) -> None:
    if isinstance(node, list):
        for item in node:
            _rename_references(item, new_names)
    elif isinstance(node, dict):
        for key, value in node.items():
            if isinstance(value, str) and value.startswith(_SCHEMAS):  # a $ref, or a discriminator's mapping
                name = value.removeprefix(_SCHEMAS)
                node[key] = _SCHEMAS + new_names.get(name, name)
            else:
                _rename_references(value, new_names)


def _is_limited(policies: Policies, method: str, path: str) -> bool:
    return any(policy.paths for policy in policies.of(method, path).policies)


def problem_answer(description: str, *, headers: Document | None = None) -> Document:
    """A response that is a problem document."""
    answer: Document = {
        "description": description,
        "content": {"application/problem+json": {"schema": {"$ref": _SCHEMAS + "ProblemDocument"}}},
    }
    return answer | {"headers": headers} if headers else answer


def _add_answers_of_the_door(operation: Document, *, has_limit: bool) -> None:
    answers = operation.setdefault("responses", {})
    limited = "too_many_requests: this address has a limit of its own" if has_limit else "too_many_requests"
    added = {
        "400": problem_answer("malformed, path_refused"),
        "401": problem_answer("unauthenticated, token_unknown"),
        "403": problem_answer("forbidden, cross_site_request, view_only, view_ended"),
        "429": problem_answer(
            limited,
            headers={name: {"$ref": f"#/components/headers/{name}"} for name in ("Retry-After", "RateLimit")},
        ),
        "502": problem_answer("upstream_failed"),
        "503": problem_answer("unavailable"),
        "504": problem_answer("upstream_timeout"),
    }
    if "requestBody" in operation:
        added["413"] = problem_answer("too_large")
    for status, answer in added.items():
        answers.setdefault(status, answer)
    operation["responses"] = dict(sorted(answers.items()))


_HEADERS: Final = {
    "Retry-After": {"description": "Seconds to wait", "schema": {"type": "integer", "minimum": 1}},
    "RateLimit": {
        "description": 'The nearest limit: `"name";r=requests left;t=seconds until all are back`',
        "schema": {"type": "string"},
    },
}
_SECURITY_SCHEMES: Final = {
    "session": {"type": "apiKey", "in": "cookie", "name": "keydesk_session"},
    "token": {"type": "http", "scheme": "bearer", "description": "An API token, `kd_…`"},
}
