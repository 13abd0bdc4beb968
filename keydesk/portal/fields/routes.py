"""My fields: defining, changing, moving and deleting them."""

from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.fields import forms
from keydesk.portal.forms import Form, TypedForm
from keydesk.portal.reader import CurrentPerson
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/account/fields")

FIELDS = "/api/v1/fields"
PAGE = "/account/fields"
REFUSALS = (409, 412, 422)
"""What a form shows in place; anything else is a page of its own."""

FieldId = Annotated[str, Path(), id_type("fld")]


@router.get("")
def show_fields(request: Request, _: CurrentPerson, api: CurrentApi) -> Response:
    """The fields that there are, and a form for a new one."""
    return _fields_page(request, api, Form())


@router.post("")
def add_field(request: Request, _: CurrentPerson, api: CurrentApi, typed: TypedForm) -> Response:
    """Define a field."""
    try:
        api.post("catalog", FIELDS, json=forms.new_field(typed))
    except ApiProblem as problem:
        if problem.status not in REFUSALS:
            raise
        return _fields_page(request, api, Form(typed, forms.on_inputs(problem)))
    return to(PAGE, done="field-added")


@router.get("/{field_id}")
def show_field(request: Request, _: CurrentPerson, api: CurrentApi, field_id: FieldId) -> Response:
    """One field, ready to be changed."""
    field = _field(api, field_id)
    return render(request, "fields/field.html", field=field, form=Form(forms.typed_of(field)))


@router.post("/{field_id}")
def save_field(
    request: Request, _: CurrentPerson, api: CurrentApi, field_id: FieldId, typed: TypedForm
) -> Response:
    """Save a field, unless it was changed elsewhere since the form was opened."""
    field = _field(api, field_id)
    try:
        api.patch(
            "catalog",
            f"{FIELDS}/{field_id}",
            json=forms.field_change(field["kind"], typed),
            headers=forms.if_match(typed),
        )
    except ApiProblem as problem:
        if problem.status not in REFUSALS:
            raise
        # Whoever saves again has seen that it was changed elsewhere.
        form = Form({**typed, "etag": forms.etag_of(field)}, forms.on_inputs(problem))
        return render(request, "fields/field.html", status=form.status, field=field, form=form)
    return to(PAGE, done="saved")


@router.post("/{field_id}/move")
def move_field(_: CurrentPerson, api: CurrentApi, field_id: FieldId, typed: TypedForm) -> Response:
    """Put a field one place up or down."""
    step = -1 if typed.get("to") == "up" else 1
    position = max(_field(api, field_id)["position"] + step, 1)
    api.patch("catalog", f"{FIELDS}/{field_id}", json={"position": position})
    return to(PAGE)


@router.get("/{field_id}/delete")
def confirm_deletion(request: Request, _: CurrentPerson, api: CurrentApi, field_id: FieldId) -> Response:
    """What would be lost with a field, before it is deleted."""
    return _deletion_page(request, api, field_id, Form())


@router.post("/{field_id}/delete")
def delete_field(
    request: Request, _: CurrentPerson, api: CurrentApi, field_id: FieldId, typed: TypedForm
) -> Response:
    """Delete a field with all that it says."""
    try:
        api.delete("catalog", f"{FIELDS}/{field_id}", headers=forms.if_match(typed))
    except ApiProblem as problem:
        if problem.status not in REFUSALS:
            raise
        return _deletion_page(request, api, field_id, Form({}, problem))
    return to(PAGE, done="field-deleted")


def _fields_page(request: Request, api: Api, form: Form) -> Response:
    fields = api.get("catalog", FIELDS).body["items"]
    return render(request, "fields/fields.html", status=form.status, fields=fields, form=form)


def _deletion_page(request: Request, api: Api, field_id: str, form: Form) -> Response:
    field = _field(api, field_id)
    lost = api.get("catalog", f"{FIELDS}/{field_id}/deletion").body
    return render(
        request,
        "fields/delete.html",
        status=form.status,
        field=field,
        etag=forms.etag_of(field),
        lost=lost,
        form=form,
    )


def _field(api: Api, field_id: str) -> Mapping[str, Any]:
    found = [field for field in api.get("catalog", FIELDS).body["items"] if field["id"] == field_id]
    if not found:
        raise NotFound
    return dict(found[0])
