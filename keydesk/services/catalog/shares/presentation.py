"""How a stored share is shown, to its giver and to whoever got it. Pure: rows in, the API's shapes out."""

from datetime import datetime

from keydesk.services.catalog.models import Person, Share
from keydesk.services.catalog.shares.repository import Coverage
from keydesk.services.catalog.shares.schemas import (
    ReceivedShare,
    Recipient,
    SharedLicense,
    Sharer,
    ShareShown,
)


def entity_tag(share: Share) -> str:
    """The share's ETag: another one after each change (RFC 9110, 8.8.3)."""
    return f'"{share.revision}"'


def holds(share: Share, now: datetime) -> bool:
    """Whether the share lets its recipient see anything at ``now``."""
    return share.removed_at is None and (share.ends_at is None or share.ends_at > now)


def recipient_of(person: Person | None) -> Recipient:
    """Somebody to share with, as far as accounts has told."""
    if person is None:
        return Recipient(login_id="", name="", company_name="")
    return Recipient(login_id=person.login_id, name=person.name, company_name=person.company_name)


def given(share: Share, recipient: Person | None, coverage: Coverage, now: datetime) -> ShareShown:
    """A share as its giver sees it."""
    return ShareShown(
        id=share.id,
        recipient=recipient_of(recipient),
        customer_numbers=coverage.customer_numbers,
        licenses=[SharedLicense(id=id, serial_number=number) for id, number in coverage.licenses],
        level=share.level,
        comment=share.comment,
        ends_at=share.ends_at,
        created_at=share.created_at,
        holds=holds(share, now),
        license_count=coverage.license_count,
    )


def received(share: Share, giver: Person | None, coverage: Coverage) -> ReceivedShare:
    """A share as whoever got it sees it: without the giver's own note."""
    return ReceivedShare(
        share_id=share.id,
        sharer=Sharer(
            account_id=share.from_account_id,
            name=giver.name if giver else "",
            company_name=giver.company_name if giver else "",
        ),
        level=share.level,
        customer_numbers=coverage.customer_numbers,
        single_license_count=len(coverage.licenses),
        license_count=coverage.license_count,
        since=share.created_at,
        ends_at=share.ends_at,
        hidden=share.hidden_at is not None,
    )
