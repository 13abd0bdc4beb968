"""Imports in the background: the job that reads a file, and the sweep that finds lost ones."""

from datetime import timedelta

from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.imports.work import READ_IMPORT, ReadImport


def read_import(work: WorkContext, payload: ReadImport) -> None:
    """Read a file to its end."""
    service.read_import(work.database, payload.import_id, now=work.now)


def requeue_stalled(work: WorkContext) -> None:
    """Queue lost imports again."""
    with work.transaction() as session:
        service.requeue_stalled(session, now=work.now())


JOBS = (Job(READ_IMPORT, read_import),)
SWEEPS = (Sweep("licensing.requeue_stalled_imports", timedelta(seconds=30), requeue_stalled),)
