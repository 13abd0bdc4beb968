"""An index for words in the middle of what is searched.

pg_trgm comes with PostgreSQL and is trusted: the owner of the database may create it.
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    op.create_index(
        "ix_licenses_searched",
        "licenses",
        ["searched"],
        postgresql_using="gin",
        postgresql_ops={"searched": "gin_trgm_ops"},
    )


def downgrade() -> None:
    op.drop_index("ix_licenses_searched", "licenses")
    op.execute("DROP EXTENSION pg_trgm")
