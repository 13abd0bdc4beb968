"""Use cases of sharing: finding whom to share with, sharing, changing and ending it, and what one was given.

Only what somebody owns can be shared. What a share covers is looked up whenever it is asked for, so a
license that is registered later is covered by its customer number, and one that is given away is not.
"""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import Page, decode_last, page_of
from keydesk.chassis.i18n import Text
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.outbox import emit
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.catalog.contract import LicensesShared, SharingEnded
from keydesk.services.catalog.history.repository import record
from keydesk.services.catalog.models import Person, Share
from keydesk.services.catalog.shares import choices, presentation, repository
from keydesk.services.catalog.shares.problems import NO_ACCOUNT, RecipientUnknown, ShareChangedMeanwhile
from keydesk.services.catalog.shares.repository import Choice
from keydesk.services.catalog.shares.schemas import (
    NewShare,
    OwnedCustomerNumber,
    ReceivedShare,
    Recipient,
    ShareChange,
    ShareShown,
)


def find_recipient(session: Session, account_id: str, login_id: str) -> Recipient:
    """The active account of somebody else with this login ID. Raises `RecipientUnknown`."""
    person = _recipient(session, account_id, login_id)
    if person is None:
        raise RecipientUnknown
    return presentation.recipient_of(person)


def list_customer_numbers(
    session: Session, account_id: str, *, limit: int, cursor: str | None
) -> Page[OwnedCustomerNumber]:
    """The customer numbers of the licenses that ``account_id`` owns, in their order."""
    found = repository.owned_customer_numbers(
        session, account_id, after=decode_last(cursor, str), limit=limit + 1
    )
    rows, next_cursor = page_of(found, limit, lambda row: (row[0],))
    items = [
        OwnedCustomerNumber(customer_number=number, customer_name=name, license_count=count)
        for number, name, count in rows
    ]
    return Page(items=items, next_cursor=next_cursor)


def share_licenses(
    session: Session, caller: Caller, wanted: NewShare, now: datetime
) -> tuple[ShareShown, str]:
    """Share licenses of the caller's with another account, which is told; the share and its entity tag.

    Raises `Invalid` with everything that is wrong, such as licenses that are not the caller's own.
    """
    account_id = caller.known_account_id
    chosen = Choice(wanted.customer_numbers, wanted.license_ids)
    recipient = _recipient(session, account_id, wanted.login_id)
    errors = [
        *choices.wrong_choices(session, account_id, chosen),
        *choices.wrong_end(wanted.ends_at, now),
    ]
    if recipient is None:
        errors.insert(0, FieldError("/login_id", RecipientUnknown.code, Text(NO_ACCOUNT)))
    if recipient is None or errors:
        raise Invalid(errors=errors)
    share = Share(
        id=new_id("shr"),
        from_account_id=account_id,
        to_account_id=recipient.account_id,
        level=wanted.level,
        comment=wanted.comment,
        ends_at=wanted.ends_at,
        created_at=now,
        revision=1,
    )
    session.add(share)
    session.flush()
    repository.add_scopes(session, share.id, set(chosen.customer_numbers), set(chosen.license_ids))
    _record_shared(session, caller, set(chosen.license_ids), recipient, now)
    shown = _shown(session, share, recipient, now)
    _tell_shared(session, caller, share, shown, changed=False)
    return shown, presentation.entity_tag(share)


