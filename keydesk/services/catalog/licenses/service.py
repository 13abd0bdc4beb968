"""Use cases of the License Catalog: taking in what others tell, listing and searching, one in detail."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.http.client import RoomClient, client_of
from keydesk.chassis.http.pages import Page, decode_cursor, encode_cursor
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid, NotFound
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.catalog.licenses import presentation, repository
from keydesk.services.catalog.licenses.maintenance import LicenseStatus, last_days_of
from keydesk.services.catalog.licenses.repository import Filters
from keydesk.services.catalog.licenses.schemas import (
    IssuedKeys,
    IssuedKeysWanted,
    LicenseDetails,
    LicenseSummary,
    Sort,
)
from keydesk.services.catalog.models import License
from keydesk.services.licensing.contract import LicenseIssued

licensing = client_of("licensing")
"""The resource by which the catalog asks licensing for license keys, which it does not keep itself."""


def take_in_licenses(session: Session, facts: Iterable[LicenseIssued]) -> None:
    """Show these licenses to those who registered them, who now own them. Known ones stay as they are."""
    rows = {fact.license_id: _row_of(fact) for fact in facts}
    if rows:
        repository.add_licenses(session, [rows[license_id] for license_id in sorted(rows)])


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
        }
        for _, fact in sorted(latest.items())
    ]
    if rows:
        repository.upsert_people(session, rows)


def list_licenses(
    session: Session,
    account_id: str,
    *,
    query: str | None,
    product: str | None,
    status: LicenseStatus | None,
    sort: Sort,
    limit: int,
    cursor: str | None,
    today: date,
) -> Page[LicenseSummary]:
    """One page of the licenses that ``account_id`` owns. Raises `Invalid` for a cursor of another list."""
    filters = Filters(
        words=tuple((query or "").split()),
        sku=product,
        last_days=last_days_of(status, today) if status is not None else None,
    )
    after = _place_of(session, account_id, sort, cursor)
    found = repository.find_licenses(session, account_id, filters, sort, after=after, limit=limit + 1)
    page = found[:limit]
    return Page(
        items=[presentation.summary_of(license, account_id, today) for license in page],
        next_cursor=encode_cursor(sort, page[-1].id) if len(found) > limit else None,
    )


def show_license(
    session: Session, licensing_client: RoomClient, account_id: str, license_id: str, *, today: date
) -> LicenseDetails:
    """A license with its key. Raises `NotFound` for somebody else's, `Unavailable` without licensing."""
    license = repository.find_license(session, account_id, license_id)
    if license is None:
        raise NotFound
    wanted = IssuedKeysWanted(license_ids=[license_id])
    issued = licensing_client.call("POST", "/internal/license-keys", IssuedKeys, wanted)
    return presentation.details_of(
        license,
        account_id,
        today,
        owner=repository.find_person(session, license.owner_account_id),
        license_key=issued.keys.get(license_id),
        history=repository.find_history(session, license_id),
    )


def _place_of(session: Session, account_id: str, sort: Sort, cursor: str | None) -> License | None:
    position = decode_cursor(cursor, str, str)
    if position is None:
        return None
    if position[0] == sort:
        after = repository.find_license(session, account_id, str(position[1]))
        if after is not None:
            return after
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
