"""Proving an email address. Opening the link only shows a button: mail scanners open links, too."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

VERIFICATIONS = "/api/v1/email-verifications"
PURPOSES = ("sign_up", "email_change", "additional_email")


@router.get("/verify-email")
def show_verification(request: Request, token: Annotated[str, Query(max_length=500)] = "") -> Response:
    """A button that verifies; without a token, a way to a new link."""
    if not token:
        return to("/verify-email/new")
    return render(request, "verifications/verify.html", token=token)


@router.post("/verify-email")
def verify(request: Request, api: CurrentApi, typed: TypedForm) -> Response:
    """Spend the link."""
    try:
        answer = api.post("accounts", VERIFICATIONS, json={"token": typed.get("token", "")})
    except ApiProblem as problem:
        if problem.status not in (404, 410, 422):
            raise
        form = Form({}, problem)
        return render(request, "verifications/new.html", status=problem.status, form=form)
    return to("/verify-email/done", purpose=answer.body["purpose"])


@router.get("/verify-email/done")
def show_done(request: Request, purpose: str = "") -> Response:
    """What is possible now."""
    known = purpose if purpose in PURPOSES else "sign_up"
    return render(request, "verifications/done.html", purpose=known)


@router.get("/verify-email/new")
def show_new_link(request: Request) -> Response:
    """An input for the address that waits for its link."""
    return render(request, "verifications/new.html", form=Form())


@router.post("/verify-email/new")
def send_new_link(request: Request, api: CurrentApi, typed: TypedForm) -> Response:
    """Have a new link sent; the page is the same whether the address waits for one or not."""
    email = typed.get("email", "").strip()
    try:
        api.post("accounts", f"{VERIFICATIONS}/requests", json={"email": email})
    except ApiProblem as problem:
        form = Form({"email": email}, problem)
        return render(request, "verifications/new.html", status=form.status, form=form)
    return to("/verify-email/sent")


@router.get("/verify-email/sent")
def show_sent(request: Request) -> Response:
    """Where to look for the link."""
    return render(request, "verifications/sent.html")
