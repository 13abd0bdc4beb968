"""Failed tries to name a customer's order, counted so that nobody guesses; licenses by serial number."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "customer_number_tries",
        sa.Column("position", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("position", name="pk_customer_number_tries"),
    )
    op.create_index("ix_customer_number_tries_account_id", "customer_number_tries", ["account_id", "at"])
    op.create_index("ix_licenses_serial_number", "licenses", ["serial_number"])


def downgrade() -> None:
    op.drop_index("ix_licenses_serial_number", "licenses")
    op.drop_table("customer_number_tries")
