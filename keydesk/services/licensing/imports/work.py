"""The background work of imports, as use cases queue it."""

from pydantic import BaseModel

from keydesk.chassis.messaging.work import JobType


class ReadImport(BaseModel):
    """Which file to read."""

    import_id: str


READ_IMPORT = JobType("licensing.read_import", "licensing.imports", ReadImport)
