"""Viewing the portal as somebody else, and being oneself again. The gateway changes the session."""

from fastapi import APIRouter, Request
from starlette.responses import RedirectResponse, Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.navigation import HOME
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.staff.account import AccountId, account_page

router = APIRouter()

VIEW = "/api/v1/sessions/current/view"


@router.post("/staff/accounts/{account_id}/view")
def begin(
    request: Request, _: CurrentPerson, api: CurrentApi, account_id: AccountId, typed: TypedForm
) -> Response:
    """View the portal as a person, from their home page on."""
    body = {"account_id": account_id, "reason": typed.get("view_reason", "")}
    try:
        api.post("gateway", VIEW, json=body)
    except ApiProblem as problem:
        if problem.status != 422 and problem.code != "staff_not_viewed":
            raise
        said = problem.errors
        problem.errors = {("/view_reason" if at == "/reason" else at): text for at, text in said.items()}
        return account_page(request, api, account_id, viewing=Form(typed, problem))
    return RedirectResponse(HOME, status_code=303)


@router.post("/stop-viewing")
def stop(reader: CurrentPerson, api: CurrentApi) -> Response:
    """Be oneself again, at the account that was viewed."""
    api.delete("gateway", VIEW)
    if reader.caller.in_person:
        return RedirectResponse(HOME, status_code=303)
    return to(f"/staff/accounts/{reader.caller.known_account_id}", done="viewing-stopped")
