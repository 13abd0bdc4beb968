"""License files stand beside their license keys: a row a license, not two."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("licenses", sa.Column("file_content", sa.LargeBinary(), comment="the JWS, sealed"))
    # Both were always sealed in one go, with the same key.
    op.alter_column(
        "licenses",
        "key_sealed_by",
        new_column_name="sealed_by",
        existing_comment="number of the key-encryption key",
    )
    op.execute(
        "UPDATE licenses SET file_content = f.content FROM license_files f WHERE f.license_id = licenses.id"
    )
    op.create_check_constraint(
        op.f("ck_licenses_file_has_a_name"), "licenses", "(file_content IS NULL) = (file_name IS NULL)"
    )
    op.drop_table("license_files")
    # Sealed bytes do not shrink: trying to compress them is for nothing.
    op.execute("ALTER TABLE issuance_batches ALTER COLUMN intent SET STORAGE EXTERNAL")
    op.execute("ALTER TABLE licenses ALTER COLUMN file_content SET STORAGE EXTERNAL")


def downgrade() -> None:
    op.create_table(
        "license_files",
        sa.Column("license_id", sa.Text(collation="C"), sa.ForeignKey("licenses.id"), primary_key=True),
        sa.Column("content", sa.LargeBinary, nullable=False, comment="the JWS, sealed"),
        sa.Column("sealed_by", sa.Integer, nullable=False, comment="number of the key-encryption key"),
    )
    op.execute(
        "INSERT INTO license_files SELECT id, file_content, sealed_by FROM licenses"
        " WHERE file_content IS NOT NULL"
    )
    op.execute("ALTER TABLE issuance_batches ALTER COLUMN intent SET STORAGE EXTENDED")
    op.drop_constraint(op.f("ck_licenses_file_has_a_name"), "licenses")
    op.alter_column("licenses", "sealed_by", new_column_name="key_sealed_by")
    op.drop_column("licenses", "file_content")
