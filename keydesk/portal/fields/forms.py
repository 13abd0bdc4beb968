"""What the forms of fields hold and send. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from keydesk.portal.api import ApiProblem

VALUE = "values/"
"""The name of a value's input begins with this, as its pointer in the API does; the field's id follows."""
SEEN = "seen/"
"""The name of the hidden input with what a value was when the form was opened."""

_ETAG = re.compile(r'"[0-9a-f]{1,64}"')
_NO_ETAG = '"none"'


def new_field(typed: Mapping[str, str]) -> dict[str, Any]:
    """The body of ``POST /api/v1/fields``."""
    return {"kind": typed.get("kind", ""), "choices": choices_in(typed), **_common(typed)}


def field_change(kind: str, typed: Mapping[str, str]) -> dict[str, Any]:
    """The body of ``PATCH /api/v1/fields/{field_id}`` for a field of this kind."""
    return _common(typed) | ({"choices": choices_in(typed)} if kind == "choice" else {})


def typed_of(field: Mapping[str, Any]) -> dict[str, str]:
    """A field as its form would send it."""
    return {
        "name": field["name"],
        "choices": "\n".join(field["choices"]),
        "in_list": "yes" if field["in_list"] else "",
        "shared": "yes" if field["shared"] else "",
        "etag": etag_of(field),
    }


def choices_in(typed: Mapping[str, str]) -> list[str]:
    """The lines of the choices that are not empty."""
    return [line.strip() for line in typed.get("choices", "").splitlines() if line.strip()]


def etag_of(field: Mapping[str, Any]) -> str:
    """The ETag of a field."""
    return f'"{field["revision"]}"'


def if_match(typed: Mapping[str, str]) -> dict[str, str]:
    """The header that says what a form is based on; one that says nothing is based on nothing."""
    etag = typed.get("etag", "")
    return {"if-match": etag if _ETAG.fullmatch(etag) else _NO_ETAG}


def on_inputs(problem: ApiProblem) -> ApiProblem:
    """The problem with what is wrong with single choices told at their one input."""
    errors: dict[str, str] = {}
    for pointer, error in problem.errors.items():
        place = "/choices" if pointer.startswith("/choices/") else pointer
        errors[place] = f"{errors[place]} {error}" if place in errors and error != errors[place] else error
    return ApiProblem(
        problem.status,
        problem.code,
        title=problem.title,
        detail=problem.detail,
        errors=errors,
        headers=problem.headers,
    )


def _common(typed: Mapping[str, str]) -> dict[str, Any]:
    return {
        "name": typed.get("name", "").strip(),
        "in_list": bool(typed.get("in_list")),
        "shared": bool(typed.get("shared")),
    }


@dataclass(frozen=True)
class ValuesForm:
    """The values of a license as they are now and as they were typed."""

    held: Mapping[str, str]
    """What each input of the form holds, by its name."""
    now: Mapping[str, str]
    """What there is now where somebody else changed what was typed over, by field id."""


def opened(fields: Sequence[Mapping[str, Any]], etag: str) -> dict[str, str]:
    """The form of a license's values before anything is typed."""
    held = {"etag": etag}
    for field in fields:
        held[VALUE + field["id"]] = held[SEEN + field["id"]] = field["value"] or ""
    return held


def touched(typed: Mapping[str, str]) -> dict[str, str | None]:
    """The values that somebody changed in the form, by field id; None for one that was emptied."""
    changed: dict[str, str | None] = {}
    for name, value in typed.items():
        field_id = name.removeprefix(VALUE)
        if name.startswith(VALUE) and value.strip() != typed.get(SEEN + field_id, ""):
            changed[field_id] = value.strip() or None
    return changed


def typed_over(fields: Sequence[Mapping[str, Any]], etag: str, typed: Mapping[str, str]) -> ValuesForm:
    """The form after somebody else was faster: what they left, but for what was typed."""
    held, now = opened(fields, etag), {}
    changed = touched(typed)
    for field in fields:
        field_id, value = field["id"], field["value"] or ""
        if field_id in changed and (changed[field_id] or "") != value:
            held[VALUE + field_id] = changed[field_id] or ""
            if value != typed.get(SEEN + field_id, ""):
                now[field_id] = value
    return ValuesForm(held, now)
