"""Files on requests as their API shows them."""

from sqlalchemy.orm import Session

from keydesk.services.catalog.attachments import repository
from keydesk.services.catalog.attachments.schemas import AttachmentShown
from keydesk.services.catalog.models.attachments import Attachment


def shown_on(session: Session, request_id: str, account_id: str) -> list[AttachmentShown]:
    """The files on a request, as ``account_id`` sees them, in the order in which they came."""
    return [show(each, name, account_id) for each, name in repository.of_request(session, request_id)]


def show(attachment: Attachment, name: str | None, account_id: str) -> AttachmentShown:
    """One file, as ``account_id`` sees it."""
    return AttachmentShown(
        id=attachment.id,
        file_name=attachment.file_name,
        size=attachment.size,
        media_type=attachment.media_type,
        by_name=name or "",
        from_support=attachment.from_support,
        mine=attachment.account_id == account_id,
        at=attachment.at,
        scan=attachment.scan,
    )
