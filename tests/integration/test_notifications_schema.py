"""The tables of notifications: models and migrations say the same, and no email is lost in between."""

import os
from collections.abc import Iterator
from datetime import datetime

import psycopg
import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from psycopg import sql
from sqlalchemy import select

from keydesk.chassis import migrations
from keydesk.chassis.database import Database
from keydesk.rooms import room
from keydesk.services.notifications.emails.service import take_in
from keydesk.services.notifications.models import METADATA, Email
from tests.databases import POSTGRES_URL, TestDatabases
from tests.factories.catalog import an_account_changed
from tests.factories.notifications import NOON, event_of


def test_the_migrations_make_the_tables_that_the_models_describe(databases: TestDatabases) -> None:
    with databases.empty("notifications") as database, database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _known_tables}
        )
        assert compare_metadata(context, METADATA) == []


def _known_tables(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in METADATA.tables


@pytest.fixture
def first_tables() -> Iterator[str]:
    """The address of a database as the first migration made it."""
    name, server = f"keydesk_test_upgrade_{os.getpid()}", os.environ[POSTGRES_URL].rstrip("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            migrations.upgrade(room("notifications"), f"{server}/{name}", "0001")
            yield f"{server}/{name}"
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.mark.feature("G8")
def test_a_confirmation_that_waited_before_the_upgrade_is_sent_after_it(first_tables: str) -> None:
    with psycopg.connect(first_tables) as connection:
        connection.execute(
            "INSERT INTO waiting_confirmations VALUES ('evt_1', 'acc_1', 'reg_1', %s, 7)", [NOON]
        )
    migrations.upgrade(room("notifications"), first_tables)
    database = Database(first_tables)
    try:
        with database.transaction() as session:
            take_in(session, [event_of(an_account_changed("acc_1", first_name="Anna"))], now=NOON)
        with database.reading() as session:
            (email,) = session.scalars(select(Email))
    finally:
        database.dispose()

    assert (email.event_id, email.kind) == ("evt_1", "registration_confirmation")
    assert datetime.fromisoformat(email.params.pop("completed_at")) == NOON
    assert email.params == {"registration_id": "reg_1", "total": 7, "name": "Anna"}
