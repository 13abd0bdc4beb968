"""Migrations: one Alembic history per service, run by the chassis so that each room's env is one line."""

from importlib.resources import files
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import MetaData, create_engine, pool, text

from keydesk.chassis.database import psycopg_url
from keydesk.chassis.room import Room

LOCK = 7_203_117
"""Advisory lock: two processes that start at once do not migrate at once."""


def upgrade(room: Room, database_url: str, revision: str = "head") -> None:
    """Bring the room's database to ``revision``. Safe to call from several processes at once."""
    if room.migrations is None:
        return
    config = Config()
    package, _, folder = room.migrations.partition(":")
    config.set_main_option("script_location", str(files(package) / folder))
    config.attributes["url"] = psycopg_url(database_url)
    command.upgrade(config, revision)


def run_env(metadata: MetaData) -> None:
    """What a room's ``migrations/env.py`` calls: migrate online, in one transaction, under a lock.

    ``metadata`` gives constraints their names where a migration gives none.
    """
    url = context.config.attributes["url"]
    engine = create_engine(url, poolclass=pool.NullPool)
    with engine.connect() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
        context.configure(connection=connection, target_metadata=metadata, **OPTIONS)
        with context.begin_transaction():
            context.run_migrations()
        connection.commit()


OPTIONS: dict[str, Any] = {"compare_type": True, "compare_server_default": False}
