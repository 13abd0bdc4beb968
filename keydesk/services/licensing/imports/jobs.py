"""The queue's door to imports."""

from keydesk.chassis.messaging.work import Job, WorkContext
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.imports.work import READ_IMPORT, ReadImport


def read_import(work: WorkContext, payload: ReadImport) -> None:
    """Read a file to its end."""
    service.read_import(work.database, payload.import_id, now=work.now)


JOBS = (Job(READ_IMPORT, read_import),)
