"""Products, customers, orders, entitlements, and the files that they come from."""

from datetime import datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from keydesk.chassis.messaging.tables import create_chassis_tables, drop_chassis_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

CODE = sa.Text(collation="C")


def upgrade() -> None:
    create_chassis_tables(op)
    create_products()
    create_customers_and_orders()
    create_entitlements()
    create_imports()


def downgrade() -> None:
    for table in ("import_lines", "imports", "entitlements", "orders", "customers", "products"):
        op.drop_table(table)
    drop_chassis_tables(op)


def when(name: str) -> sa.Column[datetime]:
    """A time that the database fills in when nobody else does."""
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now())


def create_products() -> None:
    op.create_table(
        "products",
        sa.Column("sku", CODE, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
        sa.Column("platform", sa.Text, nullable=False, comment="empty where the product runs anywhere"),
        sa.Column("family", sa.Text, nullable=False),
        sa.Column(
            "registered_alone",
            sa.Boolean,
            nullable=False,
            comment="never together with another serial number (G11)",
        ),
        sa.Column(
            "has_file", sa.Boolean, nullable=False, comment="its licenses come with a license file (G12)"
        ),
        sa.Column(
            "fields",
            JSONB,
            nullable=False,
            comment="list of products.fields.Field, in the order in which they are asked",
        ),
        when("created_at"),
        when("updated_at"),
    )


def create_customers_and_orders() -> None:
    op.create_table(
        "customers",
        sa.Column("customer_number", CODE, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("country", sa.Text, nullable=False, comment="ISO 3166-1 alpha-2"),
        when("created_at"),
        when("updated_at"),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name="country_is_alpha_2"),
    )
    op.create_table(
        "orders",
        sa.Column("order_number", CODE, primary_key=True),
        sa.Column("customer_number", CODE, sa.ForeignKey("customers.customer_number"), nullable=False),
        sa.Column("ordered_on", sa.Date, nullable=False),
        when("created_at"),
        when("updated_at"),
    )
    op.create_index("ix_orders_ordered_on_order_number", "orders", ["ordered_on", "order_number"])
    op.create_index("ix_orders_customer_number", "orders", ["customer_number"])


def create_entitlements() -> None:
    op.create_table(
        "entitlements",
        sa.Column("id", CODE, primary_key=True),
        sa.Column("serial_number", CODE, nullable=False, unique=True),
        sa.Column("order_number", CODE, sa.ForeignKey("orders.order_number"), nullable=False),
        sa.Column("sku", CODE, sa.ForeignKey("products.sku"), nullable=False),
        sa.Column("quantity", sa.Integer, nullable=False),
        sa.Column(
            "entitled_price_tier", sa.Text, nullable=False, comment="empty where the product has no tiers"
        ),
        sa.Column("maintenance_start", sa.Date),
        sa.Column("maintenance_end", sa.Date),
        sa.Column("support_agreement_number", sa.Text, nullable=False, comment="empty without an agreement"),
        sa.Column("state", sa.Text, nullable=False, server_default="available"),
        sa.Column("reserved_by", CODE, comment="the registration that took it"),
        when("created_at"),
        when("updated_at"),
        sa.CheckConstraint("serial_number ~ '^[A-Z][0-9]{10}$'", name="serial_number_form"),
        sa.CheckConstraint("quantity > 0", name="quantity_is_positive"),
        sa.CheckConstraint("maintenance_end >= maintenance_start", name="maintenance_ends_after_its_start"),
        sa.CheckConstraint("state IN ('available', 'reserved', 'registered')", name="state_is_known"),
        sa.CheckConstraint("(state = 'available') = (reserved_by IS NULL)", name="taken_by_a_registration"),
        postgresql_with={"fillfactor": 70},
    )
    op.create_index("ix_entitlements_order_number", "entitlements", ["order_number"])
    op.create_index("ix_entitlements_sku", "entitlements", ["sku"])


def create_imports() -> None:
    counts = ("done", "created", "updated", "unchanged", "failed")
    op.create_table(
        "imports",
        sa.Column("id", CODE, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("file_name", sa.Text, nullable=False),
        sa.Column("dry_run", sa.Boolean, nullable=False),
        sa.Column("account_id", CODE, nullable=False, comment="the operator who sent it"),
        sa.Column("status", sa.Text, nullable=False, server_default="queued"),
        sa.Column("body", sa.LargeBinary, comment="the file, compressed (zlib), until it is finished"),
        sa.Column("total", sa.Integer, nullable=False),
        *(sa.Column(name, sa.Integer, nullable=False, server_default=sa.text("0")) for name in counts),
        sa.Column("problem", JSONB, comment="why it failed as a whole"),
        when("created_at"),
        sa.Column("finished_at", sa.DateTime(timezone=True)),
        sa.CheckConstraint("kind IN ('products', 'orders')", name="kind_is_known"),
        sa.CheckConstraint(
            "status IN ('queued', 'processing', 'completed', 'failed')", name="status_is_known"
        ),
        sa.CheckConstraint("(finished_at IS NULL) = (status IN ('queued', 'processing'))", name="finished"),
        sa.CheckConstraint("(body IS NULL) = (finished_at IS NOT NULL)", name="body_until_finished"),
        sa.CheckConstraint("(problem IS NULL) = (status <> 'failed')", name="problem_when_failed"),
        sa.CheckConstraint("done = created + updated + unchanged + failed", name="every_line_is_counted"),
        sa.CheckConstraint("status <> 'completed' OR done = total", name="completed_means_all"),
    )
    op.create_table(
        "import_lines",
        sa.Column("import_id", CODE, sa.ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("line", sa.Integer, primary_key=True, comment="in the file, its header being line 1"),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column(
            "key", sa.Text, nullable=False, comment="the serial number or SKU as it stands in the file"
        ),
        sa.Column(
            "problems",
            JSONB,
            nullable=False,
            server_default=sa.text("'[]'::jsonb"),
            comment="list of {field, code, params}; texts when read",
        ),
        sa.CheckConstraint("state IN ('created', 'updated', 'unchanged', 'failed')", name="state_is_known"),
        sa.CheckConstraint(
            "(jsonb_array_length(problems) > 0) = (state = 'failed')", name="problems_when_failed"
        ),
    )
    op.create_index("ix_import_lines_import_id_state_line", "import_lines", ["import_id", "state", "line"])
