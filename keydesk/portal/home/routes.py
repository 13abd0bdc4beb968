"""The first page, and the choice of language that every page offers."""

from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Form, Request
from starlette.responses import RedirectResponse, Response

from keydesk.chassis.i18n import LANGUAGES
from keydesk.portal import forms
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.cookies import set_cookie
from keydesk.portal.navigation import local_path
from keydesk.portal.reader import LANGUAGE_COOKIE, LANGUAGE_SECONDS, CurrentReader
from keydesk.portal.rendering import render

router = APIRouter()

DRAFTS_SHOWN = 5
LICENSES_SHOWN = 5

Found = TypeVar("Found")


@router.get("/")
def home(request: Request, reader: CurrentReader, api: CurrentApi) -> Response:
    """The landing page, or what there is to do."""
    if not reader.logged_in:
        return render(request, "home/landing.html", form=forms.Form(), next="")
    return render(
        request,
        "home/home.html",
        me=_if_there(lambda: _me(api)),
        drafts=_if_there(lambda: _drafts(api)),
        licenses=_if_there(lambda: _licenses(api)),
    )


@router.post("/language")
def choose_language(
    request: Request,
    reader: CurrentReader,
    api: CurrentApi,
    language: Annotated[str, Form()] = "",
    next_path: Annotated[str, Form(alias="next")] = "",
) -> Response:
    """Keep the language in this browser, and in the account of a reader who has one."""
    response = RedirectResponse(local_path(next_path), status_code=303)
    if language in LANGUAGES:
        set_cookie(request, response, LANGUAGE_COOKIE, language, seconds=LANGUAGE_SECONDS)
        if reader.logged_in:
            _if_there(lambda: api.patch("accounts", "/api/v1/me", json={"language": language}))
    return response


def _if_there(ask: Callable[[], Found]) -> Found | None:
    """What ``ask`` finds, or None where its room is away: the rest of the page is still of use."""
    try:
        return ask()
    except ApiProblem as problem:
        if problem.status < 500:
            raise
        return None


def _me(api: Api) -> Mapping[str, Any]:
    me: Mapping[str, Any] = api.get("accounts", "/api/v1/me").body
    return me


def _drafts(api: Api) -> Mapping[str, Any]:
    page: Mapping[str, Any] = api.get(
        "licensing", "/api/v1/registrations", params={"status": "draft", "limit": DRAFTS_SHOWN}
    ).body
    return page


def _licenses(api: Api) -> Mapping[str, Any]:
    page: Mapping[str, Any] = api.get(
        "catalog", "/api/v1/catalog/licenses", params={"limit": LICENSES_SHOWN}
    ).body
    return page
