"""A forgotten password: a link by email, then a new password."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

RESETS = "/api/v1/password-resets"


@router.get("/forgot-password")
def show_forgotten(request: Request) -> Response:
    """An input for the login ID or the address."""
    return render(request, "password_resets/forgotten.html", form=Form())


@router.post("/forgot-password")
def ask_for_link(request: Request, api: CurrentApi, typed: TypedForm) -> Response:
    """Have a link sent; the page is the same whether there is such an account or not."""
    login_id = typed.get("login_id", "").strip()
    try:
        api.post("accounts", RESETS, json={"login_id": login_id})
    except ApiProblem as problem:
        form = Form({"login_id": login_id}, problem)
        return render(request, "password_resets/forgotten.html", status=form.status, form=form)
    return to("/forgot-password/sent")


@router.get("/forgot-password/sent")
def show_sent(request: Request) -> Response:
    """Where to look for the link."""
    return render(request, "password_resets/sent.html")


@router.get("/reset-password")
def show_reset(request: Request, token: Annotated[str, Query(max_length=500)] = "") -> Response:
    """Inputs for the new password."""
    if not token:
        return to("/forgot-password")
    return render(request, "password_resets/reset.html", form=Form(), token=token)


@router.post("/reset-password")
def reset(request: Request, api: CurrentApi, typed: TypedForm) -> Response:
    """Set the new password and spend the link."""
    token = typed.get("token", "")
    new = {name: typed.get(name, "") for name in ("password", "password_repeated")}
    try:
        api.post("accounts", f"{RESETS}/complete", json={"token": token, **new})
    except ApiProblem as problem:
        form = Form({}, problem)
        if problem.status in (404, 410):
            return render(request, "password_resets/forgotten.html", status=problem.status, form=form)
        return render(request, "password_resets/reset.html", status=form.status, form=form, token=token)
    return to("/login", done="password-reset")
