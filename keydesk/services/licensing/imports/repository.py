"""Imports and their reports in the database."""

import json
import zlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session, defer

from keydesk.services.licensing.imports.lines import LineState, Outcome
from keydesk.services.licensing.models import Import, ImportLine
from keydesk.services.licensing.models.imports import ImportKind

_COMPRESSION = 1
"""Fast: orders.csv shrinks to a fifth all the same."""


@dataclass(frozen=True)
class UnfinishedImport:
    """A file that is to be read on from where it was left."""

    id: str
    kind: ImportKind
    dry_run: bool
    account_id: str
    content: bytes
    done: int
    total: int


def add(session: Session, accepted: Import, content: bytes) -> None:
    """Keep a file until it is read."""
    accepted.body = zlib.compress(content, _COMPRESSION)
    session.add(accepted)
    session.flush()
    session.refresh(accepted)


def unfinished(session: Session, import_id: str) -> UnfinishedImport | None:
    """The import, if there is still something to read."""
    found = session.get(Import, import_id)
    if found is None or found.body is None:
        return None
    return UnfinishedImport(
        id=found.id,
        kind=found.kind,
        dry_run=found.dry_run,
        account_id=found.account_id,
        content=zlib.decompress(found.body),
        done=found.done,
        total=found.total,
    )


def lock_at(session: Session, import_id: str, done: int) -> bool:
    """Lock the import for the next chunk, unless somebody else has read on from ``done`` meanwhile."""
    statement = (
        select(Import.id)
        .where(Import.id == import_id, Import.done == done, Import.finished_at.is_(None))
        .with_for_update()
    )
    return session.scalar(statement) is not None


def add_outcomes(session: Session, import_id: str, outcomes: Sequence[Outcome]) -> None:
    """Add a chunk to the report."""
    connection = session.connection().connection.driver_connection
    if connection is None:
        raise LookupError("the session's connection is closed")
    with (
        connection.cursor() as cursor,
        cursor.copy("COPY import_lines (import_id, line, state, key, problems) FROM STDIN") as copy,
    ):
        for outcome in outcomes:
            problems = [asdict(problem) for problem in outcome.problems]
            copy.write_row((import_id, outcome.line, outcome.state, outcome.key, json.dumps(problems)))


def advance(session: Session, import_id: str, outcomes: Sequence[Outcome], *, now: datetime) -> Import:
    """Count a chunk; the last one finishes the import."""
    counted = Counter(outcome.state for outcome in outcomes)
    found = session.get_one(Import, import_id, options=[defer(Import.body)], populate_existing=True)
    found.done += len(outcomes)
    found.created += counted["created"]
    found.updated += counted["updated"]
    found.unchanged += counted["unchanged"]
    found.failed += counted["failed"]
    found.status, found.moved_at = "processing", now
    if found.done == found.total:
        found.status, found.finished_at, found.body = "completed", now, None
    session.flush()
    return found


def stop(session: Session, import_id: str, problem: Mapping[str, Any], *, now: datetime) -> None:
    """Give an import up as a whole."""
    session.execute(
        update(Import)
        .where(Import.id == import_id, Import.finished_at.is_(None))
        .values(status="failed", problem=dict(problem), body=None, finished_at=now)
    )


def take_stalled(session: Session, *, before: datetime, now: datetime) -> list[str]:
    """Unfinished imports that have not moved since ``before``; counted as queued again.

    One whose chunk is being stored right now is locked, and so it is left alone.
    """
    stalled = (
        select(Import.id)
        .where(Import.finished_at.is_(None), Import.moved_at < before)
        .with_for_update(skip_locked=True)
    )
    statement = update(Import).where(Import.id.in_(stalled)).values(moved_at=now).returning(Import.id)
    return list(session.scalars(statement))


def find(session: Session, import_id: str) -> Import | None:
    """An import without its file."""
    return session.get(Import, import_id, options=[defer(Import.body)])


def list_imports(session: Session, *, before: str | None, limit: int) -> list[Import]:
    """Imports without their files, the newest first, older than ``before``."""
    statement = select(Import).options(defer(Import.body)).order_by(Import.id.desc()).limit(limit)
    if before is not None:
        statement = statement.where(Import.id < before)
    return list(session.scalars(statement))


def list_lines(
    session: Session, import_id: str, *, state: LineState | None, after: int, limit: int
) -> list[ImportLine]:
    """The report, line by line, from after line ``after``."""
    statement = (
        select(ImportLine)
        .where(ImportLine.import_id == import_id, ImportLine.line > after)
        .order_by(ImportLine.line)
        .limit(limit)
    )
    if state is not None:
        statement = statement.where(ImportLine.state == state)
    return list(session.scalars(statement))
