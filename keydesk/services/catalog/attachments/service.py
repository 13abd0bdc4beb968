"""Use cases of files on requests: attaching one, and getting it. Who may is decided as with messages."""

import hashlib
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import enqueue
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.services.catalog.attachments import repository
from keydesk.services.catalog.attachments.kinds import KINDS, kind_of, safe_name
from keydesk.services.catalog.attachments.problems import (
    AttachmentInfected,
    AttachmentLost,
    AttachmentNotScanned,
    TooManyAttachments,
)
from keydesk.services.catalog.attachments.store import AttachmentStore
from keydesk.services.catalog.attachments.work import SCAN_ATTACHMENT, ScanAttachment
from keydesk.services.catalog.models.attachments import Attachment
from keydesk.services.catalog.requests import repository as requests
from keydesk.services.catalog.requests import service, support_service
from keydesk.services.catalog.requests.problems import OwnRequest

MOST_FILES = 10
RETRY_SECONDS = 5

_NAME_MISSING = Text(N_("The file needs a name."))
_EMPTY = Text(N_("This file is empty."))
_KIND_UNKNOWN = N_("A file of this kind is not taken. Send one of: %(kinds)s.")
_NOT_WHAT_IT_SAYS = N_("This is not a .%(kind)s file, whatever its name says. Save it again as one.")

log = get_logger(__name__)


def attach(
    session: Session,
    store: AttachmentStore,
    account_id: str,
    request_id: str,
    *,
    file_name: str,
    content: bytes,
    now: datetime,
) -> Attachment:
    """Put a file on a request that concerns ``account_id``. Raises `NotFound`, and as `keep` does."""
    service.find(session, account_id, request_id)
    attachment = _judged(request_id, account_id, file_name, content, now, from_support=False)
    return keep(session, store, attachment, content)


def attach_as_support(
    session: Session,
    store: AttachmentStore,
    account_id: str,
    request_id: str,
    *,
    file_name: str,
    content: bytes,
    now: datetime,
) -> Attachment:
    """Put a file on a request, as support. Raises `NotFound`, `OwnRequest`, and as `keep` does."""
    support_service.find(session, request_id)
    if requests.concern(session, request_id, account_id) is not None:
        raise OwnRequest
    attachment = _judged(request_id, account_id, file_name, content, now, from_support=True)
    return keep(session, store, attachment, content)


def keep(session: Session, store: AttachmentStore, attachment: Attachment, content: bytes) -> Attachment:
    """Keep a file that was judged, and queue its scan. Raises `TooManyAttachments`.

    The file stands before its row can be committed. Where that fails, a sweep finds the file.
    """
    requests.lock(session, attachment.request_id)
    if repository.count(session, attachment.request_id) >= MOST_FILES:
        raise TooManyAttachments(most=MOST_FILES)
    store.keep(attachment.id, content)
    repository.add(session, attachment)
    enqueue(session, SCAN_ATTACHMENT, ScanAttachment(attachment_id=attachment.id), subject=attachment.id)
    return attachment


def get(
    session: Session,
    store: AttachmentStore,
    account_id: str,
    request_id: str,
    attachment_id: str,
    *,
    scans: bool,
) -> tuple[Attachment, bytes]:
    """A file of a request that concerns ``account_id``. Raises `NotFound`, and as `opened` does."""
    service.find(session, account_id, request_id)
    return opened(session, store, request_id, attachment_id, scans=scans)


def get_as_support(
    session: Session, store: AttachmentStore, request_id: str, attachment_id: str, *, scans: bool
) -> tuple[Attachment, bytes]:
    """A file of any request. Raises `NotFound`, and as `opened` does."""
    support_service.find(session, request_id)
    return opened(session, store, request_id, attachment_id, scans=scans)


def opened(
    session: Session, store: AttachmentStore, request_id: str, attachment_id: str, *, scans: bool
) -> tuple[Attachment, bytes]:
    """A file and its content. Where there is a scanner, it gives nothing that was not found clean.

    Raises `NotFound`, `AttachmentInfected`, `AttachmentLost`, `AttachmentNotScanned`.
    """
    attachment = repository.find(session, request_id, attachment_id)
    if attachment is None:
        raise NotFound
    if attachment.scan == "infected":
        raise AttachmentInfected
    if attachment.scan == "lost":
        raise AttachmentLost
    if scans and attachment.scan != "clean":
        raise AttachmentNotScanned(headers={"Retry-After": str(RETRY_SECONDS)})
    try:
        content = store.read(attachment_id)
    except FileNotFoundError:
        log.error("attachment_lost", attachment_id=attachment_id)  # noqa: TRY400 - there is nothing to trace
        raise AttachmentLost from None
    if hashlib.sha256(content).hexdigest() != attachment.sha256:
        log.error("attachment_changed", attachment_id=attachment_id)
        raise AttachmentLost
    return attachment, content


def _judged(
    request_id: str, account_id: str, said: str, content: bytes, now: datetime, *, from_support: bool
) -> Attachment:
    """What is known of a file that is taken. Raises `Invalid` for one that is not."""
    name = safe_name(said)
    kind = kind_of(name)
    if not name:
        raise Invalid(errors=[FieldError("/file_name", "missing", _NAME_MISSING)])
    if kind is None:
        words = Text(_KIND_UNKNOWN, {"kinds": ", ".join(KINDS)})
        raise Invalid(errors=[FieldError("/file_name", "kind_unknown", words)])
    if not content:
        raise Invalid(errors=[FieldError("/file", "empty", _EMPTY)])
    if not kind.holds(content):
        words = Text(_NOT_WHAT_IT_SAYS, {"kind": name.rpartition(".")[2].lower()})
        raise Invalid(errors=[FieldError("/file", "not_what_it_says", words)])
    return Attachment(
        id=new_id("att"),
        request_id=request_id,
        account_id=account_id,
        from_support=from_support,
        file_name=name,
        media_type=kind.media_type,
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        at=now,
        scan="pending",
        queued_at=now,
        times_queued=1,
    )
