"""The queue of the support desk: what waits in figures and lines, and the views of it that one keeps."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi import Form as FormInput
from starlette.responses import Response

from keydesk.chassis.ids import id_type
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form
from keydesk.portal.reader import CurrentPerson, reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render
from keydesk.portal.support_desk.figures import bars, duration
from keydesk.portal.support_desk.queue_addresses import (
    USUAL_VIEWS,
    Asked,
    address_of,
    asked_by,
    asked_of,
    kept_of,
    narrowing_of,
)

router = APIRouter(prefix="/staff/requests")

QUEUE = "/api/v1/support/requests"
VIEWS = f"{QUEUE}/views"
PER_PAGE = 50

STATUSES = (
    "pending_approval", "submitted", "verifying", "approved", "executing", "completed", "rejected", "failed",
    "withdrawn",
)  # fmt: skip

Word = Annotated[str | None, Query(max_length=512)]
Kept = Annotated[str, FormInput(max_length=4_000)]
"""The query string of the queue that a form stands on, to come back to."""


@router.get("")
def show_queue(request: Request, _: CurrentPerson, api: CurrentApi, *, cursor: Word = None) -> Response:
    """What waits for support in figures, and the queue: what waits, with what is due first on top."""
    return _queue_page(request, api, asked_of(request.query_params), Form(), cursor=cursor)


@router.post("/views")
def save_view(
    request: Request,
    _: CurrentPerson,
    api: CurrentApi,
    *,
    kept: Kept = "",
    name: Annotated[str, FormInput()] = "",
) -> Response:
    """Keep this view of the queue by name."""
    asked = kept_of(kept)
    wanted = {"name": name.strip(), "narrowing": narrowing_of(asked)}
    try:
        api.post("catalog", VIEWS, json=wanted)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _queue_page(request, api, asked, Form({"name": name}, problem))
    return to("/staff/requests", **asked, done="view-saved")


@router.post("/views/{view_id}/remove")
def remove_view(
    _: CurrentPerson, api: CurrentApi, view_id: Annotated[str, Path(), id_type("view")], *, kept: Kept = ""
) -> Response:
    """Forget a view of the queue."""
    api.delete("catalog", f"{VIEWS}/{view_id}")
    return to("/staff/requests", **kept_of(kept), done="view-removed")


def _queue_page(
    request: Request, api: Api, asked: Asked, form: Form, *, cursor: str | None = None
) -> Response:
    params = {**narrowing_of(asked), "limit": PER_PAGE, "cursor": cursor}
    page = api.get("catalog", QUEUE, params=params).body
    summary = api.get("catalog", f"{QUEUE}/summary").body
    language = reader_of(request).language
    took = summary["time_to_decide"]
    return render(
        request,
        "support_desk/queue.html",
        status=form.status,
        page=page,
        asked=asked,
        form=form,
        usual_views=USUAL_VIEWS,
        views=_views(api),
        address_of=address_of,
        statuses=STATUSES,
        is_first=cursor is None,
        summary=summary,
        by_age=bars([(each["age"], each["count"]) for each in summary["by_age"]]),
        by_kind=bars([(each["kind"], each["count"]) for each in summary["by_kind"]]),
        half_within=duration(took["p50_seconds"], language),
        most_within=duration(took["p90_seconds"], language),
    )


def _views(api: Api) -> list[dict[str, Any]]:
    """The views that the reader keeps, each with what its address asks for."""
    kept = api.get("catalog", VIEWS).body["items"]
    return [{**each, "asked": asked_by(each["narrowing"])} for each in kept]
