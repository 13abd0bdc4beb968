"""The demo data: the sample, loaded as any other file."""

from collections.abc import Iterator

import pytest
from sqlalchemy import func, select

from keydesk.chassis.database import Database
from keydesk.services.licensing.demo import load_sample
from keydesk.services.licensing.models import Customer, Entitlement, Import
from tests.conftest import SettingsOf, work_context
from tests.databases import TestDatabases


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


@pytest.mark.feature("C5")
def test_the_sample_is_loaded_whole_and_once(database: Database, settings_of: SettingsOf) -> None:
    for _ in range(2):
        load_sample(work_context(settings_of("licensing"), database))
    with database.reading() as session:
        imports = session.execute(
            select(Import.kind, Import.status, Import.created == Import.total).order_by(Import.kind)
        ).all()
        sizes = [session.scalar(select(func.count()).select_from(each)) for each in (Customer, Entitlement)]
    assert [tuple(row) for row in imports] == [("orders", "completed", True), ("products", "completed", True)]
    assert sizes[0] == 500
    assert (sizes[1] or 0) > 20_000
