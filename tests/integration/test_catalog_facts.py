"""Facts reach the catalog twice, late, and in any order, and its picture is right all the same."""

import itertools
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.exc import DBAPIError

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.consumers import Intake
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.catalog.consumers import LICENSES, PEOPLE
from keydesk.services.catalog.contract import AdditionEnded
from keydesk.services.catalog.licenses.service import take_in_licenses, take_in_people
from keydesk.services.catalog.models import Addition, HistoryEntry, License, Person
from keydesk.services.licensing.contract import LicenseIssued
from tests.conftest import SettingsOf, work_context
from tests.contract.golden import golden
from tests.databases import TestDatabases
from tests.factories.catalog import a_license_issued, an_account_changed, an_unregistered_license, licenses_of
from tests.factories.notifications import as_published

ANNA = new_id("acc")
BEA = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.mark.feature("G17")
def test_a_license_told_of_twice_is_there_once_with_one_line_of_history(database: Database) -> None:
    fact = a_license_issued(ANNA)
    for facts in ([fact, fact], [fact]):
        with database.transaction() as session:
            take_in_licenses(session, facts)

    with database.reading() as session:
        assert session.scalars(select(License.id)).all() == [fact.license_id]
        assert session.scalars(select(HistoryEntry.license_id)).all() == [fact.license_id]


@pytest.mark.parametrize("order", list(itertools.permutations([1, 2, 3])))
@pytest.mark.parametrize("together", [True, False])
def test_the_latest_revision_of_a_person_wins_in_any_order(
    *,
    order: tuple[int, ...],
    together: bool,
    database: Database,
) -> None:
    facts = [an_account_changed(ANNA, revision=revision, last_name=f"Name{revision}") for revision in order]
    for batch in [facts] if together else [[fact] for fact in facts]:
        with database.transaction() as session:
            take_in_people(session, batch)

    with database.reading() as session:
        assert session.scalars(select(Person.name)).all() == ["Anna Name3"]


@pytest.mark.feature("C2")
def test_the_bus_brings_licenses_and_people_into_the_catalog(
    database: Database, settings_of: SettingsOf
) -> None:
    context = work_context(settings_of("catalog"), database)
    license, person = as_published(golden(LicenseIssued)), as_published(golden(AccountChanged))

    for _ in range(2):
        Intake(LICENSES, context).take([license, license])
        Intake(PEOPLE, context).take([person])

    with database.reading() as session:
        assert session.scalars(select(License.id)).all() == [golden(LicenseIssued).license_id]
        assert session.scalars(select(Person.name)).all() == ["Anna Lindqvist"]


def test_the_history_of_a_license_cannot_be_rewritten(database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {})

    for statement in ("UPDATE license_history SET account_id = 'other'", "DELETE FROM license_history"):
        with pytest.raises(DBAPIError, match="only ever added to"), database.engine.begin() as connection:
            connection.exec_driver_sql(statement)


@pytest.mark.feature("G17")
def test_who_had_only_added_a_license_sees_it_no_longer_once_another_registers_it(database: Database) -> None:
    with database.transaction() as session:
        row = an_unregistered_license(serial_number="B0000000001")
        session.execute(insert(License), [row])
        for account_id in (ANNA, BEA):
            session.add(Addition(account_id=account_id, license_id=row["id"], added_at=datetime.now(UTC)))
    with database.transaction() as session:
        (fact,) = licenses_of(session, BEA, {"serial_number": "B0000000001"})

    with database.reading() as session:
        assert session.scalars(select(License.id)).all() == [fact.license_id]
        assert session.scalars(select(Addition.account_id)).all() == []
        told = session.execute(select(outbox.c.name, outbox.c.subject)).all()
        assert told == [(AdditionEnded.TYPE, ANNA)]
