"""Registrations with their lines, issuance batches, licenses, their files, and the keys that sign them."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")
EMPTY = sa.text("'{}'::jsonb")


def upgrade() -> None:
    create_registrations()
    create_batches()
    create_items()
    create_licenses()


def downgrade() -> None:
    for table in (
        "license_files",
        "licenses",
        "registration_information",
        "registration_items",
        "issuance_batches",
        "signing_keys",
        "registrations",
    ):
        op.drop_table(table)


def time(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column[datetime]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def create_registrations() -> None:
    op.create_table(
        "registrations",
        sa.Column("id", CODE, primary_key=True),
        sa.Column("account_id", CODE, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="draft"),
        sa.Column(
            "total",
            sa.Integer,
            nullable=False,
            server_default=sa.text("0"),
            comment="licenses to issue once accepted",
        ),
        sa.Column("done", sa.Integer, nullable=False, server_default=sa.text("0"), comment="licenses issued"),
        time("created_at"),
        time("updated_at"),
        time("accepted_at", nullable=True),
        time("completed_at", nullable=True),
        sa.CheckConstraint("status IN ('draft', 'processing', 'completed')", name="status_is_known"),
        sa.CheckConstraint("(accepted_at IS NULL) = (status = 'draft')", name="accepted_when_no_draft"),
        sa.CheckConstraint("(completed_at IS NULL) = (status <> 'completed')", name="completed_at_its_time"),
        sa.CheckConstraint("done BETWEEN 0 AND total", name="done_within_total"),
        sa.CheckConstraint(
            "(status = 'completed') = (total > 0 AND done = total)", name="completed_means_all"
        ),
    )
    op.create_index("ix_registrations_account_id_id", "registrations", ["account_id", "id"])


def create_batches() -> None:
    op.create_table(
        "signing_keys",
        sa.Column("kid", CODE, primary_key=True, comment="RFC 7638 thumbprint"),
        sa.Column("jwk", JSONB, nullable=False),
        time("not_before"),
        time("retired_at", nullable=True, comment="no longer signs; what it signed holds"),
    )
    op.create_table(
        "issuance_batches",
        sa.Column("id", CODE, primary_key=True),
        sa.Column("registration_id", CODE, sa.ForeignKey("registrations.id"), nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("status", sa.Text, nullable=False, server_default="accepted"),
        sa.Column("intent", sa.LargeBinary, comment="sealed: license ids, keys and exact bytes to sign"),
        sa.Column("intent_sealed_by", sa.Integer, comment="number of the key-encryption key"),
        time("queued_at", comment="when its job was last put into the queue"),
        sa.Column("times_queued", sa.Integer, nullable=False, server_default=sa.text("1")),
        sa.Column(
            "kid", CODE, sa.ForeignKey("signing_keys.kid"), comment="the key that signed its license files"
        ),
        time("issued_at", nullable=True),
        sa.CheckConstraint("status IN ('accepted', 'prepared', 'issued')", name="status_is_known"),
        sa.CheckConstraint("(intent IS NOT NULL) = (status = 'prepared')", name="intent_while_prepared"),
        sa.CheckConstraint("(intent IS NULL) = (intent_sealed_by IS NULL)", name="intent_is_sealed"),
        sa.CheckConstraint("(issued_at IS NULL) = (status <> 'issued')", name="issued_at_its_time"),
        sa.CheckConstraint("(kid IS NULL) = (issued_at IS NULL)", name="signed_when_issued"),
        sa.CheckConstraint("size BETWEEN 1 AND 500", name="size_is_bounded"),
    )
    op.create_index(
        "ix_issuance_batches_unfinished",
        "issuance_batches",
        ["queued_at"],
        postgresql_where=sa.text("status <> 'issued'"),
    )
    op.create_index("ix_issuance_batches_registration_id", "issuance_batches", ["registration_id"])


def create_items() -> None:
    op.create_table(
        "registration_items",
        sa.Column("id", CODE, primary_key=True),
        sa.Column(
            "registration_id", CODE, sa.ForeignKey("registrations.id", ondelete="CASCADE"), nullable=False
        ),
        sa.Column("position", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("serial_number", CODE, nullable=False),
        sa.Column("information", JSONB, nullable=False, server_default=EMPTY),
        sa.Column(
            "entitlement_id", CODE, sa.ForeignKey("entitlements.id"), unique=True, comment="once accepted"
        ),
        sa.Column("batch_id", CODE, sa.ForeignKey("issuance_batches.id"), comment="once accepted"),
        sa.CheckConstraint("(batch_id IS NULL) = (entitlement_id IS NULL)", name="in_a_batch_once_accepted"),
    )
    op.create_index(
        "ix_registration_items_registration_id_position",
        "registration_items",
        ["registration_id", "position"],
        unique=True,
    )
    op.create_index(
        "ix_registration_items_batch_id",
        "registration_items",
        ["batch_id"],
        postgresql_where=sa.text("batch_id IS NOT NULL"),
    )
    op.create_table(
        "registration_information",
        sa.Column(
            "registration_id", CODE, sa.ForeignKey("registrations.id", ondelete="CASCADE"), primary_key=True
        ),
        sa.Column("sku", CODE, primary_key=True),
        sa.Column("information", JSONB, nullable=False),
    )


def create_licenses() -> None:
    op.create_table(
        "licenses",
        sa.Column("id", CODE, primary_key=True),
        sa.Column("entitlement_id", CODE, sa.ForeignKey("entitlements.id"), nullable=False, unique=True),
        sa.Column("registration_id", CODE, nullable=False),
        sa.Column("account_id", CODE, nullable=False, comment="who registered it"),
        sa.Column("key_content", sa.LargeBinary, nullable=False, comment="the license key, sealed"),
        sa.Column("key_sealed_by", sa.Integer, nullable=False, comment="number of the key-encryption key"),
        sa.Column(
            "key_fingerprint",
            sa.LargeBinary,
            nullable=False,
            unique=True,
            comment="keyed hash of the license key",
        ),
        sa.Column("file_name", sa.Text, comment="none where the product has no license file"),
        time("issued_at"),
    )
    op.create_table(
        "license_files",
        sa.Column("license_id", CODE, sa.ForeignKey("licenses.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False, comment="the JWS, sealed"),
        sa.Column("sealed_by", sa.Integer, nullable=False, comment="number of the key-encryption key"),
    )
