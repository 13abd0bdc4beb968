"""Indexes by which a page for somebody who sees a hundred thousand licenses costs no more than a small one's.

btree_gin comes with PostgreSQL and is trusted, as pg_trgm is.
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

NUMBERS = ("serial_number", "order_number", "customer_number", "host_id")
SEARCHED = (
    "lower(serial_number || E'\\n' || order_number || E'\\n' || customer_number || E'\\n' ||"
    " customer_name || E'\\n' || sku || E'\\n' || product_name || E'\\n' || host_id)"
)
STATISTICS = "st_licenses_owner_customer_number"


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS btree_gin")
    _collate("C")
    op.create_index(
        "ix_licenses_searched",
        "licenses",
        ["owner_account_id", "searched"],
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
    for column in ("order_number", "host_id"):
        op.create_index(f"ix_licenses_by_{column}", "licenses", ["owner_account_id", column])
    # A customer number belongs to few owners, and a few owners have most licenses: taken to be independent,
    # a large share looks like a handful of rows.
    op.execute(
        f"CREATE STATISTICS {STATISTICS} (mcv, dependencies, ndistinct)"
        " ON owner_account_id, customer_number FROM licenses"
    )


def _collate(collation: str) -> None:
    """Give the printed numbers another collation; what is generated from them has to make way meanwhile."""
    op.drop_index("ix_licenses_searched", "licenses")
    op.drop_column("licenses", "searched")
    changes = ", ".join(f'ALTER {number} TYPE text COLLATE "{collation}"' for number in NUMBERS)
    op.execute(f"ALTER TABLE licenses {changes}")
    op.add_column(
        "licenses", sa.Column("searched", sa.Text(), sa.Computed(SEARCHED, persisted=True), nullable=False)
    )


def downgrade() -> None:
    for column in ("order_number", "host_id"):
        op.drop_index(f"ix_licenses_by_{column}", "licenses")
    op.execute(f"DROP STATISTICS {STATISTICS}")
    _collate("default")
    op.create_index(
        "ix_licenses_searched",
        "licenses",
        ["searched"],
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )
    op.execute("DROP EXTENSION btree_gin")
