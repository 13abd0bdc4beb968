"""The HTTP door of imports, for operators."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request

from keydesk.chassis.http.access import staff
from keydesk.chassis.http.errors import language_of
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.pages import Cursor, Limit, Page
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, TooLarge, UnsupportedMediaType, may_raise
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.imports.bodies import DOCUMENTED, csv_content, file_name
from keydesk.services.licensing.imports.lines import LineState
from keydesk.services.licensing.imports.problems import FileUnreadable
from keydesk.services.licensing.imports.schemas import ImportLineShown, ImportShown
from keydesk.services.licensing.models.imports import ImportKind

router = APIRouter(prefix="/imports", tags=["imports"], route_class=IdempotentRoute)

ImportId = Annotated[str, id_type("imp")]
Writer = Annotated[Caller, Depends(staff("operator", scope="imports:write"))]
Reader = Annotated[Caller, Depends(staff("operator", scope="imports:read"))]


@router.post(
    "",
    status_code=202,
    responses=may_raise(TooLarge, UnsupportedMediaType, FileUnreadable),
    openapi_extra=DOCUMENTED,
)
def accept_import(
    *,
    request: Request,
    caller: Writer,
    kind: Annotated[ImportKind, Query(description="What the file holds")],
    dry_run: Annotated[bool, Query(description="Change nothing, report what would change")] = False,
    content: Annotated[bytes, Depends(csv_content)],
    session: Transaction,
) -> ImportShown:
    """Take a CSV file in, to be read by a queued job.

    A file that cannot be read as a whole is refused at once. Lines are judged one by one, see the report.
    """
    accepted = service.accept_import(
        session,
        content,
        kind=kind,
        file_name=file_name(request) or f"{kind}.csv",
        dry_run=dry_run,
        account_id=caller.known_account_id,
        now=datetime.now(UTC),
    )
    return ImportShown.of(accepted, language_of(request))


@router.get("")
def list_imports(
    *, request: Request, _caller: Reader, session: Reading, limit: Limit = 50, cursor: Cursor = None
) -> Page[ImportShown]:
    """Every import, the newest first."""
    found, following = service.list_imports(session, limit=limit, cursor=cursor)
    language = language_of(request)
    return Page(items=[ImportShown.of(each, language) for each in found], next_cursor=following)


@router.get("/{import_id}", responses=may_raise(NotFound))
def show_import(*, request: Request, import_id: ImportId, _caller: Reader, session: Reading) -> ImportShown:
    """One import: how far it is read, and how many lines became what."""
    return ImportShown.of(service.show_import(session, import_id), language_of(request))


@router.get("/{import_id}/lines", responses=may_raise(NotFound))
def list_import_lines(
    *,
    request: Request,
    import_id: ImportId,
    _caller: Reader,
    session: Reading,
    state: LineState | None = None,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Page[ImportLineShown]:
    """The report: what became of each line read so far."""
    found, following = service.list_lines(session, import_id, state=state, limit=limit, cursor=cursor)
    language = language_of(request)
    return Page(items=[ImportLineShown.of(each, language) for each in found], next_cursor=following)
