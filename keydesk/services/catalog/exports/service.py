"""Use cases of exports for those who ask for them. Nobody sees another's."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.problems import NotFound
from keydesk.services.catalog.exports import repository
from keydesk.services.catalog.exports.problems import ExportNotReady, ExportTooLarge, TooManyExports
from keydesk.services.catalog.exports.work import MAKE_EXPORT, MakeExport
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.licenses.repository import count_licenses
from keydesk.services.catalog.models import Export
from keydesk.services.catalog.models.searches import ExportFormat
from keydesk.services.catalog.searches.service import columns_of

MOST_ROWS = 100_000
MOST_KEPT = 50
KEPT_FOR = timedelta(hours=24)


def ask_for_export(
    session: Session,
    account_id: str,
    *,
    format: ExportFormat,
    criteria: Criteria,
    columns: Sequence[str] | None,
    language: str,
    now: datetime,
) -> Export:
    """Queue a file of the licenses that ``criteria`` find. Raises `ExportTooLarge`, `TooManyExports`."""
    repository.lock_exports(session, account_id)
    if repository.count_kept(session, account_id, now=now) >= MOST_KEPT:
        raise TooManyExports(most=MOST_KEPT)
    total = count_licenses(session, account_id, criteria, most=MOST_ROWS + 1, now=now)
    if total > MOST_ROWS:
        raise ExportTooLarge(most=MOST_ROWS)
    export = Export(
        id=new_id("exp"),
        account_id=account_id,
        format=format,
        language=language,
        criteria=criteria.kept(),
        columns=list(columns or columns_of(session, account_id, now)),
        total=total,
        created_at=now,
        moved_at=now,
        expires_at=now + KEPT_FOR,
    )
    repository.add(session, export)
    enqueue(session, MAKE_EXPORT, MakeExport(export_id=export.id), subject=export.id)
    return export


def list_exports(session: Session, account_id: str, *, now: datetime) -> Sequence[Export]:
    """The account's exports, the newest first."""
    return repository.list_exports(session, account_id, now=now)


def show_export(session: Session, account_id: str, export_id: str, *, now: datetime) -> Export:
    """One of the account's exports. Raises `NotFound` for another's, and for one that has expired."""
    export = repository.find(session, account_id, export_id, now=now)
    if export is None:
        raise NotFound
    return export


def open_file(session: Session, account_id: str, export_id: str, *, now: datetime) -> tuple[Export, bytes]:
    """An export with its file. Raises `NotFound` as `show_export` does, `ExportNotReady` without a file."""
    export = show_export(session, account_id, export_id, now=now)
    content = repository.content_of(session, export.id) if export.status == "completed" else None
    if content is None:
        raise ExportNotReady
    return export, content
