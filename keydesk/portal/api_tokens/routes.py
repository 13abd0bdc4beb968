"""My API tokens: making one (it is shown once), seeing which there are, ending one."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi import Form as FormInput
from starlette.responses import Response

from keydesk.chassis.ids import id_type
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.api_tokens.scopes import scopes_for
from keydesk.portal.forms import Form
from keydesk.portal.reader import CurrentPerson, Reader
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/account/tokens")

TOKENS = "/api/v1/me/tokens"


@router.get("")
def show_tokens(request: Request, person: CurrentPerson, api: CurrentApi) -> Response:
    """The tokens that there are, and a form for a new one."""
    return _tokens_page(request, api, person, Form())


@router.post("")
def make_token(
    *,
    request: Request,
    person: CurrentPerson,
    api: CurrentApi,
    name: Annotated[str, FormInput()] = "",
    expires_on: Annotated[str, FormInput()] = "",
    scopes: Annotated[list[str], FormInput()] = [],  # noqa: B006 - FastAPI copies a default
) -> Response:
    """Make a token and show it, this once; so there is no redirect to a page that could show it again."""
    body: dict[str, Any] = {"name": name.strip(), "scopes": scopes}
    if expires_on.strip():
        body["expires_on"] = expires_on.strip()
    try:
        made = api.post("accounts", TOKENS, json=body).body
    except ApiProblem as problem:
        if problem.status not in (409, 422, 429):
            raise
        return _tokens_page(request, api, person, Form({**body, "chosen": scopes}, problem))
    return _tokens_page(request, api, person, Form(), made=made)


@router.post("/{token_id}/revoke")
def revoke(_: CurrentPerson, api: CurrentApi, token_id: Annotated[str, Path(), id_type("tok")]) -> Response:
    """End a token."""
    api.delete("accounts", f"{TOKENS}/{token_id}")
    return to("/account/tokens", done="token-revoked")


def _tokens_page(
    request: Request, api: Api, person: Reader, form: Form, *, made: dict[str, Any] | None = None
) -> Response:
    return render(
        request,
        "api_tokens/tokens.html",
        status=201 if made else form.status,
        tokens=api.get("accounts", TOKENS).body["items"],
        scopes=scopes_for(person),
        form=form,
        made=made,
    )
