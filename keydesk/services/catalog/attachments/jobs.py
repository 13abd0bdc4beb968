"""Files on requests in the background: the job that scans one, and the sweeps that find what was lost."""

from datetime import datetime, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.services.catalog.attachments import repository, scanning
from keydesk.services.catalog.attachments.problems import NoFilesHere
from keydesk.services.catalog.attachments.scanning import scanner_of
from keydesk.services.catalog.attachments.store import AttachmentStore, store_of
from keydesk.services.catalog.attachments.work import SCAN_ATTACHMENT, ScanAttachment
from keydesk.services.catalog.settings import CatalogSettings

ORPHANED_AFTER = timedelta(days=1)
"""Far above the time between a file and the commit of its row."""

FIRST_PATIENCE = timedelta(minutes=5)
LONGEST_PATIENCE = timedelta(hours=6)
SWEEP_LIMIT = 200


def scan_attachment(context: WorkContext, payload: ScanAttachment) -> None:
    """Scan one file."""
    scanning.scan_attachment(
        context.database,
        context.resource(store_of),
        context.resource(scanner_of),
        payload.attachment_id,
        context.now,
    )


def requeue_scans(session: Session, now: datetime, *, scans: bool) -> int:
    """Queue scans whose job seems lost, and those of files from before there was a scanner; how many."""
    due = repository.take_overdue(
        session, now, first=FIRST_PATIENCE, longest=LONGEST_PATIENCE, limit=SWEEP_LIMIT
    )
    if scans:
        due += repository.take_not_scanned(session, now, limit=SWEEP_LIMIT)
    for attachment_id in due:
        enqueue(session, SCAN_ATTACHMENT, ScanAttachment(attachment_id=attachment_id), subject=attachment_id)
    return len(due)


def remove_orphans(database: Database, store: AttachmentStore, now: datetime) -> int:
    """Remove files that no row came to know of, and infected ones that still stand; how many."""
    removed = 0
    old = store.older_than(now - ORPHANED_AFTER)
    while ids := list(islice(old, SWEEP_LIMIT)):
        with database.reading() as session:
            orphans = set(ids) - repository.standing(session, ids)
        for attachment_id in orphans:
            store.remove(attachment_id)
        removed += len(orphans)
    return removed


def _requeue(context: WorkContext) -> None:
    settings = context.settings
    assert isinstance(settings, CatalogSettings)  # noqa: S101 - the room says so
    with context.transaction() as session:
        requeue_scans(session, context.now(), scans=bool(settings.scan_words))


def _remove_orphans(context: WorkContext) -> None:
    try:
        store = context.resource(store_of)
    except NoFilesHere:
        return
    remove_orphans(context.database, store, context.now())


JOBS = (Job(SCAN_ATTACHMENT, scan_attachment),)
SWEEPS = (
    Sweep("catalog.requeue_attachment_scans", timedelta(seconds=30), _requeue),
    Sweep("catalog.remove_orphaned_attachments", timedelta(hours=1), _remove_orphans),
)
