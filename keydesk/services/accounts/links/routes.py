"""The internal door: notifications fetches a link's address when it sends the email."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel

from keydesk.chassis.http.access import services
from keydesk.chassis.http.transaction import Reading
from keydesk.chassis.identity import Caller
from keydesk.chassis.resources import resource
from keydesk.services.accounts.contract import LinkKind
from keydesk.services.accounts.links import service

router = APIRouter(tags=["internal"])


class LinkAddress(BaseModel):
    """Where a link leads, its token included."""

    url: str


@router.get("/links/{kind}/{link_id}")
def show_link(
    kind: LinkKind,
    link_id: Annotated[str, Path(pattern=r"^(ver|pwr)_[0-9a-z]{26}$")],
    session: Reading,
    maker: Annotated[service.LinkMaker, resource(service.LinkMaker.from_settings)],
    _caller: Annotated[Caller, Depends(services("notifications"))],
) -> LinkAddress:
    """The address of a link that is still open."""
    return LinkAddress(url=service.address_of_link(session, maker, kind, link_id, now=datetime.now(UTC)))