def list_given(
    session: Session,
    account_id: str,
    *,
    license_id: str | None,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Page[ShareShown]:
    """What ``account_id`` shares, newest first; with ``license_id`` only what covers that one of its own."""
    found = repository.given_shares(
        session, account_id, license_id=license_id, before=decode_last(cursor, str), limit=limit + 1
    )
    rows, next_cursor = page_of(found, limit, lambda row: (row[0].id,))
    coverage = repository.coverage_of(session, [share.id for share, _ in rows])
    items = [presentation.given(share, person, coverage[share.id], now) for share, person in rows]
    return Page(items=items, next_cursor=next_cursor)


def show_given(session: Session, account_id: str, share_id: str, now: datetime) -> tuple[ShareShown, str]:
    """One share that ``account_id`` gave, and its entity tag; raises `NotFound` for any other."""
    share = repository.given_share(session, account_id, share_id)
    if share is None:
        raise NotFound
    recipient = repository.find_person(session, share.to_account_id)
    return _shown(session, share, recipient, now), presentation.entity_tag(share)


def change_share(
    session: Session,
    caller: Caller,
    share_id: str,
    change: ShareChange,
    *,
    if_match: str | None,
    now: datetime,
) -> tuple[ShareShown, str]:
    """Change what is shared and how; the recipient is told unless only the giver's own note changed.

    Raises `NotFound`, `ShareChangedMeanwhile`, and `Invalid` with everything that is wrong.
    """
    share = _given_for_update(session, caller, share_id)
    if if_match is not None and not _matches(if_match, share):
        raise ShareChangedMeanwhile
    sent = change.model_fields_set
    before = repository.scopes_of(session, share.id)
    chosen = Choice(
        change.customer_numbers if "customer_numbers" in sent else before.customer_numbers,
        change.license_ids if "license_ids" in sent else before.license_ids,
    )
    errors = choices.wrong_choices(session, share.from_account_id, chosen, before=before)
    if "ends_at" in sent and change.ends_at != share.ends_at:
        errors += choices.wrong_end(change.ends_at, now)
    if errors:
        raise Invalid(errors=errors)
    recipient = repository.find_person(session, share.to_account_id)
    told = _change_scopes(session, caller, share, before=before, chosen=chosen, recipient=recipient, now=now)
    told = _change(share, change, "level", "ends_at") or told
    noted = _change(share, change, "comment")
    shown = _shown(session, share, recipient, now)
    if told or noted:
        share.revision += 1
    if told:
        _tell_shared(session, caller, share, shown, changed=True)
    return shown, presentation.entity_tag(share)


def end_share(session: Session, caller: Caller, share_id: str, now: datetime) -> None:
    """Share no longer; the recipient is told if it still held. Raises `NotFound`, also the second time."""
    share = _given_for_update(session, caller, share_id)
    scopes = repository.scopes_of(session, share.id)
    held = presentation.holds(share, now)
    share.removed_at = now
    recipient = repository.find_person(session, share.to_account_id)
    _record_unshared(session, caller, scopes.license_ids, recipient, now)
    if held:
        name, company = _giver(session, caller)
        ended = SharingEnded(
            share_id=share.id,
            account_id=share.to_account_id,
            from_name=name,
            from_company=company,
            customer_numbers=list(scopes.customer_numbers),
        )
        emit(session, ended, subject=share.id)


def list_received(
    session: Session, account_id: str, *, hidden: bool | None, limit: int, cursor: str | None, now: datetime
) -> Page[ReceivedShare]:
    """What others share with ``account_id`` now, newest first."""
    found = repository.received_shares(
        session, account_id, hidden=hidden, before=decode_last(cursor, str), limit=limit + 1, now=now
    )
    rows, next_cursor = page_of(found, limit, lambda row: (row[0].id,))
    coverage = repository.coverage_of(session, [share.id for share, _ in rows])
    items = [presentation.received(share, giver, coverage[share.id]) for share, giver in rows]
    return Page(items=items, next_cursor=next_cursor)


def hide_received(
    session: Session, account_id: str, share_id: str, *, hidden: bool, now: datetime
) -> ReceivedShare:
    """Put what one was given out of sight, or back; what it lets one see stays. Raises `NotFound`."""
    share = repository.received_share(session, account_id, share_id, now, for_update=True)
    if share is None:
        raise NotFound
    share.hidden_at = (share.hidden_at or now) if hidden else None
    giver = repository.find_person(session, share.from_account_id)
    return presentation.received(share, giver, repository.coverage_of(session, [share.id])[share.id])


def _recipient(session: Session, account_id: str, login_id: str) -> Person | None:
    person = repository.find_active_person(session, login_id)
    return person if person is not None and person.account_id != account_id else None


def _given_for_update(session: Session, caller: Caller, share_id: str) -> Share:
    share = repository.given_share(session, caller.known_account_id, share_id, for_update=True)
    if share is None:
        raise NotFound
    return share


def _shown(session: Session, share: Share, recipient: Person | None, now: datetime) -> ShareShown:
    return presentation.given(share, recipient, repository.coverage_of(session, [share.id])[share.id], now)


def _matches(if_match: str, share: Share) -> bool:
    tags = {tag.strip() for tag in if_match.split(",")}
    return "*" in tags or presentation.entity_tag(share) in tags


def _change(share: Share, change: ShareChange, *names: str) -> bool:
    """Take over those of these that were sent; whether that changed anything."""
    changed = [
        name
        for name in names
        if name in change.model_fields_set and getattr(share, name) != getattr(change, name)
    ]
    for name in changed:
        setattr(share, name, getattr(change, name))
    return bool(changed)


def _change_scopes(
    session: Session,
    caller: Caller,
    share: Share,
    *,
    before: Choice,
    chosen: Choice,
    recipient: Person | None,
    now: datetime,
) -> bool:
    """Cover what is ``chosen`` instead of what was covered before; whether that is anything else."""
    numbers, numbers_before = set(chosen.customer_numbers), set(before.customer_numbers)
    license_ids, license_ids_before = set(chosen.license_ids), set(before.license_ids)
    if (numbers, license_ids) == (numbers_before, license_ids_before):
        return False
    repository.remove_scopes(
        session, share.id, numbers_before - numbers, removed := license_ids_before - license_ids
    )
    repository.add_scopes(
        session, share.id, numbers - numbers_before, added := license_ids - license_ids_before
    )
    _record_shared(session, caller, added, recipient, now)
    _record_unshared(session, caller, removed, recipient, now)
    return True


def _record_shared(
    session: Session, caller: Caller, license_ids: Collection[str], recipient: Person | None, now: datetime
) -> None:
    details = {"to": [None, recipient.name if recipient else ""]}
    record(session, caller, "shared", sorted(license_ids), now=now, details=details)


def _record_unshared(
    session: Session, caller: Caller, license_ids: Collection[str], recipient: Person | None, now: datetime
) -> None:
    """Nothing is written to the history of what the caller has given away since."""
    owned = repository.owned_licenses(session, caller.known_account_id, license_ids)
    details = {"to": [recipient.name if recipient else "", None]}
    record(session, caller, "unshared", sorted(owned), now=now, details=details)


def _tell_shared(session: Session, caller: Caller, share: Share, shown: ShareShown, *, changed: bool) -> None:
    name, company = _giver(session, caller)
    fact = LicensesShared(
        share_id=share.id,
        account_id=share.to_account_id,
        from_account_id=share.from_account_id,
        from_name=name,
        from_company=company,
        level=share.level,
        customer_numbers=shown.customer_numbers,
        license_count=shown.license_count,
        ends_at=share.ends_at,
        changed=changed,
    )
    emit(session, fact, subject=share.id)


def _giver(session: Session, caller: Caller) -> tuple[str, str]:
    """The caller's name and company; its identity's own name while accounts has not told of it."""
    person = repository.find_person(session, caller.known_account_id)
    return (person.name, person.company_name) if person is not None else (caller.name or "", "")
