"""The tables of accounts: the models and the migrations say the same."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from keydesk.services.accounts.models import METADATA
from tests.databases import TestDatabases


def test_the_migrations_make_the_tables_that_the_models_describe(databases: TestDatabases) -> None:
    with databases.empty("accounts") as database, database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _known_tables}
        )
        assert compare_metadata(context, METADATA) == []


def _known_tables(name: str | None, kind: str, _parents: object) -> bool:
    return kind != "table" or name in METADATA.tables
