"""The pages on which a license is moved to another of my addresses."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from keydesk.portal.addresses import countries, country_of
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form
from keydesk.portal.licenses.routes import LicenseId
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

LICENSES = "/api/v1/catalog/licenses"
ADDRESSES = "/api/v1/catalog/addresses"
PER_PAGE = 50
SOUGHT = ("country", "state", "other_state", "where", "starts_with", "customer_number")

AddressId = Annotated[str, Path(pattern=r"^adr_[0-9a-z]{26}$")]
MoveProblem = (403, 409, 422, 429)


@router.get("/licenses/{license_id}/move")
def search(request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId) -> Response:
    """Where the license is, a search, and the addresses that it finds."""
    typed = dict(request.query_params)
    license = api.get("catalog", f"{LICENSES}/{license_id}").body
    known = countries(api)
    country = country_of(known, typed.get("country", ""))
    sought = _sought(typed, country)
    form, found = Form({"where": "address_1", **typed}), None
    if "move" in license["options"] and typed.get("action") != "country":
        try:
            params = {**sought, "limit": PER_PAGE, "cursor": typed.get("cursor") or None}
            found = api.get("catalog", ADDRESSES, params=params).body
        except ApiProblem as problem:
            if problem.status != 422:
                raise
            form = Form(typed, problem)
    return render(
        request,
        "install_addresses/search.html",
        status=form.status,
        license=license,
        form=form,
        countries=known,
        country=country,
        found=found,
        sought=sought,
        is_first=not typed.get("cursor"),
        before=_before(typed),
    )


@router.get("/licenses/{license_id}/move/{address_id}")
def confirm(
    request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId, address_id: AddressId
) -> Response:
    """From where to where, before it is done."""
    return _confirmation_page(request, api, license_id, address_id, Form())


@router.post("/licenses/{license_id}/move/{address_id}")
def move(
    request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId, address_id: AddressId
) -> Response:
    """Move the license."""
    try:
        api.post("catalog", f"{LICENSES}/{license_id}/move", json={"address_id": address_id})
    except ApiProblem as problem:
        if problem.status not in MoveProblem:
            raise
        return _confirmation_page(request, api, license_id, address_id, Form(problem=problem))
    return to(f"/licenses/{license_id}", done="license-moved")


def _confirmation_page(request: Request, api: Api, license_id: str, address_id: str, form: Form) -> Response:
    return render(
        request,
        "install_addresses/confirmation.html",
        status=form.status,
        license=api.get("catalog", f"{LICENSES}/{license_id}").body,
        address=api.get("catalog", f"{ADDRESSES}/{address_id}").body,
        form=form,
    )


def _sought(typed: Mapping[str, str], country: Mapping[str, Any] | None) -> dict[str, str | None]:
    """What the API is asked for: a state of another country than the chosen one is left out."""
    sought = {name: typed.get(name, "").strip() or None for name in SOUGHT}
    states = {state["code"] for state in country["states"]} if country else set()
    if sought["state"] not in states:
        sought["state"] = None
    return sought


def _before(typed: Mapping[str, str]) -> int:
    """How many addresses were on the pages before this one, as the link to it says."""
    told = typed.get("before", "")
    return int(told) if typed.get("cursor") and told.isascii() and told.isdigit() and len(told) < 7 else 0
