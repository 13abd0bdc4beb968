"""Many requests approved at once, as support staff ask for it and are answered."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from keydesk.chassis.ids import id_type
from keydesk.services.catalog.contract import RequestKind

MOST_AT_ONCE = 100

BulkOutcome = Literal[
    "approved",
    "would_be_approved",
    "first_of_two",
    "would_be_first_of_two",
    "you_approved_first",
    "not_yours_to_decide",
    "taken_by_another",
    "not_pending",
    "not_found",
]


class BulkApproval(BaseModel):
    """One decision for many requests."""

    model_config = ConfigDict(extra="forbid")

    request_ids: Annotated[list[Annotated[str, id_type("req")]], Field(min_length=1, max_length=MOST_AT_ONCE)]
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000, pattern=r"^[^\x00]*$")] = (
        Field("", description="Everybody whom one of the requests concerns reads it")
    )
    dry_run: bool = Field(False, description="Only tell what would come of it, and change nothing")


class Decided(BaseModel):
    """What came of one of the requests, or would."""

    request_id: str
    title: str | None = Field(None, description="None where there is no such request")
    kind: RequestKind | None = None
    requester_name: str = ""
    license_count: int = 0
    outcome: BulkOutcome
    text: str = Field(description="The outcome in the caller's language")
    warnings: list[str] = Field(
        [], description="What verifying found that speaks against it, in the caller's language"
    )


class DecidedTogether(BaseModel):
    """What came of each request, in the order in which they were named."""

    dry_run: bool
    count: int = Field(description="How many were approved, or would be")
    items: list[Decided]
