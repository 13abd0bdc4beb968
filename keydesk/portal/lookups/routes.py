"""“Do I already have an account?”: the answer goes to the address, and the page is the same for everyone."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()


@router.get("/account-lookup")
def show_lookup(request: Request) -> Response:
    """An input for the address."""
    return render(request, "lookups/lookup.html", form=Form())


@router.post("/account-lookup")
def look_up(request: Request, api: CurrentApi, typed: TypedForm) -> Response:
    """Have the answer sent."""
    email = typed.get("email", "").strip()
    try:
        api.post("accounts", "/api/v1/account-lookups", json={"email": email})
    except ApiProblem as problem:
        form = Form({"email": email}, problem)
        return render(request, "lookups/lookup.html", status=form.status, form=form)
    return to("/account-lookup/sent")


@router.get("/account-lookup/sent")
def show_sent(request: Request) -> Response:
    """Where to look for the answer."""
    return render(request, "lookups/sent.html")
