"""The internal door: licensing asks what somebody may do with a license."""

from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from keydesk.chassis.http.access import services
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.services.catalog.access.rules import Access, access_to
from keydesk.services.catalog.models import License

router = APIRouter(tags=["internal"])


class AccessCheck(BaseModel):
    """Who wants something of which license."""

    model_config = ConfigDict(extra="forbid")

    account_id: Annotated[str, id_type("acc")]
    license_id: Annotated[str, id_type("lic")]


class AccessGranted(BaseModel):
    """What they may do with it."""

    access: Access


@router.post("/access-checks")
def check_access(
    check: AccessCheck,
    session: Reading,
    _caller: Annotated[Caller, Depends(services("licensing"))],
) -> AccessGranted:
    """What ``account_id`` may do with ``license_id``."""
    owner = session.scalar(select(License.owner_account_id).where(License.id == check.license_id))
    return AccessGranted(access=access_to(owner, check.account_id))
