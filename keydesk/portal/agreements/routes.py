"""The user agreement for people who have an account: they accept each new version before they register."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import TypedForm
from keydesk.portal.navigation import HOME, local_path
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/agreement")


@router.get("")
def show_agreement(
    request: Request, _: CurrentPerson, api: CurrentApi, next_path: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """The agreement in force, and whether this person has accepted it."""
    return _agreement_page(request, api, local_path(next_path, ""))


@router.post("")
def accept(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Accept it and go on."""
    next_path = local_path(typed.get("next"), "")
    try:
        api.put("accounts", "/api/v1/me/agreement", json={"version": typed.get("version", "")})
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        return _agreement_page(request, api, next_path, problem)
    return to(next_path) if next_path else to(HOME, done="agreement-accepted")


def _agreement_page(
    request: Request, api: Api, next_path: str, problem: ApiProblem | None = None
) -> Response:
    return render(
        request,
        "agreements/agreement.html",
        status=422 if problem else 200,
        agreement=api.get("accounts", "/api/v1/agreements/current").body,
        # Asked, not taken from the identity, which may be a moment old.
        accepted=api.get("accounts", "/api/v1/me").body["agreed"],
        next=next_path,
        problem=problem,
    )
