"""The page on which support approves many requests at once: what would come of each, and then what did."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi import Form as FormInput
from starlette.responses import Response

from keydesk.chassis.ids import new_id
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render
from keydesk.portal.support_desk.queue_addresses import address_of, kept_of

router = APIRouter(prefix="/staff/requests/approvals")

APPROVALS = "/api/v1/support/requests/bulk-approvals"
GO_AHEAD = ("approved", "would_be_approved", "first_of_two", "would_be_first_of_two")

Kept = Annotated[str, Query(max_length=4_000)]


@router.get("")
def preview(
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    *,
    chosen: Annotated[list[str], Query(max_length=200)] = [],  # noqa: B006 - FastAPI copies a default
    kept: Kept = "",
) -> Response:
    """What would come of approving the chosen requests."""
    return _preview_page(request, api, chosen, kept, Form())


@router.post("")
def approve(
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    *,
    chosen: Annotated[list[str], FormInput(max_length=200)] = [],  # noqa: B006 - FastAPI copies a default
    note: Annotated[str, FormInput()] = "",
    key: Annotated[str, FormInput(max_length=100)] = "",
    kept: Annotated[str, FormInput(max_length=4_000)] = "",
) -> Response:
    """Approve them. Where one could not be after all, the page says so; else the queue is next."""
    try:
        headers = {"Idempotency-Key": key} if key else {}
        body = {"request_ids": chosen, "note": note}
        decided = api.post("catalog", APPROVALS, json=body, headers=headers).body
    except ApiProblem as problem:
        if problem.status != 422 or not chosen:
            raise
        return _preview_page(request, api, chosen, kept, Form({"note": note}, problem))
    if decided["count"] == len(decided["items"]):
        firsts = any(each["outcome"] == "first_of_two" for each in decided["items"])
        done = "requests-approved-first" if firsts else "requests-approved"
        return to("/staff/requests", **kept_of(kept), done=done)
    return _page(request, decided, kept, Form(), key="")


def _preview_page(request: Request, api: Api, chosen: list[str], kept: str, form: Form) -> Response:
    if not chosen:
        return _page(request, None, kept, form, key="")
    decided = api.post("catalog", APPROVALS, json={"request_ids": chosen, "dry_run": True}).body
    return _page(request, decided, kept, form, key=new_id("once"))


def _page(
    request: Request, decided: dict[str, object] | None, kept: str, form: Form, *, key: str
) -> Response:
    return render(
        request,
        "support_desk/approvals.html",
        status=form.status,
        decided=decided,
        go_ahead=GO_AHEAD,
        form=form,
        key=key,
        kept=kept,
        queue=address_of(kept_of(kept)),
    )
