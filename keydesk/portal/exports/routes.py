"""The pages of exports."""

from typing import Annotated

from fastapi import APIRouter, Path, Request
from fastapi import Form as FormInput
from starlette.responses import Response

from keydesk.portal.api import ApiProblem, CurrentApi
from keydesk.portal.downloads import passed_on
from keydesk.portal.licenses import search
from keydesk.portal.licenses.listing import Kept
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/licenses/exports")

EXPORTS = "/api/v1/catalog/exports"

ExportId = Annotated[str, Path(pattern=r"^exp_[0-9a-z]{26}$")]


@router.get("")
def show_exports(request: Request, api: CurrentApi) -> Response:
    """My exports of the last day."""
    return render(request, "exports/list.html", exports=api.get("catalog", EXPORTS).body["items"])


@router.post("")
def ask_for_export(
    request: Request, api: CurrentApi, *, format: Annotated[str, FormInput()] = "csv", kept: Kept = ""
) -> Response:
    """Have what the list shows made into a file, and go where one can see how far it is."""
    criteria = search.criteria_of(search.kept_of(kept))
    try:
        export = api.post("catalog", EXPORTS, json={"format": format, "criteria": criteria}).body
    except ApiProblem as problem:
        if problem.status not in (409, 422):
            raise
        exports = api.get("catalog", EXPORTS).body["items"]
        return render(request, "exports/list.html", status=422, exports=exports, problem=problem)
    return to(f"/licenses/exports/{export['id']}")


@router.get("/{export_id}")
def show_export(request: Request, api: CurrentApi, export_id: ExportId) -> Response:
    """One export: how far it is, and then its file."""
    export = api.get("catalog", f"{EXPORTS}/{export_id}").body
    leads_back = search.address_of(search.asked_by(export["criteria"]))
    return render(request, "exports/export.html", export=export, leads_back=leads_back)


@router.get("/{export_id}/file")
def download(api: CurrentApi, export_id: ExportId) -> Response:
    """The file."""
    return passed_on(api.get("catalog", f"{EXPORTS}/{export_id}/file"))
