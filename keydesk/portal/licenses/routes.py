"""The pages of one license: its details, its file."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from keydesk.portal.api import Api, CurrentApi
from keydesk.portal.downloads import passed_on
from keydesk.portal.rendering import render

router = APIRouter()

LicenseId = Annotated[str, Path(pattern=r"^(lic|ent)_[0-9a-z]{26}$")]
LATEST_COMMENTS = 3


@router.get("/licenses/{license_id}")
def details(request: Request, api: CurrentApi, license_id: LicenseId) -> Response:
    """One license: its order, its key, where it runs, whose it is, what can be done with it."""
    path = f"/api/v1/catalog/licenses/{license_id}"
    found = api.get("catalog", path).body
    history = api.get("catalog", f"{path}/history").body["items"]
    registered = found["registered_at"] is not None  # fields and comments are only of those
    latest = {"sort": "-at", "limit": LATEST_COMMENTS}
    return render(
        request,
        "licenses/details.html",
        license=found,
        history=history,
        fields=api.get("catalog", f"{path}/fields").body["fields"] if registered else [],
        comments=api.get("catalog", f"{path}/comments", params=latest).body if registered else None,
        shares=_shares_of(api, found),
    )


@router.get("/licenses/{license_id}/file")
def download(api: CurrentApi, license_id: LicenseId) -> Response:
    """The license file of one license."""
    return passed_on(api.get("licensing", f"/api/v1/licenses/{license_id}/file"))


def _shares_of(api: Api, license: dict[str, Any]) -> list[dict[str, Any]]:
    """With whom its owner shares a license; nobody else is told."""
    if license["ownership"]["access"] != "owner":
        return []
    return list(api.get("catalog", "/api/v1/shares", params={"license_id": license["id"]}).body["items"])
