"""What the catalog knows, made up: facts that it takes in, and shares between its accounts."""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.catalog.licenses.service import take_in_licenses, take_in_people
from keydesk.services.catalog.models import Share, ShareScope
from keydesk.services.licensing.contract import LicenseIssued


def a_license_issued(account_id: str, **fields: Any) -> LicenseIssued:
    """A license that ``account_id`` registered."""
    made: dict[str, Any] = {
        "license_id": new_id("lic"),
        "registration_id": new_id("reg"),
        "account_id": account_id,
        "serial_number": "A0000000001",
        "sku": "LEDGER-100",
        "product_name": "Harbour Ledger",
        "product_version": "4.2",
        "platform": "Linux",
        "order_number": "SO-70001",
        "customer_number": "C-1001",
        "customer_name": "Lindqvist Instruments",
        "ordered_on": date(2026, 3, 1),
        "quantity": 5,
        "entitled_price_tier": "B",
        "has_file": False,
        "issued_at": datetime(2026, 5, 4, 9, 30, tzinfo=UTC),
    }
    return LicenseIssued(**{**made, **fields})


def an_account_changed(account_id: str, *, revision: int = 1, **fields: Any) -> AccountChanged:
    """An account as accounts tells of it."""
    made: dict[str, Any] = {
        "account_id": account_id,
        "revision": revision,
        "status": "active",
        "login_id": "anna",
        "email": "anna.lindqvist@lindqvist.example",
        "first_name": "Anna",
        "last_name": "Lindqvist",
        "company_name": "Lindqvist Instruments",
        "language": "en",
        "roles": ["customer"],
        "verified": True,
        "agreed": True,
    }
    return AccountChanged(**{**made, **fields})


def licenses_of(session: Session, account_id: str, *each: dict[str, Any]) -> list[LicenseIssued]:
    """Licenses that the catalog has taken in for ``account_id``, one for each dictionary of fields."""
    facts = [a_license_issued(account_id, **fields) for fields in each]
    take_in_licenses(session, facts)
    return facts


def a_license_of(database: Database, account_id: str) -> str:
    """The id of a license of an account, both taken in."""
    with database.transaction() as session:
        take_in_people(session, [an_account_changed(account_id)])
        (fact,) = licenses_of(session, account_id, {})
    return fact.license_id


def a_share_between(
    session: Session,
    giver: str,
    taker: str,
    *,
    license_ids: Iterable[str] = (),
    customer_numbers: Iterable[str] = (),
    **fields: Any,
) -> str:
    """The id of a share of these licenses, and of all that ``giver`` has with these customer numbers."""
    made: dict[str, Any] = {"level": "view", "comment": "", "created_at": datetime(2026, 1, 1, tzinfo=UTC)}
    row = Share(id=new_id("shr"), from_account_id=giver, to_account_id=taker, **{**made, **fields})
    session.add(row)
    session.flush()
    session.add_all(ShareScope(share_id=row.id, license_id=id) for id in license_ids)
    session.add_all(ShareScope(share_id=row.id, customer_number=number) for number in customer_numbers)
    session.flush()
    return row.id


def an_unregistered_license(**fields: Any) -> dict[str, Any]:
    """The row of a license that nobody registered yet."""
    told = a_license_issued(new_id("acc"), **fields).model_dump(
        exclude={"license_id", "registration_id", "account_id", "issued_at"}
    )
    return {**told, "id": new_id("ent")}
