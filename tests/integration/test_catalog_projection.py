"""The catalog is a projection: the same facts build the same catalog, however often and in whatever order."""

import hashlib
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.consumers import Intake
from keydesk.services.accounts.contract import AccountChanged
from keydesk.services.catalog.consumers import LICENSES, PEOPLE
from keydesk.services.catalog.models import HistoryEntry, License, Person
from keydesk.services.licensing.contract import LicenseIssued
from tests.conftest import SettingsOf, work_context
from tests.databases import TestDatabases
from tests.factories.catalog import a_license_issued, an_account_changed
from tests.factories.notifications import as_published

pytestmark = pytest.mark.feature("G17")

ANNA, BEA = new_id("acc"), new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


def all_facts() -> tuple[list[LicenseIssued], list[AccountChanged]]:
    licenses = [
        a_license_issued(
            ANNA if number % 3 else BEA,
            serial_number=f"A{number:010d}",
            customer_number=f"C-{number % 4}",
            maintenance_end=date(2027, 1, 1) + timedelta(days=number) if number % 5 else None,
            issued_at=datetime(2026, 5, 1, tzinfo=UTC) + timedelta(minutes=number),
        )
        for number in range(40)
    ]
    people = [
        an_account_changed(account_id, revision=revision, last_name=f"Name{revision}")
        for account_id in (ANNA, BEA)
        for revision in (1, 2, 3)
    ]
    return licenses, people


def fingerprint(database: Database) -> str:
    """Every row of the projection, but for the numbers that only say in which order rows came."""
    told = hashlib.sha256()
    with database.reading() as session:
        licenses = session.execute(select(License.__table__).order_by(License.id)).all()
        people = session.execute(select(Person.__table__).order_by(Person.account_id)).all()
        columns = (HistoryEntry.license_id, HistoryEntry.action, HistoryEntry.at, HistoryEntry.account_id)
        history = session.execute(select(*columns).order_by(HistoryEntry.license_id)).all()
    for row in (*licenses, *people, *history):
        told.update(repr(tuple(row)).encode())
    assert len(licenses) == 40
    return told.hexdigest()


def deliver(
    database: Database,
    settings_of: SettingsOf,
    licenses: Sequence[LicenseIssued],
    people: Sequence[AccountChanged],
    *,
    batch: int,
) -> None:
    context = work_context(settings_of("catalog"), database)
    for start in range(0, len(licenses), batch):
        Intake(LICENSES, context).take([as_published(fact) for fact in licenses[start : start + batch]])
    for fact in people:
        Intake(PEOPLE, context).take([as_published(fact)])


@pytest.mark.parametrize("seed", range(3))
def test_facts_delivered_thrice_and_shuffled_build_the_same_catalog(
    databases: TestDatabases, settings_of: SettingsOf, seed: int
) -> None:
    licenses, people = all_facts()
    with databases.empty("catalog") as database:
        deliver(database, settings_of, licenses, people, batch=40)
        expected = fingerprint(database)
    shuffled, others = licenses * 3, people * 3
    chance = random.Random(seed)  # noqa: S311 - an order, not a secret
    chance.shuffle(shuffled)
    chance.shuffle(others)

    with databases.empty("catalog") as database:
        deliver(database, settings_of, shuffled, others, batch=7)
        assert fingerprint(database) == expected


def test_a_replay_of_all_facts_changes_nothing_of_a_catalog_that_is_up_to_date(
    database: Database, settings_of: SettingsOf
) -> None:
    licenses, people = all_facts()
    deliver(database, settings_of, licenses, people, batch=10)
    before = fingerprint(database)

    deliver(database, settings_of, licenses, people, batch=40)

    assert fingerprint(database) == before
