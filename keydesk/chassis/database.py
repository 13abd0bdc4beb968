"""A room's database: its engine, its sessions, and the base of its tables.

Sync SQLAlchemy on psycopg 3, so that HTTP routes, jobs and consumers run the very same use cases.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import DateTime, Engine, MetaData, create_engine, func, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session, sessionmaker

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraint names that are the same on every machine, so that migrations can name them."""

POOL_TIMEOUT_SECONDS = 5
"""Wait for a free connection; then the answer is 503."""
TYPES = {datetime: DateTime(timezone=True)}


def new_metadata() -> MetaData:
    """Metadata for one room's tables."""
    return MetaData(naming_convention=NAMING)


class Database:
    """One room's database. Thread-safe; make one per process, after forking."""

    def __init__(self, url: str, *, pool_size: int = 6) -> None:
        self.engine: Engine = create_engine(
            psycopg_url(url),
            pool_size=pool_size,
            max_overflow=pool_size,
            pool_pre_ping=True,
            pool_recycle=1800,
            pool_timeout=POOL_TIMEOUT_SECONDS,
            connect_args={
                "connect_timeout": 5,
                "application_name": "keydesk",
                # One plan for all would suit neither the owner of ten rows nor that of a hundred thousand.
                "options": "-c plan_cache_mode=force_custom_plan",
            },
        )
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """A session whose work is committed when the block ends, or undone when it raises."""
        with self._sessions.begin() as session:
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for pure reads: AUTOCOMMIT, no BEGIN and COMMIT round trips. Never write in it."""
        with self._sessions(bind=self.engine.execution_options(isolation_level="AUTOCOMMIT")) as session:
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.engine.dispose()


def lock_named(session: Session, name: str, *, shared: bool = False) -> None:
    """Wait for the lock called ``name`` and hold it until the transaction ends.

    ``shared``: together with others that hold it so, but with nobody who has it alone.
    """
    lock = func.pg_advisory_xact_lock_shared if shared else func.pg_advisory_xact_lock
    session.execute(select(lock(func.hashtextextended(name, 0))))


AWAY_STATES = ("08", "57P", "53300")
"""SQLSTATEs of a server that is not there, is stopping or starting, or takes no more connections."""


def is_away(error: BaseException) -> bool:
    """Whether ``error`` says that the database is away, rather than that it refused what it was asked."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError):
        return False
    if error.connection_invalidated:
        return True
    state = getattr(error.orig, "sqlstate", None)
    if state is None:
        return type(error).__name__ == "OperationalError"
    return str(state).startswith(AWAY_STATES)


def psycopg_url(url: str) -> str:
    """``postgresql://`` or ``postgres://`` as SQLAlchemy's psycopg 3 dialect names it."""
    for scheme in ("postgresql://", "postgres://"):
        if url.startswith(scheme):
            return "postgresql+psycopg://" + url.removeprefix(scheme)
    return url
