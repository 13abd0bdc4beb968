"""Facts: what happened, past tense and versioned, in the CloudEvents JSON format (CloudEvents 1.0)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Fact(BaseModel):
    """Base of every fact. A subclass stands in its producer's ``contract.py`` and only gains optional fields.

    >>> class LicenseIssued(Fact):
    ...     TYPE = "licensing.license.issued.v1"
    ...     license_id: str
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    TYPE: ClassVar[str]


@dataclass(frozen=True)
class Event:
    """A fact as it arrived: the CloudEvents attributes around the typed data."""

    id: str
    type: str
    source: str
    """The room that published it."""
    subject: str
    """The id of the aggregate that it is about; order is kept per subject."""
    time: datetime
    fact: Fact


def envelope(*, id: str, type: str, source: str, subject: str, time: datetime, data: Any) -> dict[str, Any]:
    """The CloudEvents JSON envelope of one fact."""
    return {
        "specversion": "1.0",
        "id": id,
        "type": type,
        "source": source,
        "subject": subject,
        "time": time.isoformat(),
        "datacontenttype": "application/json",
        "data": data,
    }
