"""My customer numbers: adding one with a matching order, taking one away, seeing those shared with me."""

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/account/customer-numbers")

NUMBERS = "/api/v1/customer-numbers"
FIELDS = ("customer_number", "order_number", "comment")


@router.get("")
def show_numbers(request: Request, _: CurrentPerson, api: CurrentApi) -> Response:
    """A form for one more, those that are mine, those shared with me."""
    return _page(request, api, Form())


@router.post("")
def add_number(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Add a customer number."""
    body = {name: typed.get(name, "") for name in FIELDS}
    try:
        api.post("catalog", NUMBERS, json=body)
    except ApiProblem as problem:
        if problem.status not in (422, 429, 503):
            raise
        return _page(request, api, Form(typed, problem))
    return to("/account/customer-numbers", done="customer-number-added")


@router.post("/{customer_number}/remove")
def remove_number(
    _: CurrentPerson, api: CurrentApi, customer_number: Annotated[str, Path(max_length=64)]
) -> Response:
    """Take a customer number away from my account."""
    api.delete("catalog", f"{NUMBERS}/{quote(customer_number, safe='')}")
    return to("/account/customer-numbers", done="customer-number-removed")


def _page(request: Request, api: Api, form: Form) -> Response:
    return render(
        request,
        "customer_numbers/numbers.html",
        status=form.status,
        form=form,
        numbers=_all(api, NUMBERS),
        shared=_all(api, f"{NUMBERS}/shared"),
    )


def _all(api: Api, path: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    cursor = None
    while True:
        page = api.get("catalog", path, params={"limit": 500, "cursor": cursor}).body
        found += page["items"]
        cursor = page["next_cursor"]
        if cursor is None:
            return found
