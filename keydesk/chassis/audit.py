"""The audit trail: a row in the transaction of what it records, each bound to the one before by its hash.

Changing or removing a row breaks every hash after it; `broken_at` finds where.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime

import orjson
from sqlalchemy import insert, select, text
from sqlalchemy.orm import Session

from keydesk.chassis.messaging.tables import audit

LOCK = 7_203_118
"""Advisory lock: appends come one after another, or two would follow the same row."""
FIRST = b"\x00" * 32


def record(
    session: Session,
    *,
    now: datetime,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, object] | None = None,
) -> None:
    """Append what ``actor`` did to ``subject``. Never put a secret into ``details``."""
    session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    previous = session.scalar(select(audit.c.hash).order_by(audit.c.position.desc()).limit(1)) or FIRST
    row = {"at": now, "actor": actor, "action": action, "subject": subject, "details": dict(details or {})}
    session.execute(insert(audit), [{**row, "previous_hash": previous, "hash": _hash(previous, row)}])


def broken_at(session: Session) -> int | None:
    """The position of the first row that does not follow from those before it, or none."""
    expected = FIRST
    for row in session.execute(select(audit).order_by(audit.c.position)).mappings():
        told = {name: row[name] for name in ("at", "actor", "action", "subject", "details")}
        if row["previous_hash"] != expected or row["hash"] != _hash(expected, told):
            return int(row["position"])
        expected = row["hash"]
    return None


def _hash(previous: bytes, row: Mapping[str, object]) -> bytes:
    at = row["at"]
    assert isinstance(at, datetime)  # noqa: S101 - narrows a mapping's value
    told = {**row, "at": at.astimezone(UTC).isoformat()}
    return hashlib.sha256(previous + orjson.dumps(told, option=orjson.OPT_SORT_KEYS)).digest()
