"""The pages of requests, for those whom they concern."""

import secrets
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, UploadFile
from fastapi import Form as FromForm
from starlette.responses import Response

from keydesk.chassis.ids import id_type
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.reader import CurrentPerson, reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render
from keydesk.portal.requests import attachments
from keydesk.portal.requests.entries import KINDS, body_of, placed

router = APIRouter(prefix="/requests")

REQUESTS = "/api/v1/requests"
PER_PAGE = 50

RequestId = Annotated[str, Path(), id_type("req")]
AttachmentId = Annotated[str, Path(), id_type("att")]
Word = Annotated[str | None, Query(max_length=512)]
Kind = Annotated[str, Query(pattern=f"^({'|'.join(KINDS)})$")]


@router.get("")
def show_requests(
    request: Request, _: CurrentPerson, api: CurrentApi, status: Word = None, cursor: Word = None
) -> Response:
    """The ways to ask for something, and what I asked for."""
    asked = {"status": status or None}
    page = api.get("catalog", REQUESTS, params={**asked, "limit": PER_PAGE, "cursor": cursor}).body
    return render(request, "requests/list.html", page=page, asked=asked, is_first=cursor is None)


@router.get("/new")
def ask(
    *,
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    kind: Kind = "general",
    license: Annotated[str | None, Query(pattern=r"^(lic_[0-9a-z]{26})?$")] = None,
) -> Response:
    """The form of one kind of request, about a license where one comes from its page."""
    values = {"kind": kind, "once": new_key()}
    if license and kind != "general":
        found = api.get("catalog", f"/api/v1/catalog/licenses/{license}").body
        values["serial_numbers"] = found["serial_number"]
    return _form_page(request, Form(values))


@router.post("/new")
def make(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Make the request, once however often the button is pressed."""
    kind = typed.get("kind", "")
    values = {**typed, "kind": kind if kind in KINDS else "general"}
    headers = {"idempotency-key": typed.get("once") or new_key()}
    try:
        made = api.post("catalog", REQUESTS, json=body_of(values), headers=headers).body
    except ApiProblem as problem:
        if problem.status not in (409, 422, 429):
            raise
        # What was refused is sent again with a key of its own.
        form = Form({**values, "once": new_key()}, placed(problem, values))
        return _form_page(request, form)
    return to(f"/requests/{made['id']}", done="request-made")


@router.get("/{request_id}")
def show_request(request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId) -> Response:
    """A request: its licenses, what happened to it, and what was written about it."""
    return _request_page(request, api, request_id, Form())


@router.post("/{request_id}/withdraw")
def withdraw(request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId) -> Response:
    """Withdraw a request that is not decided yet."""
    try:
        api.post("catalog", f"{REQUESTS}/{request_id}/withdraw")
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        return _request_page(request, api, request_id, Form(problem=problem))
    return to(f"/requests/{request_id}", done="request-withdrawn")


@router.post("/{request_id}/messages")
def write(
    request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId, typed: TypedForm
) -> Response:
    """Write about a request."""
    try:
        api.post("catalog", f"{REQUESTS}/{request_id}/messages", json={"content": typed.get("message", "")})
    except ApiProblem as problem:
        if problem.status not in (422, 429):
            raise
        return _request_page(request, api, request_id, Form(typed, message_placed(problem)))
    return to(f"/requests/{request_id}", done="message-sent")


@router.post("/{request_id}/attachments")
def attach(
    *,
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    request_id: RequestId,
    file: UploadFile | None = None,
    once: Annotated[str, FromForm()] = "",
) -> Response:
    """Put a file on a request."""
    language = reader_of(request).language
    problem = attachments.attach(api, REQUESTS, request_id, file, once=once or new_key(), language=language)
    if problem is not None:
        return _request_page(request, api, request_id, Form(), attaching=Form(problem=problem))
    return to(f"/requests/{request_id}", done="file-attached")


@router.get("/{request_id}/attachments/{attachment_id}")
def download(
    _: CurrentPerson, api: CurrentApi, request_id: RequestId, attachment_id: AttachmentId
) -> Response:
    """A file on a request, to save."""
    return attachments.download(api, REQUESTS, request_id, attachment_id)


def message_placed(problem: ApiProblem) -> ApiProblem:
    """The problem told at the page's input: ``content`` is the id of the page's main part."""
    said = problem.errors
    problem.errors = {("/message" if place == "/content" else place): text for place, text in said.items()}
    return problem


def new_key() -> str:
    """A fresh idempotency key for a form."""
    return secrets.token_urlsafe(16)


def _form_page(request: Request, form: Form) -> Response:
    return render(request, "requests/new.html", status=form.status, form=form, kind=form.value("kind"))


def _request_page(
    request: Request, api: Api, request_id: str, form: Form, *, attaching: Form | None = None
) -> Response:
    found: dict[str, Any] = api.get("catalog", f"{REQUESTS}/{request_id}").body
    attaching = attaching or Form()
    tried = attaching if attaching.problem is not None else form
    status = 409 if tried.problem is not None and tried.problem.status == 409 else tried.status
    return render(
        request,
        "requests/request.html",
        status=status,
        asked=found,
        form=form,
        attaching=attaching,
        once=new_key(),
    )
