"""Exports as the API shows them."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.models.searches import Export, ExportFormat, ExportStatus
from keydesk.services.catalog.searches.schemas import Columns


class NewExport(BaseModel):
    """A file to make."""

    model_config = ConfigDict(extra="forbid")

    format: ExportFormat
    criteria: Criteria = Field(default_factory=Criteria)
    columns: Columns | None = Field(None, description="Without them, those of the caller's list")


class ExportProgress(BaseModel):
    """How many licenses are written, of how many. The total is known once it is being made."""

    done: int
    total: int


class ExportShown(BaseModel):
    """A file of licenses, and how far it is made."""

    model_config = ConfigDict(title="Export")

    id: str
    format: ExportFormat
    status: ExportStatus
    progress: ExportProgress
    criteria: Criteria
    columns: list[str]
    language: str = Field(description="Of its header and of the words in it")
    file_name: str
    created_at: datetime
    expires_at: datetime = Field(description="When it is removed")

    @classmethod
    def of(cls, found: Export) -> "ExportShown":
        """``found`` for its owner."""
        return cls(
            id=found.id,
            format=found.format,
            status=found.status,
            progress=ExportProgress(done=found.done, total=found.total),
            criteria=Criteria.model_validate(found.criteria),
            columns=found.columns,
            language=found.language,
            file_name=file_name_of(found),
            created_at=found.created_at,
            expires_at=found.expires_at,
        )


class Exports(BaseModel):
    """The caller's exports, the newest first."""

    items: list[ExportShown]


def file_name_of(export: Export) -> str:
    """What a browser saves the file as."""
    return f"licenses-{export.created_at:%Y-%m-%d}.{export.format}"
