"""SQL of issuing: few statements for many licenses, COPY where rows are made."""

import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

import orjson
import psycopg
from sqlalchemy import select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session, defer

from keydesk.chassis.telemetry.context import current_context
from keydesk.services.licensing.contract import LicenseIssued
from keydesk.services.licensing.issuance.intent import ReservedLine
from keydesk.services.licensing.models.issuance import IssuanceBatch, SigningKey
from keydesk.services.licensing.models.registrations import Registration


class LicenseRow(NamedTuple):
    """A license as it is stored."""

    id: str
    entitlement_id: str
    registration_id: str
    account_id: str
    key_content: bytes
    sealed_by: int
    key_fingerprint: bytes
    file_name: str | None
    file_content: bytes | None
    issued_at: datetime


def lock_batch(session: Session, batch_id: str, *, with_intent: bool) -> IssuanceBatch | None:
    """The batch, which nobody else works on until this transaction ends, or none.

    Its intent is large, and read only where it is asked for.
    """
    found = select(IssuanceBatch).where(IssuanceBatch.id == batch_id).with_for_update()
    if not with_intent:
        found = found.options(defer(IssuanceBatch.intent, raiseload=True))
    return session.scalar(found.execution_options(populate_existing=True))


def read_reserved(session: Session, batch_id: str) -> list[ReservedLine]:
    """The lines of a batch with all that their licenses will say, in the order of their entitlements."""
    rows = session.execute(
        text(
            "SELECT e.id, r.id, r.account_id, e.serial_number, p.sku, p.name, p.version, p.platform,"
            " p.has_file, o.order_number, o.ordered_on, c.customer_number, c.name, e.quantity,"
            " e.entitled_price_tier, e.maintenance_start, e.maintenance_end, e.support_agreement_number,"
            " nullif(i.information, '{}')::text"
            " FROM registration_items i"
            " JOIN registrations r ON r.id = i.registration_id"
            " JOIN entitlements e ON e.id = i.entitlement_id"
            " JOIN products p ON p.sku = e.sku"
            " JOIN orders o ON o.order_number = e.order_number"
            " JOIN customers c ON c.customer_number = o.customer_number"
            " WHERE i.batch_id = :batch_id ORDER BY e.id"
        ),
        {"batch_id": batch_id},
    )
    # All at once, and JSON only where there is any: row by row would cost as much as planning the licenses.
    return [
        ReservedLine._make((*columns, orjson.loads(information) if information else {}))
        for *columns, information in rows.all()
    ]


def lock_reserved(session: Session, entitlement_ids: Sequence[str], registration_id: str) -> int:
    """Lock the entitlements that are reserved for a registration, in everybody's order; how many are."""
    found = session.execute(
        text(
            "SELECT count(*) FROM ("
            "    SELECT FROM entitlements WHERE id = ANY(:ids) AND state = 'reserved'"
            "    AND reserved_by = :registration_id ORDER BY id FOR UPDATE) locked"
        ),
        {"ids": list(entitlement_ids), "registration_id": registration_id},
    )
    return int(found.scalar_one())


def mark_registered(session: Session, entitlement_ids: Sequence[str], now: datetime) -> None:
    """Turn locked entitlements into registered ones.

    After their licenses are there: a license's foreign key locks its entitlement, which costs nothing while
    the lock is ours, and a write for each once the entitlement has changed.
    """
    session.execute(
        text("UPDATE entitlements SET state = 'registered', updated_at = :now WHERE id = ANY(:ids)"),
        {"ids": list(entitlement_ids), "now": now},
    )


def copy_licenses(session: Session, rows: Iterable[LicenseRow]) -> None:
    """Add licenses with their files."""
    columns = (
        "id, entitlement_id, registration_id, account_id, key_content, sealed_by, key_fingerprint,"
        " file_name, file_content, issued_at"
    )
    types = ("text", "text", "text", "text", "bytea", "int4", "bytea", "text", "bytea", "timestamptz")
    _copy(session, f"COPY licenses ({columns}) FROM STDIN (FORMAT BINARY)", types, rows)


def copy_license_facts(session: Session, facts: Iterable[tuple[str, str]]) -> None:
    """Announce a `LicenseIssued` for each license id and body, as `outbox.emit_all` would."""
    packed = orjson.dumps(current_context())
    context = psycopg.types.json.Jsonb(None, dumps=lambda _same_for_all: packed)
    _copy(
        session,
        "COPY outbox (id, kind, name, subject, body, context) FROM STDIN (FORMAT BINARY)",
        ("text", "text", "text", "text", "text", "jsonb"),
        (
            (secrets.token_hex(16), "fact", LicenseIssued.TYPE, license_id, body, context)
            for license_id, body in facts
        ),
    )


def advance(session: Session, registration_id: str, issued: int, now: datetime) -> tuple[int, int]:
    """Count further licenses of a registration as issued, completing it with the last; done and total."""
    registration = session.execute(
        update(Registration)
        .where(Registration.id == registration_id)
        .values(
            done=Registration.done + issued,
            updated_at=now,
            status=text("CASE WHEN done + :issued = total THEN 'completed' ELSE status END"),
            completed_at=text("CASE WHEN done + :issued = total THEN CAST(:now AS timestamptz) END"),
        )
        .returning(Registration.done, Registration.total)
        .execution_options(synchronize_session=False),
        {"issued": issued, "now": now},
    ).one()
    return registration.done, registration.total


def register_signing_key(session: Session, kid: str, jwk: dict[str, str], now: datetime) -> None:
    """Publish a public key, unless it is already."""
    session.execute(insert(SigningKey).values(kid=kid, jwk=jwk, not_before=now).on_conflict_do_nothing())


def take_overdue(
    session: Session, now: datetime, *, first: timedelta, longest: timedelta, limit: int
) -> list[str]:
    """Batches that are unfinished for too long and have no job on its way any more; counted as queued again.

    Each time that a batch was queued doubles the patience with it, from ``first`` up to ``longest``.
    """
    rows = session.execute(
        text(
            "WITH overdue AS ("
            "    SELECT id FROM issuance_batches b WHERE status <> 'issued'"
            "    AND queued_at < :now - least(:first * power(2, least(times_queued, 16) - 1), :longest)"
            "    AND NOT EXISTS (SELECT FROM outbox o WHERE o.published_at IS NULL AND o.subject = b.id)"
            "    ORDER BY queued_at LIMIT :limit FOR UPDATE SKIP LOCKED)"
            " UPDATE issuance_batches b SET queued_at = :now, times_queued = times_queued + 1"
            " FROM overdue WHERE b.id = overdue.id RETURNING b.id"
        ),
        {"now": now, "first": first, "longest": longest, "limit": limit},
    )
    return list(rows.scalars())


def _copy(session: Session, statement: str, types: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    connection = session.connection().connection.driver_connection
    assert isinstance(connection, psycopg.Connection)  # noqa: S101 - narrows what SQLAlchemy types as Any
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.set_types(types)
        for row in rows:
            copy.write_row(row)
