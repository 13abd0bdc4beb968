"""One request = one transaction, committed before the response is sent.

FastAPI runs the exit of a plain ``yield`` dependency after the response; ``scope="function"`` runs it
before, so that a commit that fails is answered as a failure.
"""

from collections.abc import Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database


def _write(request: Request) -> Iterator[Session]:
    opened: Session | None = getattr(request.state, "session", None)
    if opened is not None:  # by an idempotency key, which belongs to the same transaction
        yield opened
        return
    database: Database = request.app.state.database
    with database.transaction() as session:
        yield session


def _read(request: Request) -> Iterator[Session]:
    database: Database = request.app.state.database
    with database.reading() as session:
        yield session


Transaction = Annotated[Session, Depends(_write, scope="function")]
"""A session for a use case that changes something."""

Reading = Annotated[Session, Depends(_read, scope="function")]
"""A session for a use case that only looks."""
