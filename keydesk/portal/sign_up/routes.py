"""Creating an account in three pages: the form, the agreement, the message that a link is on its way."""

from typing import Annotated, Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.chassis.resources import resource
from keydesk.portal.addresses import countries, country_of, guessed_country
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.cookies import set_cookie
from keydesk.portal.customer_types import customer_types
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.navigation import HOME
from keydesk.portal.reader import CurrentReader, reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render
from keydesk.portal.sign_up.drafts import LIFETIME_SECONDS, SignUpDrafts
from keydesk.portal.sign_up.entries import entries, sign_up_body, without_passwords

router = APIRouter(prefix="/create-account")

PATH = "/create-account"
COOKIE = "keydesk_sign_up"

Drafts = Annotated[SignUpDrafts, resource(SignUpDrafts.from_settings)]


@router.get("")
def show_form(request: Request, reader: CurrentReader, api: CurrentApi, drafts: Drafts) -> Response:
    """The form; filled in, but for the passwords, for who comes back from the agreement."""
    if reader.logged_in:
        return to(HOME)
    draft = drafts.read(request.cookies.get(COOKIE))
    if draft is not None:
        return _form_page(request, api, Form(without_passwords(draft)))
    country = guessed_country(request.headers.get("accept-language"))
    return _form_page(request, api, Form({"customer_type": "end_user", "country": country}))


@router.post("")
def submit_form(request: Request, api: CurrentApi, drafts: Drafts, typed: TypedForm) -> Response:
    """Check the form and go on to the agreement. Two buttons inside the form only help to fill it in."""
    form = entries(typed)
    action = typed.get("action")
    if action == "country":
        return _form_page(request, api, Form(without_passwords(form)))
    try:
        if action == "lookup":
            api.post("accounts", "/api/v1/account-lookups", json={"email": form["email"]})
            return _form_page(request, api, Form(without_passwords(form)), answer_sent=True)
        api.post("accounts", "/api/v1/accounts/checks", json=form)
    except ApiProblem as problem:
        return _form_page(request, api, Form(without_passwords(form), problem))
    drafts.forget(request.cookies.get(COOKIE))
    response = to(f"{PATH}/agreement")
    set_cookie(request, response, COOKIE, drafts.keep(form), seconds=LIFETIME_SECONDS, path=PATH)
    return response


@router.get("/agreement")
def show_agreement(request: Request, api: CurrentApi, drafts: Drafts) -> Response:
    """The agreement, with the answer to give at its end."""
    if drafts.read(request.cookies.get(COOKIE)) is None:
        return to(PATH, done="sign-up-expired")
    return _agreement_page(request, api)


@router.post("/agreement")
def answer_agreement(
    request: Request, reader: CurrentReader, api: CurrentApi, drafts: Drafts, typed: TypedForm
) -> Response:
    """Make the account, or forget everything that was typed."""
    cookie = request.cookies.get(COOKIE)
    form = drafts.read(cookie)
    if typed.get("answer") != "accept":
        drafts.forget(cookie)
        return _without_cookie(to(HOME, done="sign-up-declined"))
    if form is None:
        return to(PATH, done="sign-up-expired")
    body = sign_up_body(form, agreement_version=typed.get("version", ""), language=reader.language)
    try:
        api.post("accounts", "/api/v1/accounts", json=body)
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        if any(pointer.startswith("/agreement") for pointer in problem.errors):
            return _agreement_page(request, api, problem)
        return _form_page(request, api, Form(without_passwords(form), problem))
    drafts.forget(cookie)
    return _without_cookie(to(f"{PATH}/done"))


@router.get("/done")
def show_done(request: Request) -> Response:
    """What comes next: the link in the email."""
    return render(request, "sign_up/done.html", step=2)


def _form_page(request: Request, api: Api, form: Form, *, answer_sent: bool = False) -> Response:
    known = countries(api)
    return render(
        request,
        "sign_up/form.html",
        status=form.status,
        step=0,
        form=form,
        countries=known,
        country=country_of(known, form.value("country")),
        customer_types=customer_types(reader_of(request).language),
        answer_sent=answer_sent,
    )


def _agreement_page(request: Request, api: Api, problem: ApiProblem | None = None) -> Response:
    agreement: dict[str, Any] = api.get("accounts", "/api/v1/agreements/current").body
    return render(
        request,
        "sign_up/agreement.html",
        status=422 if problem else 200,
        step=1,
        agreement=agreement,
        problem=problem,
    )


def _without_cookie(response: Response) -> Response:
    response.delete_cookie(COOKIE, path=PATH)
    return response
