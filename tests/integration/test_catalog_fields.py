"""User-defined fields over their real door: defined by an account, filled in for its licenses."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.fields.repository import listed_fields, listed_values
from keydesk.services.catalog.models import Field, FieldValue, Share, ShareScope
from tests.databases import TestDatabases
from tests.factories.catalog import licenses_of

pytestmark = pytest.mark.feature("G10")

ANNA = new_id("acc")
CARLA = new_id("acc")
BORIS = new_id("acc")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


def a_field(session: Session, account_id: str, name: str, **fields: Any) -> str:
    made: dict[str, Any] = {"kind": "text", "choices": [], "position": 1, "in_list": True, "shared": False}
    row = Field(id=new_id("fld"), account_id=account_id, name=name, created_at=NOW, **{**made, **fields})
    session.add(row)
    session.flush()
    return row.id


def a_value(session: Session, field_id: str, license_id: str, value: str) -> None:
    session.add(
        FieldValue(field_id=field_id, license_id=license_id, value=value, changed_at=NOW, changed_by=ANNA)
    )
    session.flush()


def a_share(session: Session, license_id: str, to: str, level: str, *, of: str = ANNA) -> None:
    share = Share(
        id=new_id("shr"), from_account_id=of, to_account_id=to, level=level, comment="", created_at=NOW
    )
    session.add(share)
    session.flush()
    session.add(ShareScope(share_id=share.id, license_id=license_id))
    session.flush()


def test_the_list_shows_own_fields_and_those_that_others_share(database: Database) -> None:
    with database.transaction() as session:
        (own,) = licenses_of(session, ANNA, {"serial_number": "A0000000001"})
        (given,) = licenses_of(session, CARLA, {"serial_number": "B0000000002"})
        a_share(session, given.license_id, ANNA, "view", of=CARLA)
        second = a_field(session, ANNA, "Room", position=2)
        first = a_field(session, ANNA, "Cost centre", position=1)
        hidden = a_field(session, ANNA, "Not listed", position=3, in_list=False)
        open_ = a_field(session, CARLA, "Site", shared=True)
        secret = a_field(session, CARLA, "Price", position=2)
        for field_id in (first, second, hidden):
            a_value(session, field_id, own.license_id, f"of {field_id}")
        for field_id in (open_, secret):
            a_value(session, field_id, given.license_id, f"of {field_id}")

        assert [field.id for field in listed_fields(session, ANNA, NOW)] == [first, second, open_]
        assert listed_values(session, ANNA, [own.license_id, given.license_id]) == {
            own.license_id: {first: f"of {first}", second: f"of {second}"},
            given.license_id: {open_: f"of {open_}"},
        }
        assert [field.id for field in listed_fields(session, BORIS, NOW)] == []
        assert listed_values(session, ANNA, []) == {}
