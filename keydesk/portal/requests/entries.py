"""The form of a request: what is typed becomes what the API takes, and its problems stand at the inputs."""

import re
from collections.abc import Mapping
from typing import Any

from keydesk.portal.api import ApiProblem

KINDS = ("general", "ownership_transfer", "license_assignment")
"""What a person can ask for here."""

MOST_TOLD = 10
"""Wrong serial numbers that are named one by one."""

_BETWEEN = re.compile(r"[\s,;]+")
_OF_A_NUMBER = re.compile(r"/serial_numbers/(\d+)")


def serial_numbers(typed: str) -> list[str]:
    """The serial numbers in a text: one a line, or with spaces, commas or semicolons between them."""
    return [number for number in _BETWEEN.split(typed) if number]


def body_of(typed: Mapping[str, str]) -> dict[str, Any]:
    """What the API is sent for the form as it was typed; what was left empty is left out."""
    kind = typed.get("kind", "")
    body: dict[str, Any] = {
        "kind": kind,
        "title": typed.get("title", ""),
        "description": typed.get("description", ""),
    }
    numbers = serial_numbers(typed.get("serial_numbers", ""))
    if kind != "general" and numbers:
        body["serial_numbers"] = numbers
    if kind == "ownership_transfer":
        for name in ("to_login_id", "customer_number"):
            if typed.get(name, "").strip():
                body[name] = typed[name].strip()
    return body


def placed(problem: ApiProblem, typed: Mapping[str, str]) -> ApiProblem:
    """The problem with what is wrong with single serial numbers told at their common input."""
    numbers = serial_numbers(typed.get("serial_numbers", ""))
    errors: dict[str, str] = {}
    told: list[str] = []
    for pointer, said in problem.errors.items():
        match = _OF_A_NUMBER.fullmatch(pointer)
        if match is None or int(match[1]) >= len(numbers):
            errors[pointer] = said
        else:
            told.append(f"{numbers[int(match[1])]}: {said}")
    if told:
        more = " …" if len(told) > MOST_TOLD else ""
        errors["/serial_numbers"] = " ".join(told[:MOST_TOLD]) + more
    problem.errors = errors
    return problem
