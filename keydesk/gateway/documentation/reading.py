"""An OpenAPI document as a person reads it: chapters of operations with their fields in plain rows. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from keydesk.gateway.documentation.merge import Document

_DEEPEST = 4
"""Fields are listed down to this depth; schemas may refer to themselves."""


@dataclass(frozen=True)
class Row:
    """One field or parameter."""

    name: str
    type: str
    required: bool
    description: str


@dataclass(frozen=True)
class AnswerRow:
    """One status that an operation can answer."""

    status: str
    description: str
    fields: list[Row]


@dataclass(frozen=True)
class Operation:
    """One method of one path."""

    anchor: str
    method: str
    path: str
    summary: str
    description: str
    access: str
    parameters: list[Row]
    body_type: str
    body: list[Row]
    answers: list[AnswerRow]


@dataclass(frozen=True)
class Chapter:
    """The operations of one room."""

    name: str
    title: str
    operations: list[Operation]


def chapters(document: Document) -> list[Chapter]:
    """The document by room, in its own order."""
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if isinstance(operation, dict) and operation.get("tags"):
                read = _operation(document, path, method.upper(), operation)
                found[operation["tags"][0]].append(read)
    titles = {tag["name"]: tag["description"] for tag in document["tags"]}
    return [Chapter(name, titles[name], operations) for name, operations in found.items() if operations]


def _operation(document: Document, path: str, method: str, operation: Document) -> Operation:
    body_type, body_schema = _content(operation.get("requestBody", {}))
    return Operation(
        anchor=operation.get("operationId", f"{method}{path}"),
        method=method,
        path=path,
        summary=operation.get("summary", ""),
        description=operation.get("description", ""),
        access=_access(operation),
        parameters=[
            Row(
                f"{parameter['name']} ({parameter['in']})",
                _type(document, parameter.get("schema", {})),
                parameter.get("required", False),
                parameter.get("description", ""),
            )
            for parameter in operation.get("parameters", [])
        ],
        body_type=body_type,
        body=list(_fields(document, body_schema)),
        answers=[
            AnswerRow(status, answer.get("description", ""), list(_answer_fields(document, answer)))
            for status, answer in operation["responses"].items()
        ],
    )


def _access(operation: Document) -> str:
    security = operation.get("security")
    if not security:
        return "anyone" if security == [] else "see the answers"
    scopes = sorted({scope for way in security for scope in way.get("token", [])})
    roles = operation.get("x-roles", [])
    said = "session" if not any("token" in way for way in security) else "session or API token"
    said += f" with {' or '.join(scopes)}" if scopes else ""
    return said + (f"; {' or '.join(roles)} only" if roles else "")


def _content(body: Document) -> tuple[str, Document]:
    for media_type, content in body.get("content", {}).items():
        return media_type, content.get("schema", {})
    return "", {}


def _answer_fields(document: Document, answer: Document) -> Iterator[Row]:
    media_type, schema = _content(answer)
    if media_type == "application/json":
        yield from _fields(document, schema)


def _fields(document: Document, schema: Document, prefix: str = "", depth: int = 0) -> Iterator[Row]:
    schema = _resolved(document, schema)
    if schema.get("type") == "array":
        yield from _fields(document, schema.get("items", {}), prefix + "[]", depth)
        return
    for variant in schema.get("anyOf", []):
        yield from _fields(document, variant, prefix, depth)
    for name, inner in schema.get("properties", {}).items():
        full_name = f"{prefix}.{name}" if prefix else name
        yield Row(
            full_name,
            _type(document, inner),
            name in schema.get("required", []),
            _resolved(document, inner).get("description", "") if "$ref" not in inner else "",
        )
        if depth < _DEEPEST:
            yield from _fields(document, inner, full_name, depth + 1)


def _resolved(document: Document, schema: Document) -> Document:
    reference = schema.get("$ref")
    if reference is None:
        return schema
    found: Document = document["components"]["schemas"].get(reference.rpartition("/")[2], {})
    return found


def _type(document: Document, schema: Document) -> str:
    schema = _resolved(document, schema)
    if "enum" in schema:
        return " | ".join(_said(value) for value in schema["enum"])
    if "const" in schema:
        return _said(schema["const"])
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(_type(document, variant) for variant in schema["anyOf"]))
    if schema.get("type") == "array":
        return f"list of {_type(document, schema.get('items', {}))}"
    return str(schema.get("format") or schema.get("type", "any"))


def _said(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else str(value)
