"""One request = one transaction, committed before the response is sent.

FastAPI runs the exit of a plain ``yield`` dependency after the response; ``scope="function"`` runs it
before, so that a commit that fails is answered as a failure.

No more requests are at work at once than there are threads. FastAPI gives a request a thread step by
step: without this, all threads could wait for a lock in the database whose holder, between two of its
steps, waits for a thread.
"""

from collections.abc import AsyncIterator, Iterator
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.orm import Session

from keydesk.chassis.database import Database


async def hold_slot(request: Request) -> AsyncIterator[None]:
    """Wait until one of ``app.state.slots`` is free, and keep it until the request's work is committed."""
    if getattr(request.state, "has_slot", False):
        yield
        return
    async with request.app.state.slots:
        request.state.has_slot = True
        yield


Slot = Depends(hold_slot, scope="function")
"""What every route depends on first."""


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
