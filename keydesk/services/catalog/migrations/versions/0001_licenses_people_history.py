"""Licenses, people, and the history of licenses."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from keydesk.chassis.messaging.tables import create_chassis_tables, drop_chassis_tables

revision = "0001"
down_revision = None

APPEND_ONLY = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'the history of a license is only ever added to';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON license_history
  FOR EACH ROW EXECUTE FUNCTION refuse_change();
"""


def upgrade() -> None:
    create_chassis_tables(op)
    _create_licenses()
    op.create_table(
        "people",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column(
            "revision", sa.BigInteger(), nullable=False, comment="of the account; a lower one is ignored"
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name="pk_people"),
    )
    op.create_table(
        "license_history",
        sa.Column("position", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("license_id", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False, comment="who did it"),
        sa.PrimaryKeyConstraint("position", name="pk_license_history"),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name="fk_license_history_license_id"),
        sa.CheckConstraint("action IN ('registered')", name=op.f("ck_license_history_action_known")),
    )
    op.create_index("ix_license_history_license_id", "license_history", ["license_id", "position"])
    op.create_index(
        "uq_license_history_registered",
        "license_history",
        ["license_id"],
        unique=True,
        postgresql_where=sa.text("action = 'registered'"),
    )
    op.execute(APPEND_ONLY)


def _create_licenses() -> None:
    op.create_table(
        "licenses",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("registration_id", sa.Text(), nullable=False),
        sa.Column("owner_account_id", sa.Text(), nullable=False),
        sa.Column("registered_by", sa.Text(), nullable=False, comment="account id"),
        sa.Column("registered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("serial_number", sa.Text(), nullable=False),
        sa.Column("sku", sa.Text(), nullable=False),
        sa.Column("product_name", sa.Text(), nullable=False),
        sa.Column("product_version", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("order_number", sa.Text(), nullable=False),
        sa.Column("customer_number", sa.Text(), nullable=False),
        sa.Column("customer_name", sa.Text(), nullable=False),
        sa.Column("ordered_on", sa.Date(), nullable=False),
        sa.Column("quantity", sa.Integer(), nullable=False),
        sa.Column("entitled_price_tier", sa.Text(), nullable=False),
        sa.Column("deployed_price_tier", sa.Text(), nullable=False),
        sa.Column("host_id", sa.Text(), nullable=False),
        sa.Column("system_type", sa.Text(), nullable=False),
        sa.Column("support_agreement_number", sa.Text(), nullable=False),
        sa.Column("technical_contact", postgresql.JSONB()),
        sa.Column("install_at", postgresql.JSONB()),
        sa.Column("maintenance_start", sa.Date()),
        sa.Column("maintenance_end", sa.Date()),
        sa.Column("has_file", sa.Boolean(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column(
            "maintenance_order",
            sa.Date(),
            sa.Computed("coalesce(maintenance_end, DATE '9999-12-31')", persisted=True),
            nullable=False,
            comment="maintenance_end with a place for none, so that pages can follow it",
        ),
        sa.Column(
            "searched",
            sa.Text(),
            sa.Computed(
                "lower(serial_number || E'\\n' || order_number || E'\\n' || customer_number || E'\\n' ||"
                " customer_name || E'\\n' || sku || E'\\n' || product_name || E'\\n' || host_id)",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name="pk_licenses"),
        sa.CheckConstraint("quantity > 0", name=op.f("ck_licenses_quantity_positive")),
    )
    for name, column in (
        ("registered_at", "registered_at"),
        ("serial_number", "serial_number"),
        ("product", "product_name"),
        ("maintenance_end", "maintenance_order"),
    ):
        op.create_index(f"ix_licenses_by_{name}", "licenses", ["owner_account_id", column, "id"])
    op.create_index("ix_licenses_by_sku", "licenses", ["owner_account_id", "sku"])


def downgrade() -> None:
    op.drop_table("license_history")
    op.drop_table("people")
    op.drop_table("licenses")
    op.execute("DROP FUNCTION refuse_change()")
    drop_chassis_tables(op)
