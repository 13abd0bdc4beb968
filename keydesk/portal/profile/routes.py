"""My account: one form for who I am, how to reach me, and my language."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.chassis.i18n import LANGUAGES
from keydesk.portal.addresses import countries, country_of
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.cookies import set_cookie
from keydesk.portal.customer_types import customer_types
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.profile.changes import changes, keeping_email, notice_of
from keydesk.portal.reader import LANGUAGE_COOKIE, LANGUAGE_SECONDS, CurrentPerson, reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/account")

ME = "/api/v1/me"


@router.get("")
def show_account(request: Request, _: CurrentPerson, api: CurrentApi) -> Response:
    """The account, ready to be changed."""
    answer = api.get("accounts", ME)
    form = Form({**answer.body, "etag": answer.headers.get("etag", "")})
    return _account_page(request, api, answer.body, form)


@router.post("")
def save_account(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Save what was changed, unless the account was changed elsewhere since the form was opened."""
    answer = api.get("accounts", ME)
    if typed.get("action") == "country":
        return _account_page(request, api, answer.body, Form(typed))
    withdrawing = typed.get("action") == "keep-email"
    changed = keeping_email(answer.body) if withdrawing else changes(answer.body, typed)
    if changed:
        headers = {"if-match": typed["etag"]} if typed.get("etag") else None
        try:
            api.patch("accounts", ME, json=changed, headers=headers)
        except ApiProblem as problem:
            if problem.status not in (409, 412, 422, 429):
                raise
            # Whoever saves again has seen that it was changed elsewhere.
            form = Form({**typed, "etag": answer.headers.get("etag", "")}, problem)
            return _account_page(request, api, answer.body, form)
    response = to("/account", done="saved" if withdrawing else notice_of(changed))
    if changed.get("language") in LANGUAGES:
        set_cookie(request, response, LANGUAGE_COOKIE, changed["language"], seconds=LANGUAGE_SECONDS)
    elif "language" in changed:
        response.delete_cookie(LANGUAGE_COOKIE)
    return response


def _account_page(request: Request, api: Api, account: Mapping[str, Any], form: Form) -> Response:
    known = countries(api)
    return render(
        request,
        "profile/account.html",
        status=form.status,
        account=account,
        form=form,
        countries=known,
        country=country_of(known, form.value("country")),
        customer_types=customer_types(reader_of(request).language),
    )
