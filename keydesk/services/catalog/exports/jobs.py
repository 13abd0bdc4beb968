"""Exports in the background: the job that makes one, and the sweep that finds lost and old ones."""

from datetime import timedelta

from keydesk.chassis.messaging.work import Job, Sweep, WorkContext
from keydesk.services.catalog.exports import making
from keydesk.services.catalog.exports.work import MAKE_EXPORT, MakeExport


def make_export(work: WorkContext, payload: MakeExport) -> None:
    """Write an export's file."""
    making.make_export(work.database, payload.export_id, now=work.now)


def tidy_exports(work: WorkContext) -> None:
    """Queue lost exports again, give up what never succeeds, remove what has expired."""
    with work.transaction() as session:
        making.tidy_exports(session, now=work.now())


JOBS = (Job(MAKE_EXPORT, make_export),)
SWEEPS = (Sweep("catalog.tidy_exports", timedelta(seconds=30), tidy_exports),)
