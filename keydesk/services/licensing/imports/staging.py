"""A chunk of lines in a temporary table, so that a few statements judge and store all of them."""

from collections.abc import Iterable, Sequence
from typing import Any

from psycopg import sql
from sqlalchemy import text
from sqlalchemy.orm import Session

ONE_AT_A_TIME = 7_203_140
"""Advisory lock: chunks are stored one after another, so that two imports of the same lines agree on
who created and who found them, and neither waits for the other's rows."""


def one_at_a_time(session: Session) -> None:
    """Wait until no other chunk is being stored; lasts until the transaction ends."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_AT_A_TIME})


def stage(session: Session, columns: Sequence[tuple[str, str]], lines: Iterable[Sequence[Any]]) -> None:
    """Copy ``lines`` into the temporary table ``incoming``, gone when the transaction ends.

    ``columns`` are names and types in the order of a line's members. ``verdict`` comes on top, empty.
    """
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise LookupError("the session's connection is closed")
    names = sql.SQL(", ").join(sql.Identifier(name) for name, _ in columns)
    with connection.cursor() as cursor:
        typed = ", ".join(f"{name} {type_}" for name, type_ in columns)
        cursor.execute(f"CREATE TEMPORARY TABLE incoming ({typed}, verdict text) ON COMMIT DROP")
        with cursor.copy(sql.SQL("COPY incoming ({}) FROM STDIN").format(names)) as copy:
            for line in lines:
                copy.write_row(line)
        cursor.execute("ANALYZE incoming")
