"""The chassis' tables, the same in every service's database: outbox, inbox, parked messages, idempotency."""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from keydesk.chassis.database import new_metadata

CHASSIS = new_metadata()
OUTBOX_CHANNEL = "keydesk_outbox"

outbox = Table(
    "outbox",
    CHASSIS,
    Column("position", BigInteger, Identity(), primary_key=True),
    Column("id", Text, nullable=False, comment="event or job id, stable over every delivery"),
    Column("kind", Text, nullable=False, comment="fact or job"),
    Column("name", Text, nullable=False, comment="fact type or job name"),
    Column("subject", Text, nullable=False, server_default=""),
    Column("queue", Text, nullable=False, server_default="", comment="jobs only"),
    Column("body", Text, nullable=False, comment="JSON: the fact's data or the job's payload"),
    Column(
        "context", JSONB, nullable=False, server_default=text("'{}'::jsonb"), comment="trace and request ids"
    ),
    Column("attempt", Integer, nullable=False, server_default="1"),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("due_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("published_at", DateTime(timezone=True)),
    Index("ix_outbox_unpublished", "position", postgresql_where=text("published_at IS NULL")),
    Index("ix_outbox_published_at", "published_at", postgresql_where=text("published_at IS NOT NULL")),
)

inbox = Table(
    "inbox",
    CHASSIS,
    Column("consumer", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("received_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("consumer", "event_id"),
    Index("ix_inbox_received_at", "received_at"),
)

parked_messages = Table(
    "parked_messages",
    CHASSIS,
    Column("id", Text, primary_key=True),
    Column("kind", Text, nullable=False, comment="fact or job"),
    Column("name", Text, nullable=False),
    Column("queue", Text, nullable=False, comment="where it failed: a job queue or a consumer's name"),
    Column("message_id", Text, nullable=False),
    Column("subject", Text, nullable=False, server_default=""),
    Column("body", Text, nullable=False),
    Column("context", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("reason", Text, nullable=False),
    Column("parked_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("resolution", Text, comment="replayed or discarded"),
    Column("resolved_at", DateTime(timezone=True)),
    Column("resolved_by", Text),
    Index("ix_parked_messages_open", "parked_at", postgresql_where=text("resolution IS NULL")),
)

idempotency_keys = Table(
    "idempotency_keys",
    CHASSIS,
    Column("caller", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False, comment="SHA-256 over method, path and body"),
    Column("status", Integer),
    Column("headers", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("body", LargeBinary),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    PrimaryKeyConstraint("caller", "key"),
    Index("ix_idempotency_keys_created_at", "created_at"),
)

audit = Table(
    "audit",
    CHASSIS,
    Column("position", BigInteger, Identity(), primary_key=True),
    Column("at", DateTime(timezone=True), nullable=False),
    Column("actor", Text, nullable=False, comment="account id, room name, or cli:<user>"),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("details", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("previous_hash", LargeBinary, nullable=False),
    Column("hash", LargeBinary, nullable=False, unique=True),
    Index("ix_audit_subject", "subject"),
)

WAKE_RELAY = f"""
CREATE FUNCTION wake_relay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('{OUTBOX_CHANNEL}', '');
  RETURN NULL;
END $$;
CREATE TRIGGER wake_relay AFTER INSERT ON outbox FOR EACH STATEMENT EXECUTE FUNCTION wake_relay();
"""


def create_chassis_tables(op: Any) -> None:
    """Create them; each service's first migration calls this with ``alembic.op``, a module."""
    CHASSIS.create_all(op.get_bind())
    op.execute(WAKE_RELAY)


def drop_chassis_tables(op: Any) -> None:
    """Undo `create_chassis_tables`."""
    CHASSIS.drop_all(op.get_bind())
    op.execute("DROP FUNCTION wake_relay()")
