"""The pages on which support decides a request. Who may see and do what is the API's decision."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, UploadFile
from fastapi import Form as FromForm
from starlette.responses import Response

from keydesk.chassis.i18n import Text
from keydesk.chassis.ids import id_type
from keydesk.portal.addresses import countries, country_of
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.install_addresses.entries import decision_of, decision_placed
from keydesk.portal.reader import CurrentPerson, reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render
from keydesk.portal.requests import attachments
from keydesk.portal.requests.routes import AttachmentId, message_placed, new_key
from keydesk.portal.support_desk.queue import QUEUE
from keydesk.portal.support_desk.reasons import REASONS

router = APIRouter(prefix="/staff/requests")

RequestId = Annotated[str, Path(), id_type("req")]


@router.get("/{request_id}")
def show_request(request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId) -> Response:
    """A request with everything that helps to decide it."""
    return _request_page(request, api, request_id)


@router.post("/{request_id}/take")
def take(request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId) -> Response:
    """Take care of a request."""
    return _do(request, api, request_id, "take", done="request-taken")


@router.post("/{request_id}/return")
def give_back(request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId) -> Response:
    """Return a request to the queue."""
    return _do(request, api, request_id, "return", done="request-returned")


@router.post("/{request_id}/hand-over")
def hand_over(
    request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId, typed: TypedForm
) -> Response:
    """Let a colleague take care of a request."""
    body = {"login_id": typed.get("login_id", "")}
    return _do(request, api, request_id, "hand-over", body, typed=typed, done="request-handed-over")


@router.post("/{request_id}/approve")
def approve(
    request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId, typed: TypedForm
) -> Response:
    """Approve a request; of a new address, as it was corrected, or another one instead."""
    if typed.get("action") == "country":
        return _request_page(request, api, request_id, tried="approve", form=Form(typed))
    country = country_of(countries(api), typed["country"]) if typed.get("country") else None
    body = {"note": typed.get("note", ""), **decision_of(typed, country)}
    return _do(request, api, request_id, "approve", body, typed=typed, done="request-approved")


@router.post("/{request_id}/reject")
def reject(
    request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId, typed: TypedForm
) -> Response:
    """Reject a request, for the reason that was typed, or the one that was chosen where none was."""
    reason = typed.get("reason", "").strip()
    if not reason and typed.get("template") in REASONS:
        reason = Text(REASONS[typed["template"]]).to(reader_of(request).language)
    body = {"reason": reason}
    return _do(request, api, request_id, "reject", body, typed=typed, done="request-rejected")


@router.post("/{request_id}/messages")
def write(
    request: Request, _: CurrentPerson, api: CurrentApi, request_id: RequestId, typed: TypedForm
) -> Response:
    """Write to everybody whom a request concerns."""
    body = {"content": typed.get("message", "")}
    return _do(request, api, request_id, "messages", body, typed=typed, done="message-sent")


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
    """Put a file on a request, for everybody whom it concerns."""
    language = reader_of(request).language
    problem = attachments.attach(api, QUEUE, request_id, file, once=once or new_key(), language=language)
    if problem is not None:
        form = Form(problem=problem)
        return _request_page(request, api, request_id, tried="attachments", form=form)
    return to(f"/staff/requests/{request_id}", done="file-attached")


@router.get("/{request_id}/attachments/{attachment_id}")
def download(
    _: CurrentPerson, api: CurrentApi, request_id: RequestId, attachment_id: AttachmentId
) -> Response:
    """A file on a request, to save."""
    return attachments.download(api, QUEUE, request_id, attachment_id)


def _do(
    request: Request,
    api: Api,
    request_id: str,
    step: str,
    body: Any = None,
    *,
    typed: Mapping[str, str] | None = None,
    done: str,
) -> Response:
    """Do ``step`` and show the request again, with what was refused told where it was tried."""
    try:
        answer = api.post("catalog", f"{QUEUE}/{request_id}/{step}", json=body)
    except ApiProblem as problem:
        if problem.status not in (409, 422, 429) and problem.code != "own_request":
            raise
        if problem.status == 422:
            placed = message_placed(problem) if step == "messages" else decision_placed(problem)
            form = Form(typed or {}, placed)
            return _request_page(request, api, request_id, tried=step, form=form)
        return _request_page(request, api, request_id, problem=problem)
    if step == "approve" and answer.body["status"] == "pending_approval":
        done = "request-approved-first"
    return to(f"/staff/requests/{request_id}", done=done)


def _request_page(
    request: Request,
    api: Api,
    request_id: str,
    *,
    tried: str = "",
    form: Form | None = None,
    problem: ApiProblem | None = None,
) -> Response:
    found = api.get("catalog", f"{QUEUE}/{request_id}").body
    steps = ("hand-over", "approve", "reject", "messages", "attachments")
    forms = {step: form if form is not None and step == tried else Form() for step in steps}
    known = countries(api) if found.get("address") and "approve" in found["may"] else []
    if known and tried != "approve":
        forms["approve"] = Form(found["address"])
    language = reader_of(request).language
    status = problem.status if problem is not None else form.status if form is not None else 200
    return render(
        request,
        "support_desk/request.html",
        status=status,
        asked=found,
        forms=forms,
        form=form,
        problem=problem,
        countries=known,
        country=country_of(known, forms["approve"].value("country")),
        once=new_key(),
        reasons=[(name, Text(words).to(language)) for name, words in REASONS.items()],
    )
