"""Adding licenses to my catalog without registering them, and taking them out again."""

from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.licenses.routes import LicenseId
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.registrations.forms import serial_numbers
from keydesk.portal.rendering import render

router = APIRouter(prefix="/licenses")

ADDITIONS = "/api/v1/catalog/additions"


@router.get("/add")
def show_ways(request: Request, _: CurrentPerson) -> Response:
    """The two ways: by serial number, or a whole order by its customer number."""
    return _ways(request, Form(), Form())


@router.post("/add")
def add(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Add, and say what became of each serial number. Sent again, it changes nothing; so no redirect."""
    by_order = typed.get("way") == "order"
    body: dict[str, Any] = (
        {name: typed.get(name, "") for name in ("customer_number", "order_number")}
        if by_order
        else {"serial_numbers": serial_numbers(typed.get("serial_numbers", ""))}
    )
    try:
        made = api.post("catalog", ADDITIONS, json=body).body
    except ApiProblem as problem:
        if problem.status not in (422, 429, 503):
            raise
        refused = Form(typed, problem)
        return _ways(request, Form(), refused) if by_order else _ways(request, refused, Form())
    lines = made["items"]
    added = sum(line["outcome"] == "added" for line in lines)
    return render(request, "additions/result.html", lines=lines, added=added)


@router.post("/{license_id}/remove-from-catalog")
def remove(_: CurrentPerson, api: CurrentApi, license_id: LicenseId) -> Response:
    """Take a license that I added out of my catalog."""
    api.delete("catalog", f"{ADDITIONS}/{license_id}")
    return to("/licenses", done="addition-removed")


def _ways(request: Request, by_serial: Form, by_order: Form) -> Response:
    return render(
        request,
        "additions/add.html",
        status=max(by_serial.status, by_order.status),
        by_serial=by_serial,
        by_order=by_order,
    )
