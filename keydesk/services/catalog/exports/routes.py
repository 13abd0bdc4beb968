"""The HTTP door of exports."""

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request, Response

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.exports import service
from keydesk.services.catalog.exports.files import MEDIA_TYPES
from keydesk.services.catalog.exports.problems import ExportNotReady, ExportTooLarge, TooManyExports
from keydesk.services.catalog.exports.schemas import Exports, ExportShown, NewExport, file_name_of

router = APIRouter(prefix="/catalog/exports", tags=["catalog"], route_class=IdempotentRoute)

ExportId = Annotated[str, id_type("exp")]
Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Asker = Annotated[Caller, Depends(accounts("licenses:read", verified=True, agreed=True))]
"""An export tells no more than the list does, so that who may read the list may have one made."""

_FILE: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The file",
        "content": {
            media_type: {"schema": {"type": "string", "format": "binary"}}
            for media_type in MEDIA_TYPES.values()
        },
    }
}


@router.post(
    "",
    status_code=202,
    response_model_exclude_unset=True,
    responses=may_raise(ExportTooLarge, TooManyExports),
)
def ask_for_export(
    *, request: Request, wanted: NewExport, caller: Asker, session: Transaction
) -> ExportShown:
    """Have a file made of the licenses that the criteria find, by a queued job. It is kept for a day.

    It holds what the caller sees when it is made, in the caller's language, up to 100,000 licenses.
    """
    export = service.ask_for_export(
        session,
        caller.known_account_id,
        format=wanted.format,
        criteria=wanted.criteria,
        columns=wanted.columns,
        language=language_of(request),
        now=datetime.now(UTC),
    )
    return ExportShown.of(export)


@router.get("", response_model_exclude_unset=True)
def list_exports(*, caller: Reader, session: Reading) -> Exports:
    """The caller's exports, the newest first."""
    found = service.list_exports(session, caller.known_account_id, now=datetime.now(UTC))
    return Exports(items=[ExportShown.of(export) for export in found])


@router.get("/{export_id}", response_model_exclude_unset=True, responses=may_raise(NotFound))
def show_export(*, export_id: ExportId, caller: Reader, session: Reading) -> ExportShown:
    """One of the caller's exports: how far it is made."""
    return ExportShown.of(
        service.show_export(session, caller.known_account_id, export_id, now=datetime.now(UTC))
    )


@router.get(
    "/{export_id}/file",
    response_class=Response,
    responses={**_FILE, **may_raise(NotFound, ExportNotReady)},
)
def download_export(*, export_id: ExportId, caller: Reader, session: Reading) -> Response:
    """The file of an export that is completed."""
    export, content = service.open_file(session, caller.known_account_id, export_id, now=datetime.now(UTC))
    return Response(
        content,
        media_type=MEDIA_TYPES[export.format],
        headers={
            "Content-Disposition": f'attachment; filename="{file_name_of(export)}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
