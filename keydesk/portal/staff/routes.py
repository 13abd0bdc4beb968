"""The staff's pages: operators load products and orders, staff look orders, accounts and emails up.

Who may see them is the API's decision; here a refusal becomes the error page.
"""

from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Form, Path, Query, Request, UploadFile
from starlette.responses import RedirectResponse, Response

from keydesk.chassis.ids import id_type
from keydesk.portal.api import Api, ApiProblem, CurrentApi
from keydesk.portal.forms import TypedForm
from keydesk.portal.redirects import to
from keydesk.portal.rendering import render

router = APIRouter(prefix="/staff")

IMPORTS = "/api/v1/imports"
EMAILS = "/api/v1/support/emails"
EMAIL_KINDS = (
    "verification",
    "existing_account",
    "lookup_answer",
    "password_reset",
    "password_reset_unknown",
    "password_changed",
    "registration_confirmation",
    "addition_ended",
    "licenses_shared",
    "sharing_ended",
    "request_changed",
)
EMAIL_STATUSES = ("queued", "sending", "sent", "failed")
MAX_FILE_BYTES = 32 * 1024 * 1024

EmailId = Annotated[str, Path(), id_type("eml")]
ImportId = Annotated[str, Path(pattern=r"^imp_[0-9a-z]{26}$")]
Word = Annotated[str | None, Query(max_length=512)]


@router.get("/imports")
def imports(request: Request, api: CurrentApi, cursor: Word = None) -> Response:
    """Load a file, and see what was loaded before."""
    return render(request, "staff/imports.html", page=_imports(api, cursor))


@router.post("/imports")
def load(
    request: Request,
    api: CurrentApi,
    file: UploadFile,
    kind: Annotated[str, Form(pattern="^(products|orders)$")] = "products",
    dry_run: Annotated[str, Form()] = "",
) -> Response:
    """Queue a file, and go to its report."""
    name = file.filename or "upload.csv"
    try:
        made = api.post(
            "licensing",
            IMPORTS,
            params={"kind": kind, "dry_run": "true" if dry_run else "false"},
            content=file.file.read(MAX_FILE_BYTES + 1),
            headers={
                "content-type": "text/csv",
                "content-disposition": f"attachment; filename*=UTF-8''{quote(name)}",
            },
        )
    except ApiProblem as problem:
        if problem.status in (401, 403):
            raise
        return render(
            request, "staff/imports.html", status=problem.status, page=_imports(api, None), problem=problem
        )
    return RedirectResponse(f"/staff/imports/{made.body['id']}", status_code=303)


@router.get("/imports/{import_id}")
def report(request: Request, api: CurrentApi, import_id: ImportId, cursor: Word = None) -> Response:
    """How far a file is, what came of it, and each line that failed."""
    found = api.get("licensing", f"{IMPORTS}/{import_id}").body
    params = {"state": "failed", "limit": 100, "cursor": cursor}
    lines = api.get("licensing", f"{IMPORTS}/{import_id}/lines", params=params).body
    return render(request, "staff/report.html", loaded=found, lines=lines)


@router.get("/accounts")
def accounts(request: Request, api: CurrentApi, query: Word = None, cursor: Word = None) -> Response:
    """Find an account by name, address, login ID or company."""
    page = api.get("accounts", "/api/v1/staff/accounts", params=_search(query, cursor)).body
    return render(request, "staff/accounts.html", page=page, query=query or "", is_first=cursor is None)


@router.get("/orders")
def orders(request: Request, api: CurrentApi, query: Word = None, cursor: Word = None) -> Response:
    """Find an order by its number or its customer."""
    page = api.get("licensing", "/api/v1/orders", params=_search(query, cursor)).body
    return render(request, "staff/orders.html", page=page, query=query or "", is_first=cursor is None)


@router.get("/emails")
def emails(
    *,
    request: Request,
    api: CurrentApi,
    query: Word = None,
    kind: Word = None,
    status: Word = None,
    cursor: Word = None,
) -> Response:
    """Find emails by address or kind, and see what became of them."""
    return _emails_page(request, api, {"query": query, "kind": kind, "status": status, "cursor": cursor})


@router.post("/emails/{email_id}/resend")
def resend_email(request: Request, api: CurrentApi, email_id: EmailId, typed: TypedForm) -> Response:
    """Have an email sent again, and come back to the page of the log that it stood on."""
    asked = {name: typed.get(name) or None for name in ("query", "kind", "status", "cursor")}
    try:
        api.post("notifications", f"{EMAILS}/{email_id}/resend")
    except ApiProblem as problem:
        if problem.status not in (404, 409):
            raise
        return _emails_page(request, api, asked, problem)
    return to("/staff/emails", **asked, done="email-queued")


def _emails_page(
    request: Request, api: Api, asked: Mapping[str, str | None], problem: ApiProblem | None = None
) -> Response:
    wanted = {name: value or None for name, value in asked.items()}
    page = api.get("notifications", EMAILS, params={"limit": 50, **wanted}).body
    return render(
        request,
        "staff/emails.html",
        status=problem.status if problem else 200,
        problem=problem,
        page=page,
        asked=wanted,
        kept={name: value for name, value in wanted.items() if value and name != "cursor"},
        is_first=wanted["cursor"] is None,
        kinds=EMAIL_KINDS,
        statuses=EMAIL_STATUSES,
    )


def _search(query: str | None, cursor: str | None) -> dict[str, str | int | None]:
    return {"limit": 50, "query": query or None, "cursor": cursor}


def _imports(api: Api, cursor: str | None) -> dict[str, object]:
    page: dict[str, object] = api.get("licensing", IMPORTS, params=_search(None, cursor)).body
    return page
