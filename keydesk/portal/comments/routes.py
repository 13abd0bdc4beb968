"""The comments on a license: reading them, adding one."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.licenses.routes import LicenseId
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

LICENSES = "/api/v1/catalog/licenses"
PER_PAGE = 20

Cursor = Annotated[str | None, Query(max_length=512)]


@router.get("/licenses/{license_id}/comments")
def show_comments(
    request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId, cursor: Cursor = None
) -> Response:
    """The comments, the latest first, and a form for one more."""
    return _comments_page(request, api, license_id, Form(), cursor=cursor)


@router.post("/licenses/{license_id}/comments")
def add_comment(
    request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId, typed: TypedForm
) -> Response:
    """Add a comment."""
    body = {"content": typed.get("comment", "")}
    try:
        api.post("catalog", f"{LICENSES}/{license_id}/comments", json=body)
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        # The page's main part has the id that an input called as in the API would have.
        problem.errors = {
            "/comment" if pointer == "/content" else pointer: text for pointer, text in problem.errors.items()
        }
        return _comments_page(request, api, license_id, Form(typed, problem))
    return to(f"/licenses/{license_id}/comments", done="comment-added")


def _comments_page(
    request: Request, api: Api, license_id: str, form: Form, *, cursor: str | None = None
) -> Response:
    license = api.get("catalog", f"{LICENSES}/{license_id}").body
    params = {"sort": "-at", "limit": PER_PAGE, "cursor": cursor}
    page = api.get("catalog", f"{LICENSES}/{license_id}/comments", params=params).body
    return render(
        request,
        "comments/comments.html",
        status=form.status,
        license=license,
        page=page,
        is_first=cursor is None,
        form=form,
    )
