"""The internal door: licensing asks what somebody may do with licenses, many at once."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict, Field

from keydesk.chassis.http.access import services
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.services.catalog.access.rules import Access
from keydesk.services.catalog.access.visibility import accesses

router = APIRouter(tags=["internal"])

MOST = 10_000
"""Licenses in one question: as many as a registration has lines."""


class AccessCheck(BaseModel):
    """Who wants something of which licenses."""

    model_config = ConfigDict(extra="forbid")

    account_id: Annotated[str, id_type("acc")]
    license_ids: Annotated[list[Annotated[str, id_type("lic")]], Field(min_length=1, max_length=MOST)]


class AccessGranted(BaseModel):
    """What they may do with each, by license id."""

    access: dict[str, Access]


@router.post("/access-checks")
def check_access(
    check: AccessCheck,
    session: Reading,
    _caller: Annotated[Caller, Depends(services("licensing"))],
) -> AccessGranted:
    """What ``account_id`` may do with each of ``license_ids``, at this moment."""
    return AccessGranted(access=accesses(session, check.account_id, check.license_ids, datetime.now(UTC)))
