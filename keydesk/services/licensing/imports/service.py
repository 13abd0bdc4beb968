"""Takes files of products and orders in: accepts them, reads them chunk by chunk, tells what became of them.

Each chunk is one transaction with its part of the report and its progress, so a crash between two
chunks costs nothing: reading goes on after the last that was stored, and a file that is sent again
changes nothing.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy.exc import DataError, DBAPIError, IntegrityError
from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.database import Database
from keydesk.chassis.http.pages import decode_last, page_of
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import emit, enqueue
from keydesk.chassis.problems import NotFound
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.services.licensing.contract import ImportProgressed
from keydesk.services.licensing.imports import repository
from keydesk.services.licensing.imports.csv_file import CsvFile, FileRefused
from keydesk.services.licensing.imports.kinds import KINDS, Store
from keydesk.services.licensing.imports.lines import LineState, Outcome, RefusedLine
from keydesk.services.licensing.imports.problems import FileUnreadable
from keydesk.services.licensing.imports.work import READ_IMPORT, ReadImport
from keydesk.services.licensing.models import Import, ImportLine
from keydesk.services.licensing.models.imports import ImportKind

CHUNK = 5_000
"""Lines a transaction: large enough that statements dominate, small enough to show progress."""

PATIENCE = timedelta(minutes=2)
"""How long an import may stand still before its job is taken for lost; a chunk takes seconds."""

log = get_logger(__name__)


def accept_import(
    session: Session,
    content: bytes,
    *,
    kind: ImportKind,
    file_name: str,
    dry_run: bool,
    account_id: str,
    now: datetime,
) -> Import:
    """Keep a file and queue its reading. Raises `FileUnreadable` where it cannot be read as a whole."""
    accepted = keep_import(
        session,
        content,
        import_id=new_id("imp"),
        kind=kind,
        file_name=file_name,
        dry_run=dry_run,
        account_id=account_id,
        now=now,
    )
    enqueue(session, READ_IMPORT, ReadImport(import_id=accepted.id), subject=accepted.id)
    record(
        session,
        now=now,
        actor=account_id,
        action="import.accepted",
        subject=accepted.id,
        details={"kind": kind, "file_name": file_name, "dry_run": dry_run, "lines": accepted.total},
    )
    return accepted


def keep_import(
    session: Session,
    content: bytes,
    *,
    import_id: str,
    kind: ImportKind,
    file_name: str,
    dry_run: bool,
    account_id: str,
    now: datetime,
) -> Import:
    """Keep a file to be read, once under each id. Raises `FileUnreadable` as `accept_import` does."""
    known = repository.find(session, import_id)
    if known is not None:
        return known
    try:
        total = CsvFile(content, KINDS[kind].columns).count()
    except FileRefused as refused:
        raise FileUnreadable.because(refused) from None
    kept = Import(
        id=import_id,
        kind=kind,
        file_name=file_name,
        dry_run=dry_run,
        account_id=account_id,
        total=total,
        created_at=now,
        moved_at=now,
    )
    repository.add(session, kept, content)
    return kept


def read_import(database: Database, import_id: str, *, now: Callable[[], datetime]) -> None:
    """Read a file from where it was left to its end; one that is finished stays as it is.

    When two do this at once, the one that is overtaken stops.
    """
    with database.reading() as session:
        pending = repository.unfinished(session, import_id)
    if pending is None:
        return
    kind = KINDS[pending.kind]
    store = kind.store()
    lines = islice(kind.check(CsvFile(pending.content, kind.columns)), pending.done, None)
    done = pending.done
    while chunk := list(islice(lines, CHUNK)):
        try:
            with database.transaction() as session:
                if not repository.lock_at(session, import_id, done):
                    log.info("import_overtaken", import_id=import_id, done=done)
                    return
                _read_chunk(session, pending, chunk, store, now=now())
        except (DataError, IntegrityError) as error:
            # No other try can mend what the database refuses; what was stored before stays.
            _stop(database, pending, chunk[0].line, error, done=done, now=now())
            return
        done += len(chunk)


def requeue_stalled(session: Session, *, now: datetime) -> int:
    """Queue again the imports whose job seems lost; how many. A job too many does no harm."""
    stalled = repository.take_stalled(session, before=now - PATIENCE, now=now)
    for import_id in stalled:
        enqueue(session, READ_IMPORT, ReadImport(import_id=import_id), subject=import_id)
    return len(stalled)


def list_imports(session: Session, *, limit: int, cursor: str | None) -> tuple[list[Import], str | None]:
    """Imports, the newest first, and the cursor of the next page."""
    before = decode_last(cursor, str)
    found = repository.list_imports(session, before=before, limit=limit + 1)
    return page_of(found, limit, lambda each: (each.id,))


def show_import(session: Session, import_id: str) -> Import:
    """One import. Raises `NotFound`."""
    found = repository.find(session, import_id)
    if found is None:
        raise NotFound
    return found


def list_lines(
    session: Session, import_id: str, *, state: LineState | None, limit: int, cursor: str | None
) -> tuple[list[ImportLine], str | None]:
    """The report of an import so far, and the cursor of its next page. Raises `NotFound`."""
    show_import(session, import_id)
    after = decode_last(cursor, int) or 0
    found = repository.list_lines(session, import_id, state=state, after=after, limit=limit + 1)
    return page_of(found, limit, lambda each: (each.line,))


def _read_chunk(
    session: Session,
    pending: repository.UnfinishedImport,
    chunk: Sequence[Any],
    store: Store[Any],
    *,
    now: datetime,
) -> None:
    refused = [Outcome.of_refused(line) for line in chunk if isinstance(line, RefusedLine)]
    sound = [line for line in chunk if not isinstance(line, RefusedLine)]
    outcomes = [*refused, *store.store(session, sound, now=now, dry_run=pending.dry_run)]
    repository.add_outcomes(session, pending.id, outcomes)
    advanced = repository.advance(session, pending.id, outcomes, now=now)
    _tell(session, advanced)


def _stop(
    database: Database,
    pending: repository.UnfinishedImport,
    line: int,
    error: DBAPIError,
    *,
    done: int,
    now: datetime,
) -> None:
    log.error("import_stopped", import_id=pending.id, line=line, error=str(error.orig))
    with database.transaction() as session:
        if repository.lock_at(session, pending.id, done):
            repository.stop(session, pending.id, {"code": "stopped", "params": {"line": line}}, now=now)
            _tell(session, show_import(session, pending.id))


def _tell(session: Session, progressed: Import) -> None:
    fact = ImportProgressed(
        import_id=progressed.id,
        account_id=progressed.account_id,
        status=progressed.status,
        done=progressed.done,
        total=progressed.total,
    )
    emit(session, fact, subject=progressed.id)
