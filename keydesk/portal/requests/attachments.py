"""Files on requests, for the pages of those whom these concern and for the support desk's."""

from urllib.parse import quote

from fastapi import UploadFile
from starlette.responses import Response

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid
from keydesk.portal.api import Api, ApiProblem
from keydesk.portal.downloads import passed_on

MOST_BYTES = 10 * 1024 * 1024

_CHOOSE = Text(N_("Choose a file first."))
_TOO_LARGE = Text(N_("This file is larger than 10 MB. Send it in parts."))
_SHOWN_HERE = (409, 413, 422, 429)
"""What is told on the page of the request; anything else has a page of its own."""


def attach(
    api: Api, requests: str, request_id: str, file: UploadFile | None, *, once: str, language: str
) -> ApiProblem | None:
    """Put a file on a request; why it was not taken, told at the page's input, or None."""
    if file is None or not file.filename:
        return _wrong(FieldError("/file", "missing", _CHOOSE), language)
    content = file.file.read(MOST_BYTES + 1)
    if len(content) > MOST_BYTES:
        return _wrong(FieldError("/file", "too_large", _TOO_LARGE), language)
    try:
        api.post(
            "catalog",
            f"{requests}/{request_id}/attachments",
            params={"file_name": file.filename},
            content=content,
            headers={"content-type": "application/octet-stream", "idempotency-key": once},
        )
    except ApiProblem as problem:
        if problem.status not in _SHOWN_HERE and problem.code != "attachments_off":
            raise
        said = problem.errors
        problem.errors = {("/file" if place == "/file_name" else place): text for place, text in said.items()}
        return problem
    return None


def download(api: Api, requests: str, request_id: str, attachment_id: str) -> Response:
    """A file to save, as the API gives it."""
    answer = passed_on(api.get("catalog", f"{requests}/{request_id}/attachments/{quote(attachment_id)}"))
    answer.headers["cache-control"] = "no-store"
    answer.headers["x-content-type-options"] = "nosniff"
    return answer


def _wrong(error: FieldError, language: str) -> ApiProblem:
    return ApiProblem.of(Invalid(errors=[error]), language)
