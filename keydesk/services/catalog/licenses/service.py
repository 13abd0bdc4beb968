"""Use cases of the License Catalog: taking in what others tell, listing and searching, one in detail."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.http.client import RoomClient, client_of
from keydesk.chassis.http.pages import Page, decode_cursor, encode_cursor
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.identity import HIDDEN
from keydesk.chassis.messaging.outbox import emit_all
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.catalog.access.rules import Access
from keydesk.services.catalog.access.visibility import find_visible
from keydesk.services.catalog.additions.repository import hold_off_additions
from keydesk.services.catalog.addresses.service import keep_addresses_of
from keydesk.services.catalog.contract import AdditionEnded
from keydesk.services.catalog.fields.repository import listed_values
from keydesk.services.catalog.licenses import presentation, repository
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.licenses.schemas import (
    IssuedKeys,
    IssuedKeysWanted,
    LicenseDetails,
    ListedLicense,
    Sort,
)
from keydesk.services.catalog.models import License
from keydesk.services.licensing.contract import LicenseIssued

licensing = client_of("licensing")
"""The resource by which the catalog asks licensing for license keys, which it does not keep itself."""


def take_in_licenses(session: Session, facts: Iterable[LicenseIssued]) -> None:
    """Show these licenses to those who registered them, who now own them. Known ones stay as they are.

    Whoever had only added one of them no longer sees it, and everybody but its owner is told (G17).
    """
    rows = {fact.license_id: _row_of(fact) for fact in facts}
    if not rows:
        return
    owners = {row["serial_number"]: row["owner_account_id"] for row in rows.values()}
    hold_off_additions(session)
    ended = repository.end_additions(session, sorted(owners))
    keep_addresses_of(session, list(rows.values()), max(row["registered_at"] for row in rows.values()))
    repository.add_licenses(session, [rows[license_id] for license_id in sorted(rows)])
    emit_all(
        session,
        [
            (account_id, AdditionEnded(account_id=account_id, serial_number=serial_number))
            for account_id, serial_number in ended
            if owners[serial_number] != account_id
        ],
    )


def take_in_people(session: Session, facts: Iterable[AccountChanged]) -> None:
    """Remember who these accounts are, by each one's latest revision, in whatever order they arrive."""
    latest: dict[str, AccountChanged] = {}
    for fact in facts:
        known = latest.get(fact.account_id)
        if known is None or known.revision < fact.revision:
            latest[fact.account_id] = fact
    rows = [
        {
            "account_id": fact.account_id,
            "revision": fact.revision,
            "name": f"{fact.first_name} {fact.last_name}".strip(),
            "company_name": fact.company_name,
            "login_id": fact.login_id,
            "active": fact.status == "active" and fact.verified,
            "roles": fact.roles,
        }
        for _, fact in sorted(latest.items())
    ]
    if rows:
        repository.upsert_people(session, rows)


def list_licenses(
    session: Session,
    account_id: str,
    criteria: Criteria,
    *,
    limit: int,
    cursor: str | None,
    now: datetime,
) -> Page[ListedLicense]:
    """One page of the licenses that ``account_id`` sees. Raises `Invalid` for a cursor of another list."""
    after = _place_of(session, account_id, criteria.sort, cursor, now)
    found = repository.find_licenses(session, account_id, criteria, after=after, limit=limit + 1, now=now)
    page = found[:limit]
    return Page(
        items=listed(session, account_id, page, now),
        next_cursor=encode_cursor(criteria.sort, page[-1][0].id) if len(found) > limit else None,
    )


def listed(
    session: Session, account_id: str, found: Sequence[tuple[License, Access]], now: datetime
) -> list[ListedLicense]:
    """These licenses as lines of the list of ``account_id``, who sees them."""
    fields = listed_values(session, account_id, [license.id for license, _ in found])
    return [
        presentation.listed(license, access, now.date(), fields.get(license.id, {}))
        for license, access in found
    ]


def show_license(
    session: Session,
    licensing_client: RoomClient,
    account_id: str,
    license_id: str,
    *,
    language: str,
    in_person: bool,
    now: datetime,
) -> LicenseDetails:
    """A license with its key, for somebody who sees it.

    Whoever is not ``in_person`` (see `Caller.in_person`) gets `HIDDEN` in place of the key.
    Raises `NotFound` for anybody else, `Unavailable` without licensing.
    """
    license, access = find_visible(session, account_id, license_id, now)
    keys: dict[str, str] = {}
    if license.registered_at is not None and not in_person:
        keys = {license_id: HIDDEN}
    elif license.registered_at is not None:
        wanted = IssuedKeysWanted(license_ids=[license_id])
        keys = licensing_client.call("POST", "/internal/license-keys", IssuedKeys, wanted).keys
    return presentation.details_of(
        license,
        access,
        now.date(),
        language=language,
        owner=repository.find_person(session, license.owner_account_id),
        license_key=keys.get(license_id),
        added_at=repository.find_addition(session, account_id, license_id),
    )


def _place_of(
    session: Session, account_id: str, sort: Sort, cursor: str | None, now: datetime
) -> License | None:
    position = decode_cursor(cursor, str, str)
    if position is None:
        return None
    if position[0] == sort:
        try:
            return find_visible(session, account_id, str(position[1]), now)[0]
        except NotFound:
            pass  # said below: the license went out of sight, or the cursor is somebody else's
    unknown = Text(N_("This cursor belongs to another list. Start again from the first page."))
    raise Invalid(errors=[FieldError("/cursor", "cursor_unknown", unknown)])


def _row_of(fact: LicenseIssued) -> dict[str, Any]:
    row = fact.model_dump(exclude={"license_id", "account_id", "issued_at"})
    return row | {
        "id": fact.license_id,
        "owner_account_id": fact.account_id,
        "registered_by": fact.account_id,
        "registered_at": fact.issued_at,
    }
