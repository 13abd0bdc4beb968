"""The form of a new address: what is typed becomes what the API takes."""

from collections.abc import Mapping
from typing import Any

from keydesk.portal.addresses import Country
from keydesk.portal.api import ApiProblem

PARTS = (
    "address_1", "address_2", "address_3", "address_4", "city", "state", "other_state", "postal_code",
    "country",
)  # fmt: skip


def address_of(typed: Mapping[str, str], country: Country | None) -> dict[str, str]:
    """The parts as the API takes them: a state in a country without a list of states is another one."""
    parts = {name: typed.get(name, "") for name in PARTS}
    if country is not None and not country["states"] and parts["state"].strip():
        parts["other_state"] = parts["other_state"].strip() or parts["state"]
        parts["state"] = ""
    return parts


def body_of(typed: Mapping[str, str], country: Country | None, license_id: str) -> dict[str, Any]:
    """What the API is sent for the form as it was typed."""
    return {
        **address_of(typed, country),
        "customer_number": typed.get("customer_number", ""),
        "comments": typed.get("comments", ""),
        "terms_accepted": bool(typed.get("terms_accepted")),
        "license_id": license_id,
        "move_when_created": bool(typed.get("move_when_created")),
    }


def decision_of(typed: Mapping[str, str], country: Country | None) -> dict[str, Any]:
    """What support's approval says of the address: nothing, another one, or how it is to be written."""
    if typed.get("use_address_id"):
        return {"use_address_id": typed["use_address_id"]}
    return {"address": address_of(typed, country)} if "address_1" in typed else {}


def decision_placed(problem: ApiProblem) -> ApiProblem:
    """The problem told at the inputs, which have the names that they have when the address is asked for."""
    problem.errors = {place.replace("/address/", "/", 1): said for place, said in problem.errors.items()}
    return problem
