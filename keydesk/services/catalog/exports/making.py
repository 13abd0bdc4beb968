"""Making exports: the work of the job and the sweep.

What is in a file is what its owner sees when it is made, all at one moment. It may be made twice, and the
first to be ready counts.
"""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.services.catalog.contract import COLUMNS
from keydesk.services.catalog.exports import repository
from keydesk.services.catalog.exports.cells import header_of, row_of
from keydesk.services.catalog.exports.files import WRITERS
from keydesk.services.catalog.exports.service import MOST_ROWS
from keydesk.services.catalog.exports.work import MAKE_EXPORT, MakeExport
from keydesk.services.catalog.fields.repository import listed_fields
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.licenses.repository import count_licenses, find_licenses
from keydesk.services.catalog.licenses.schemas import ListedLicense
from keydesk.services.catalog.licenses.service import listed
from keydesk.services.catalog.models import Export

PAGE = 1_000
"""Licenses read at once, and between two tellings of how far it is."""

PATIENCE = timedelta(minutes=2)
"""How long an export may stand still before its job is taken for lost; a page takes less than a second."""

GIVE_UP_AFTER = timedelta(hours=1)

log = get_logger(__name__)


class _Gone(Exception):
    """The export was removed, or finished by somebody else, while it was being made."""


def make_export(database: Database, export_id: str, *, now: Callable[[], datetime]) -> None:
    """Write an export's file; one that is finished or gone stays as it is."""
    with database.transaction() as session:
        export = repository.begin(session, export_id, now=now())
    if export is None:
        return
    try:
        with TemporaryDirectory(prefix="keydesk-export-") as folder:
            path = Path(folder) / "file"
            rows = _write(database, export, path, now)
            if rows is None:
                return
            content = path.read_bytes()
    except _Gone:
        log.info("export_overtaken", export_id=export_id)
        return
    with database.transaction() as session:
        repository.complete(session, export_id, content, rows=rows, now=now())


def tidy_exports(session: Session, *, now: datetime) -> None:
    """Remove expired exports, give up those that never succeed, queue again those whose job seems lost."""
    repository.remove_expired(session, now=now)
    repository.fail_older(session, before=now - GIVE_UP_AFTER, now=now)
    for export_id in repository.take_stalled(session, before=now - PATIENCE, now=now):
        enqueue(session, MAKE_EXPORT, MakeExport(export_id=export_id), subject=export_id)


def _write(database: Database, export: Export, path: Path, now: Callable[[], datetime]) -> int | None:
    """Write the file; how many rows it has, or None where there are more than a file may have."""
    at = now()
    criteria = Criteria.model_validate(export.criteria)
    with database.transaction() as session:
        session.connection(execution_options={"isolation_level": "REPEATABLE READ"})
        total = count_licenses(session, export.account_id, criteria, most=MOST_ROWS + 1, now=at)
        if total > MOST_ROWS:
            with database.transaction() as telling:
                repository.fail(telling, export.id, now=at)
            return None
        fields = {field.id: field.name for field in listed_fields(session, export.account_id, at)}
        columns = [name for name in export.columns if name in COLUMNS or name in fields]

        def tell(done: int) -> None:
            with database.transaction() as telling:
                if not repository.advance(telling, export.id, done=done, total=total, now=now()):
                    raise _Gone

        tell(0)
        found = _licenses(session, export.account_id, criteria, at, tell)
        rows = (row_of(license, columns, export.language) for license in found)
        WRITERS[export.format](path, header_of(columns, fields, export.language), rows)
    return total


def _licenses(
    session: Session, account_id: str, criteria: Criteria, at: datetime, tell: Callable[[int], None]
) -> Iterator[ListedLicense]:
    after, done = None, 0
    while page := find_licenses(session, account_id, criteria, after=after, limit=PAGE, now=at):
        yield from listed(session, account_id, page, at)
        after, done = page[-1][0], done + len(page)
        session.expunge_all()  # or they would all stay in memory
        tell(done)
