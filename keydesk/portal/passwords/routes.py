"""Changing my password."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/account/password")

PASSWORDS = ("current_password", "password", "password_repeated")


@router.get("")
def show_form(request: Request, _: CurrentPerson) -> Response:
    """Inputs for the present and the new password."""
    return render(request, "passwords/change.html", form=Form())


@router.post("")
def change(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Change it; every other session ends."""
    try:
        api.put("accounts", "/api/v1/me/password", json={name: typed.get(name, "") for name in PASSWORDS})
    except ApiProblem as problem:
        if problem.status not in (422, 429):
            raise
        form = Form({}, problem)
        return render(request, "passwords/change.html", status=form.status, form=form)
    return to("/account", done="password-changed")
