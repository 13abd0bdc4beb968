"""When an import last moved, so that one whose job a broker lost is found."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "imports",
        sa.Column(
            "moved_at",
            sa.DateTime(timezone=True),
            nullable=False,
            server_default=sa.func.now(),
            comment="when it was queued or read further",
        ),
    )
    op.create_index(
        "ix_imports_unfinished", "imports", ["moved_at"], postgresql_where=sa.text("finished_at IS NULL")
    )


def downgrade() -> None:
    op.drop_index("ix_imports_unfinished", "imports")
    op.drop_column("imports", "moved_at")
