"""The wizard's pages: serial numbers, information, review, progress, confirmation.

Everything typed is kept in the draft registration at once, so that a closed browser loses nothing.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Path, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.downloads import passed_on
from keydesk.portal.registrations import forms
from keydesk.portal.rendering import render

router = APIRouter()

REGISTRATIONS = "/api/v1/registrations"
LINES_PER_PAGE = 100
KEYS_PER_PAGE = 500

RegistrationId = Annotated[str, Path(pattern=r"^reg_[0-9a-z]{26}$")]
ItemId = Annotated[str, Path(pattern=r"^itm_[0-9a-z]{26}$")]
Cursor = Annotated[str | None, Query(max_length=512)]
MAX_FILE_BYTES = 4 * 1024 * 1024
"""Far above ten thousand serial numbers; the API counts them."""


async def _typed(request: Request) -> list[tuple[str, str]]:
    """Every text input of the form, in order; the names are data, so no parameter can declare them."""
    form = await request.form(max_fields=40_000)
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str)]


TypedFields = Annotated[list[tuple[str, str]], Depends(_typed)]


@router.get("/register")
def start(request: Request, api: CurrentApi) -> Response:
    """Where a registration begins or goes on: an input for serial numbers, my drafts, my recent ones."""
    return render(request, "registrations/start.html", **_mine(api))


@router.post("/register")
def begin(
    request: Request,
    api: CurrentApi,
    typed: Annotated[str, Form(alias="serial_numbers")] = "",
    file: UploadFile | None = None,
) -> Response:
    """Make a draft of what was typed or uploaded and go to its first step."""
    try:
        registration = api.post(
            "licensing", REGISTRATIONS, json={"serial_numbers": forms.serial_numbers(typed)}
        )
        registration_id = registration.body["id"]
        _add_file(api, registration_id, file)
    except ApiProblem as problem:
        return render(
            request,
            "registrations/start.html",
            status=problem.status,
            problem=problem,
            typed=typed,
            **_mine(api),
        )
    return _to(f"/register/{registration_id}")


@router.get("/register/{registration_id}")
def enter(
    request: Request,
    api: CurrentApi,
    registration_id: RegistrationId,
    cursor: Cursor = None,
    state: Annotated[str | None, Query(pattern="^(ready|needs_information|refused)$")] = None,
) -> Response:
    """Step 1: the serial numbers, each with its product, its state, and what is wrong with it."""
    registration = _registration(api, registration_id)
    if registration["status"] != "draft":
        return _to(_place_of(registration))
    return _entry(request, api, registration, cursor=cursor, state=state)


@router.post("/register/{registration_id}")
def add(
    request: Request,
    api: CurrentApi,
    registration_id: RegistrationId,
    typed: Annotated[str, Form(alias="serial_numbers")] = "",
    file: UploadFile | None = None,
) -> Response:
    """Add serial numbers that were typed, pasted or uploaded."""
    try:
        words = forms.serial_numbers(typed)
        if words:
            api.post("licensing", f"{REGISTRATIONS}/{registration_id}/items", json={"serial_numbers": words})
        _add_file(api, registration_id, file)
    except ApiProblem as problem:
        if problem.status == 404:
            raise
        registration = _registration(api, registration_id)
        return _entry(request, api, registration, problem=problem, typed=typed)
    return _to(f"/register/{registration_id}")


@router.post("/register/{registration_id}/remove-refused")
def remove_refused(api: CurrentApi, registration_id: RegistrationId) -> Response:
    """Take every refused line out."""
    api.delete("licensing", f"{REGISTRATIONS}/{registration_id}/items", params={"state": "refused"})
    return _to(f"/register/{registration_id}")


@router.post("/register/{registration_id}/items/{item_id}/remove")
def remove(api: CurrentApi, registration_id: RegistrationId, item_id: ItemId) -> Response:
    """Take one line out."""
    api.delete("licensing", f"{REGISTRATIONS}/{registration_id}/items/{item_id}")
    return _to(f"/register/{registration_id}")


@router.post("/register/{registration_id}/items/{item_id}/separate")
def separate(api: CurrentApi, registration_id: RegistrationId, item_id: ItemId) -> Response:
    """Move a line that has to be registered alone to a registration of its own, and go there."""
    made = api.post("licensing", f"{REGISTRATIONS}/{registration_id}/items/{item_id}/separate")
    return _to(f"/register/{made.body['id']}")


@router.post("/register/{registration_id}/discard")
def discard(api: CurrentApi, registration_id: RegistrationId) -> Response:
    """Throw a draft away."""
    api.delete("licensing", f"{REGISTRATIONS}/{registration_id}")
    return _to("/register")


@router.get("/register/{registration_id}/information")
def ask(request: Request, api: CurrentApi, registration_id: RegistrationId) -> Response:
    """Step 2: what each product asks for."""
    registration = _registration(api, registration_id)
    if registration["status"] != "draft":
        return _to(_place_of(registration))
    return _asking(request, api, registration)


@router.post("/register/{registration_id}/information")
def tell(request: Request, api: CurrentApi, registration_id: RegistrationId, typed: TypedFields) -> Response:
    """Keep what was typed and go to the review, or say what is wrong with it."""
    try:
        api.put("licensing", f"{REGISTRATIONS}/{registration_id}/information", json=forms.information(typed))
    except ApiProblem as problem:
        if problem.status != 422:
            raise
        return _asking(request, api, _registration(api, registration_id), problem=problem, typed=dict(typed))
    return _to(f"/register/{registration_id}/review")


@router.get("/register/{registration_id}/review")
def review(
    request: Request, api: CurrentApi, registration_id: RegistrationId, cursor: Cursor = None
) -> Response:
    """Step 3: everything once more, before it counts."""
    registration = _registration(api, registration_id)
    if registration["status"] != "draft":
        return _to(_place_of(registration))
    return _reviewing(request, api, registration, cursor=cursor)


@router.post("/register/{registration_id}/complete")
def complete(request: Request, api: CurrentApi, registration_id: RegistrationId) -> Response:
    """Register for good; the keys are made in the background."""
    try:
        api.post("licensing", f"{REGISTRATIONS}/{registration_id}/complete")
    except ApiProblem as problem:
        if problem.status != 409:
            raise
        registration = _registration(api, registration_id)
        if registration["status"] != "draft":
            return _to(_place_of(registration))
        return _reviewing(request, api, registration, problem=problem)
    return _to(f"/register/{registration_id}/progress")


@router.get("/register/{registration_id}/progress")
def progress(request: Request, api: CurrentApi, registration_id: RegistrationId) -> Response:
    """How far the keys are; goes on to the confirmation by itself."""
    registration = _registration(api, registration_id)
    if registration["status"] != "processing":
        return _to(_place_of(registration))
    return render(request, "registrations/progress.html", registration=registration)


@router.get("/register/{registration_id}/confirmation")
def confirmation(
    request: Request, api: CurrentApi, registration_id: RegistrationId, cursor: Cursor = None
) -> Response:
    """Step 4: serial numbers with their license keys and files."""
    registration = _registration(api, registration_id)
    if registration["status"] != "completed":
        return _to(_place_of(registration))
    items = _items(api, registration_id, limit=KEYS_PER_PAGE, cursor=cursor)
    return render(request, "registrations/confirmation.html", registration=registration, items=items)


@router.get("/register/{registration_id}/file")
def download(api: CurrentApi, registration_id: RegistrationId) -> Response:
    """The license files of a whole registration in one."""
    return passed_on(api.get("licensing", f"{REGISTRATIONS}/{registration_id}/file"))


def _entry(
    request: Request,
    api: Api,
    registration: dict[str, Any],
    *,
    cursor: str | None = None,
    state: str | None = None,
    problem: ApiProblem | None = None,
    typed: str = "",
) -> Response:
    items = _items(api, registration["id"], limit=LINES_PER_PAGE, cursor=cursor, state=state)
    return render(
        request,
        "registrations/entry.html",
        status=problem.status if problem else 200,
        registration=registration,
        items=items,
        state=state,
        problem=problem,
        typed=typed,
    )


def _asking(
    request: Request,
    api: Api,
    registration: dict[str, Any],
    *,
    problem: ApiProblem | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    asked = [product for product in registration["products"] if product["fields"]]
    per_line = [product["sku"] for product in asked if any(field["per_line"] for field in product["fields"])]
    lines = _items(api, registration["id"], limit=KEYS_PER_PAGE)["items"] if per_line else []
    errors = (
        {forms.pointer_to_input(place): text for place, text in problem.errors.items()} if problem else {}
    )
    return render(
        request,
        "registrations/information.html",
        status=problem.status if problem else 200,
        registration=registration,
        asked=asked,
        composed=forms.COMPOSED,
        lines={
            sku: [line for line in lines if (line["product"] or {}).get("sku") == sku] for sku in per_line
        },
        countries=api.get("accounts", "/api/v1/countries").body["items"],
        problem=problem,
        errors=errors,
        typed=typed or {},
    )


def _reviewing(
    request: Request,
    api: Api,
    registration: dict[str, Any],
    *,
    cursor: str | None = None,
    problem: ApiProblem | None = None,
) -> Response:
    return render(
        request,
        "registrations/review.html",
        status=problem.status if problem else 200,
        registration=registration,
        items=_items(api, registration["id"], limit=LINES_PER_PAGE, cursor=cursor),
        problem=problem,
    )


def _registration(api: Api, registration_id: str) -> dict[str, Any]:
    body: dict[str, Any] = api.get("licensing", f"{REGISTRATIONS}/{registration_id}").body
    return body


def _items(
    api: Api, registration_id: str, *, limit: int, cursor: str | None = None, state: str | None = None
) -> dict[str, Any]:
    page: dict[str, Any] = api.get(
        "licensing",
        f"{REGISTRATIONS}/{registration_id}/items",
        params={"limit": limit, "cursor": cursor, "state": state},
    ).body
    return page


def _mine(api: Api) -> dict[str, Any]:
    found = api.get("licensing", REGISTRATIONS, params={"limit": 50}).body["items"]
    return {
        "drafts": [registration for registration in found if registration["status"] == "draft"],
        "recent": [registration for registration in found if registration["status"] != "draft"][:10],
    }


def _add_file(api: Api, registration_id: str, file: UploadFile | None) -> None:
    if file is None or not file.filename:
        return
    kind = "text/csv" if file.filename.lower().endswith(".csv") else "text/plain"
    api.post(
        "licensing",
        f"{REGISTRATIONS}/{registration_id}/items",
        content=file.file.read(MAX_FILE_BYTES),
        headers={"content-type": kind},
    )


def _place_of(registration: dict[str, Any]) -> str:
    page = {"draft": "", "processing": "/progress", "completed": "/confirmation"}[registration["status"]]
    return f"/register/{registration['id']}{page}"


def _to(path: str) -> Response:
    return RedirectResponse(path, status_code=303)
