"""Test databases: one per service and test process, made by migrations, emptied after each test."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from psycopg import sql

from keydesk.chassis import migrations
from keydesk.chassis.database import Database
from keydesk.rooms import room

POSTGRES_URL = "KEYDESK_TEST_POSTGRES_URL"
"""Environment variable: a PostgreSQL server (with its superuser) where tests may make databases."""


class TestDatabases:
    """Makes each service's database once, on first use."""

    __test__ = False

    def __init__(self) -> None:
        self.server = os.environ[POSTGRES_URL].rstrip("/")
        self._suffix = f"{os.environ.get('PYTEST_XDIST_WORKER', 'main')}_{os.getpid()}"
        self._made: dict[str, Database] = {}

    def url(self, service: str) -> str:
        """Where the database of ``service`` is (or will be)."""
        return f"{self.server}/{self._name(service)}"

    @contextmanager
    def empty(self, service: str) -> Iterator[Database]:
        """The service's migrated database, emptied again when the block ends."""
        database = self._made.get(service) or self._make(service)
        try:
            yield database
        finally:
            self._truncate(database)

    def drop_all(self) -> None:
        """Remove every database that was made."""
        for service, database in self._made.items():
            database.dispose()
            with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
                connection.execute(
                    sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(
                        sql.Identifier(self._name(service))
                    )
                )

    def _name(self, service: str) -> str:
        return f"keydesk_test_{service}_{self._suffix}"

    def _make(self, service: str) -> Database:
        with psycopg.connect(f"{self.server}/postgres", autocommit=True) as connection:
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(self._name(service))))
        migrations.upgrade(room(service), self.url(service))
        self._made[service] = Database(self.url(service))
        return self._made[service]

    def _truncate(self, database: Database) -> None:
        with database.engine.begin() as connection:
            tables = connection.exec_driver_sql(
                "SELECT quote_ident(tablename) FROM pg_tables"
                " WHERE schemaname = 'public' AND tablename <> 'alembic_version'"
            ).scalars()
            connection.exec_driver_sql(f"TRUNCATE {', '.join(tables)} RESTART IDENTITY CASCADE")
