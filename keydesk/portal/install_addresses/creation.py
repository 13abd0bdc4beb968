"""The page on which an address is asked for that is not there yet."""

import secrets

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.portal.addresses import countries, country_of
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.install_addresses.entries import body_of
from keydesk.portal.install_addresses.routes import LICENSES
from keydesk.portal.licenses.routes import LicenseId
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

REQUESTS = "/api/v1/catalog/address-requests"


@router.get("/licenses/{license_id}/move/new")
def show_form(request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId) -> Response:
    """The form, for the customer number of the license."""
    license = api.get("catalog", f"{LICENSES}/{license_id}").body
    if "move" not in license["options"]:
        return to(f"/licenses/{license_id}/move")  # which says why not
    at = license["deployment"]["install_at"] or {}
    form = Form(
        {
            "customer_number": license["customer_number"],
            "country": at.get("country", ""),
            "move_when_created": "yes",
            "once": _once(),
        }
    )
    return _form_page(request, api, license_id, form)


@router.post("/licenses/{license_id}/move/new")
def ask(
    request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId, typed: TypedForm
) -> Response:
    """Ask for the address, once however often the button is pressed."""
    if typed.get("action") == "country":
        return _form_page(request, api, license_id, Form(typed))
    body = body_of(typed, country_of(countries(api), typed.get("country", "")), license_id)
    headers = {"idempotency-key": typed.get("once") or _once()}
    try:
        made = api.post("catalog", REQUESTS, json=body, headers=headers).body
    except ApiProblem as problem:
        if problem.status not in (409, 422, 429):
            raise
        # What was refused is sent again with a key of its own.
        return _form_page(request, api, license_id, Form({**typed, "once": _once()}, problem))
    return to(f"/requests/{made['id']}", done="request-made")


def _once() -> str:
    return secrets.token_urlsafe(16)


def _form_page(request: Request, api: Api, license_id: str, form: Form) -> Response:
    known = countries(api)
    return render(
        request,
        "install_addresses/new.html",
        status=form.status,
        license=api.get("catalog", f"{LICENSES}/{license_id}").body,
        form=form,
        countries=known,
        country=country_of(known, form.value("country")),
    )
