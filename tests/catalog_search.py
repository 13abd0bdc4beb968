"""What the License Catalog finds, as tests bring it about: shared, added and described licenses."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from keydesk.chassis.ids import new_id
from keydesk.services.catalog.models import Addition, Field, FieldValue, License
from tests.factories.catalog import a_share_between, an_unregistered_license

ANNA = new_id("acc")
CARLA = new_id("acc")
NOW = datetime(2026, 1, 1, tzinfo=UTC)


def share(session: Session, giver: str, taker: str, number: str, level: str = "view") -> None:
    """Let ``taker`` see what ``giver`` has with a customer number."""
    a_share_between(session, giver, taker, customer_numbers=[number], level=level, created_at=NOW)


def add(session: Session, account_id: str, **fields: Any) -> str:
    """A license that nobody registered, added to somebody's catalog."""
    row = an_unregistered_license(**fields)
    session.execute(insert(License), [row])
    session.execute(insert(Addition).values(account_id=account_id, license_id=row["id"], added_at=NOW))
    return str(row["id"])


def describe(
    session: Session, account_id: str, values: dict[str, str], *, shared: bool = False, name: str = "Site"
) -> str:
    """A field of an account with values by license id."""
    id = new_id("fld")
    session.execute(
        insert(Field).values(
            id=id, account_id=account_id, name=name, kind="text", position=1, in_list=True,
            shared=shared, created_at=NOW,
        )
    )  # fmt: skip
    for license_id, value in values.items():
        session.execute(
            insert(FieldValue).values(
                field_id=id, license_id=license_id, value=value, changed_at=NOW, changed_by=account_id
            )
        )
    return id
