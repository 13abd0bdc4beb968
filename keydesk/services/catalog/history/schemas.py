"""The history of a license as its API shows it."""

from datetime import datetime
from typing import Any

from pydantic import BaseModel, Field

from keydesk.services.catalog.models.licenses import Action


class HistoryLine(BaseModel):
    """Something done to a license, and who did it when."""

    action: Action
    at: datetime
    account_id: str
    name: str = Field(description="Empty while accounts has not told of this person yet")
    through: str = Field(description="portal or api; empty where a job did it")
    details: dict[str, Any] = Field(description="What changed, by name: [before, after]")


class History(BaseModel):
    """Everything that was done to a license, oldest first."""

    items: list[HistoryLine]
