"""Logging in and out. The gateway holds the sessions; the portal passes its cookies on."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from keydesk.portal.api import ApiAnswer, ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.navigation import HOME, local_path
from keydesk.portal.reader import CurrentReader
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

SESSIONS = "/api/v1/sessions"


@router.get("/login")
def show_login(
    request: Request, reader: CurrentReader, next_path: Annotated[str, Query(alias="next")] = ""
) -> Response:
    """The login form; who has logged in already goes on."""
    if reader.logged_in:
        return RedirectResponse(local_path(next_path), status_code=303)
    return render(request, "sessions/login.html", form=Form(), next=local_path(next_path, ""))


@router.post("/login")
def log_in(request: Request, api: CurrentApi, typed: TypedForm) -> Response:
    """Log in, and go to where one wanted to; by way of the agreement where a new version is due."""
    credentials = {"login_id": typed.get("login_id", "").strip(), "password": typed.get("password", "")}
    next_path = local_path(typed.get("next"), "")
    try:
        answer = api.post("gateway", SESSIONS, json=credentials, headers=_cookies_of(request))
    except ApiProblem as problem:
        if problem.code == "email_not_verified":
            return render(
                request,
                "verifications/needed.html",
                status=403,
                form=Form({"email": credentials["login_id"] if "@" in credentials["login_id"] else ""}),
            )
        form = Form({"login_id": credentials["login_id"]}, problem)
        page = render(request, "sessions/login.html", status=form.status, form=form, next=next_path)
        if "retry-after" in problem.headers:
            page.headers["retry-after"] = problem.headers["retry-after"]
        return page
    if answer.body["agreed"]:
        response = RedirectResponse(next_path or HOME, status_code=303)
    else:
        response = to("/agreement", next=next_path or None)
    return _with_cookies(response, answer)


@router.post("/logout")
def log_out(request: Request, api: CurrentApi) -> Response:
    """End this browser's session."""
    response = to(HOME, done="logged-out")
    try:
        answer = api.delete("gateway", f"{SESSIONS}/current", headers=_cookies_of(request))
    except ApiProblem as problem:
        if problem.status == 401:
            return response
        raise
    return _with_cookies(response, answer)


def _cookies_of(request: Request) -> dict[str, str]:
    cookies = request.headers.get("cookie")
    return {"cookie": cookies} if cookies else {}


def _with_cookies(response: Response, answer: ApiAnswer) -> Response:
    for cookie in answer.headers.get_list("set-cookie"):
        response.headers.append("set-cookie", cookie)
    return response
