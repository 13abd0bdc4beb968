"""The page on which the fields of a license are filled in."""

from collections.abc import Mapping
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.fields import forms
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.licenses.routes import LicenseId
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter()

LICENSES = "/api/v1/catalog/licenses"


@router.get("/licenses/{license_id}/fields")
def show_values(request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId) -> Response:
    """What the fields say of a license, ready to be changed by those who may."""
    answer = api.get("catalog", f"{LICENSES}/{license_id}/fields")
    fields = answer.body["fields"]
    form = Form(forms.opened(fields, answer.headers.get("etag", "")))
    return _values_page(request, api, license_id, fields, form)


@router.post("/licenses/{license_id}/fields")
def save_values(
    request: Request, _: CurrentPerson, api: CurrentApi, license_id: LicenseId, typed: TypedForm
) -> Response:
    """Save what was changed; where somebody else was faster, show what is there now beside what was typed."""
    changed = forms.touched(typed)
    path = f"{LICENSES}/{license_id}/fields"
    if changed:
        try:
            api.call("PUT", "catalog", path, json={"values": changed}, headers=forms.if_match(typed))
        except ApiProblem as problem:
            if problem.status not in (412, 422):
                raise
            answer = api.get("catalog", path)
            fields = answer.body["fields"]
            if problem.status == 412:
                over = forms.typed_over(fields, answer.headers.get("etag", ""), typed)
                return _values_page(request, api, license_id, fields, Form(over.held, problem), now=over.now)
            return _values_page(request, api, license_id, fields, Form(typed, problem))
    return to(f"/licenses/{license_id}", done="saved")


def _values_page(
    request: Request,
    api: Api,
    license_id: str,
    fields: list[dict[str, Any]],
    form: Form,
    *,
    now: Mapping[str, str] | None = None,
) -> Response:
    return render(
        request,
        "fields/values.html",
        status=form.status,
        license=api.get("catalog", f"{LICENSES}/{license_id}").body,
        fields=fields,
        form=form,
        choices={field["id"]: _choices(field, form) for field in fields},
        now=now or {},
    )


def _choices(field: Mapping[str, Any], form: Form) -> list[tuple[str, str]]:
    """What can be chosen; a value from before the choices changed stays one."""
    held = form.value(forms.VALUE + field["id"])
    choices = [*field["choices"], *([held] if held and held not in field["choices"] else [])]
    return [(choice, choice) for choice in choices]
