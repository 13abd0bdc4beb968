"""The HTTP door of files on requests, for those whom these concern, and for support."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response
from fastapi import Request as HttpRequest

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import Invalid, NotFound, TooLarge, may_raise
from keydesk.chassis.resources import resource
from keydesk.services.catalog.attachments import service
from keydesk.services.catalog.attachments.bodies import DOCUMENTED, FILE, as_download, file_content
from keydesk.services.catalog.attachments.presentation import show
from keydesk.services.catalog.attachments.problems import (
    AttachmentInfected,
    AttachmentLost,
    AttachmentNotScanned,
    NoFilesHere,
    TooManyAttachments,
)
from keydesk.services.catalog.attachments.schemas import AttachmentShown
from keydesk.services.catalog.attachments.store import AttachmentStore, store_of
from keydesk.services.catalog.requests.problems import OwnRequest
from keydesk.services.catalog.requests.routes import RequestId, Writer
from keydesk.services.catalog.requests.support_routes import Decider, Watcher
from keydesk.services.catalog.settings import CatalogSettings

router = APIRouter(prefix="/requests", tags=["requests"], route_class=IdempotentRoute)
support_router = APIRouter(prefix="/support/requests", tags=["support"], route_class=IdempotentRoute)

AttachmentId = Annotated[str, id_type("att")]
Store = Annotated[AttachmentStore, resource(store_of)]
Content = Annotated[bytes, Depends(file_content)]
FileName = Annotated[
    str, Query(min_length=1, max_length=255, description="Its end tells what the file is: quote.pdf")
]

_ATTACHING = (NotFound, Invalid, TooLarge, TooManyAttachments, NoFilesHere)
_GETTING = (NotFound, AttachmentNotScanned, AttachmentInfected, AttachmentLost, NoFilesHere)


def _scans(request: HttpRequest) -> bool:
    """Whether this installation has a scanner."""
    settings: CatalogSettings = request.app.state.settings
    return bool(settings.scan_words)


Scans = Annotated[bool, Depends(_scans)]


@router.post(
    "/{request_id}/attachments",
    status_code=201,
    responses=may_raise(*_ATTACHING),
    openapi_extra=DOCUMENTED,
)
def attach_file(
    *,
    request_id: RequestId,
    file_name: FileName,
    caller: Writer,
    content: Content,
    store: Store,
    session: Transaction,
) -> AttachmentShown:
    """Put a file on a request: support gets it, and everybody whom the request concerns.

    Up to 10 files of up to 10 MiB each, judged by their names and their contents alike.
    """
    account_id = caller.known_account_id
    attached = service.attach(
        session,
        store,
        account_id,
        request_id,
        file_name=file_name,
        content=content,
        now=datetime.now(UTC),
    )
    return show(attached, caller.name, account_id)


@router.get(
    "/{request_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={**FILE, **may_raise(*_GETTING)},
)
def download_file(
    *,
    request_id: RequestId,
    attachment_id: AttachmentId,
    caller: Annotated[Caller, Depends(accounts("licenses:read", in_person=True))],
    store: Store,
    scans: Scans,
    session: Reading,
) -> Response:
    """A file on a request that concerns the caller, once it has been scanned where there is a scanner."""
    account_id = caller.known_account_id
    return as_download(*service.get(session, store, account_id, request_id, attachment_id, scans=scans))


@support_router.post(
    "/{request_id}/attachments",
    status_code=201,
    responses=may_raise(*_ATTACHING, OwnRequest),
    openapi_extra=DOCUMENTED,
)
def attach_file_as_support(
    *,
    request_id: RequestId,
    file_name: FileName,
    caller: Decider,
    content: Content,
    store: Store,
    session: Transaction,
) -> AttachmentShown:
    """Put a file on a request for everybody whom it concerns, as support."""
    account_id = caller.known_account_id
    attached = service.attach_as_support(
        session,
        store,
        account_id,
        request_id,
        file_name=file_name,
        content=content,
        now=datetime.now(UTC),
    )
    return show(attached, caller.name, account_id)


@support_router.get(
    "/{request_id}/attachments/{attachment_id}",
    response_class=Response,
    responses={**FILE, **may_raise(*_GETTING)},
)
def download_file_as_support(
    *,
    request_id: RequestId,
    attachment_id: AttachmentId,
    _caller: Watcher,
    store: Store,
    scans: Scans,
    session: Reading,
) -> Response:
    """A file on anybody's request, once it has been scanned where there is a scanner."""
    return as_download(*service.get_as_support(session, store, request_id, attachment_id, scans=scans))
