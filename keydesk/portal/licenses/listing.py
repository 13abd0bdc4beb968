"""The list of my licenses: searched, filtered, sorted; with columns of my choice and searches that I keep."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from fastapi import Form as FormInput
from starlette.responses import Response

from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import Form
from keydesk.portal.licenses import search
from keydesk.portal.licenses.chips import chips_of
from keydesk.portal.licenses.columns import columns_of
from keydesk.portal.licenses.search import Asked
from keydesk.portal.reader import reader_of
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

LICENSES = "/api/v1/catalog/licenses"
SEARCHES = "/api/v1/catalog/saved-searches"
COLUMNS = "/api/v1/catalog/columns"
PAGE_SIZE = 50

Word = Annotated[str | None, Query(max_length=512)]
Kept = Annotated[str, FormInput(max_length=8_000)]
"""The query string of the list that a form stands on, to come back to."""
SearchId = Annotated[str, Path(pattern=r"^sea_[0-9a-z]{26}$")]


@router.get("/licenses")
def find(request: Request, api: CurrentApi, *, cursor: Word = None) -> Response:
    """My licenses. An address with inputs that were left empty leads to one without them."""
    parameters = request.query_params.multi_items()
    asked = search.asked_of(parameters)
    if any(not value.strip() for name, value in parameters if name != "done"):
        return to("/licenses", **asked, cursor=cursor or None)
    return _list_page(request, api, asked, Form(), cursor=cursor)


@router.post("/licenses/columns")
def choose_columns(
    request: Request,
    api: CurrentApi,
    *,
    kept: Kept = "",
    column: Annotated[list[str], FormInput(max_length=100)] = [],  # noqa: B006 - FastAPI copies a default
) -> Response:
    """Show these columns from now on."""
    asked = search.kept_of(kept)
    try:
        api.put("catalog", COLUMNS, json={"columns": column})
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        return _list_page(request, api, asked, Form(), problem=problem)
    return to("/licenses", **asked, done="columns-chosen")


@router.post("/licenses/searches")
def save_search(
    request: Request, api: CurrentApi, *, kept: Kept = "", name: Annotated[str, FormInput()] = ""
) -> Response:
    """Keep this search by name."""
    asked = search.kept_of(kept)
    wanted = {"name": name.strip(), "criteria": search.criteria_of(asked)}
    try:
        api.post("catalog", SEARCHES, json=wanted)
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        return _list_page(request, api, asked, Form({"name": name}, problem))
    return to("/licenses", **asked, done="search-saved")


@router.post("/licenses/searches/{search_id}/remove")
def remove_search(api: CurrentApi, search_id: SearchId, *, kept: Kept = "") -> Response:
    """Forget a search."""
    api.delete("catalog", f"{SEARCHES}/{search_id}")
    return to("/licenses", **search.kept_of(kept), done="search-removed")


def _list_page(
    request: Request,
    api: Api,
    asked: Asked,
    form: Form,
    *,
    cursor: str | None = None,
    problem: ApiProblem | None = None,
) -> Response:
    language = reader_of(request).language
    told = api.get("catalog", COLUMNS).body
    page: dict[str, Any] | None = None
    try:
        given = {**search.criteria_of(asked), "limit": PAGE_SIZE, "cursor": cursor}
        page = api.get("catalog", LICENSES, params=given).body
    except ApiProblem as refused:
        if refused.status != 422:
            raise
        problem = refused
    return render(
        request,
        "licenses/list.html",
        status=422 if problem else form.status,
        page=page,
        problem=problem,
        form=form,
        asked=asked,
        is_first=cursor is None,
        search=search,
        kept=search.query_of(asked),
        columns=columns_of(told, language),
        fields=[
            {**each, "options": [(choice, choice) for choice in each["choices"]]} for each in told["fields"]
        ],
        chips=chips_of(asked, told["fields"], _sharers(api, asked), language),
        statuses=search.choices("status", language),
        accesses=search.choices("access", language),
        saved=_saved(api),
    )


def _saved(api: Api) -> list[dict[str, Any]]:
    """The searches that the reader keeps, each with what it asks for."""
    kept = api.get("catalog", SEARCHES).body["items"]
    return [{**each, "asked": search.asked_by(each["criteria"])} for each in kept]


def _sharers(api: Api, asked: Asked) -> dict[str, str]:
    """The names of those who share with the reader, where the page has to name one."""
    if not asked.keys() & {"shared_by", "owner"}:
        return {}
    received = api.get("catalog", "/api/v1/shares/received").body["items"]
    return {
        each["from"]["account_id"]: each["from"]["name"] or each["from"]["company_name"] for each in received
    }
