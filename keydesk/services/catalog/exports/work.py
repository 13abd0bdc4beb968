"""The background work of exports, as use cases queue it."""

from pydantic import BaseModel

from keydesk.chassis.messaging.work import JobType


class MakeExport(BaseModel):
    """Which export to make."""

    export_id: str


MAKE_EXPORT = JobType("catalog.make_export", "catalog.exports", MakeExport)
