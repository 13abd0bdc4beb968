"""Install-at addresses, requests to create one, and licenses that move."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

PARTS = ("address_1", "address_2", "address_3", "address_4", "city", "postal_code")
ACTIONS = "'registered', 'fields_changed', 'commented', 'shared', 'unshared', 'transferred'"


def _text(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _empty(name: str, comment: str | None = None) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False, server_default="", comment=comment)


def upgrade() -> None:
    _create_addresses()
    op.add_column(
        "licenses",
        _text("address_id", "where it is installed, if that is an address that we know", nullable=True),
    )
    op.create_foreign_key(op.f("fk_licenses_address_id"), "licenses", "addresses", ["address_id"], ["id"])
    _create_address_requests()
    _replace_actions(f"{ACTIONS}, 'moved'")


def _create_addresses() -> None:
    op.create_table(
        "addresses",
        _text("id"),
        _text("customer_number"),
        _text("address_1"),
        _empty("address_2"),
        _empty("address_3"),
        _empty("address_4"),
        _text("city"),
        _empty("state", "a code of the country's rules"),
        _empty("other_state", "where the rules know no such state"),
        _text("postal_code"),
        _text("country", "ISO 3166-1 alpha-2"),
        _text("fingerprint", "the same for every way to write the address"),
        _text("postal_code_key", "the same for every way to write it"),
        _text("source"),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        *(
            sa.Column(
                f"{part}_order",
                sa.Text(collation="C"),
                sa.Computed(f"lower({part})", persisted=True),
                nullable=False,
            )
            for part in PARTS
        ),
        sa.PrimaryKeyConstraint("id", name="pk_addresses"),
        sa.CheckConstraint(
            "source IN ('registration', 'request', 'import')", name=op.f("ck_addresses_source_known")
        ),
        sa.CheckConstraint("country ~ '^[A-Z]{2}$'", name=op.f("ck_addresses_country_code")),
        sa.CheckConstraint("state = '' OR other_state = ''", name=op.f("ck_addresses_one_state")),
    )
    op.create_index("uq_addresses_fingerprint", "addresses", ["customer_number", "fingerprint"], unique=True)
    op.create_index("ix_addresses_similar", "addresses", ["customer_number", "country", "postal_code_key"])
    op.create_index(
        "ix_addresses_by_address_1", "addresses", ["customer_number", "country", "address_1_order", "id"]
    )
    for part in PARTS[1:]:
        op.create_index(f"ix_addresses_by_{part}", "addresses", ["customer_number", f"{part}_order"])


def _create_address_requests() -> None:
    op.create_table(
        "address_requests",
        _text("request_id"),
        _text("customer_number"),
        sa.Column(
            "address",
            postgresql.JSONB(),
            nullable=False,
            comment="its parts; support may have corrected it",
        ),
        _text("license_id", "the license for which it is asked", nullable=True),
        _text("license_state", "whether it moves once it is there"),
        sa.Column("terms_accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "similar",
            postgresql.JSONB(),
            nullable=False,
            server_default="[]",
            comment="ids of addresses that verifying found to be like it",
        ),
        _text("use_address_id", "support: this one instead", nullable=True),
        _text("address_id", "which it came to", nullable=True),
        sa.PrimaryKeyConstraint("request_id", name="pk_address_requests"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_address_requests_request_id"),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name="fk_address_requests_license_id"),
        sa.ForeignKeyConstraint(
            ["use_address_id"], ["addresses.id"], name="fk_address_requests_use_address_id"
        ),
        sa.ForeignKeyConstraint(["address_id"], ["addresses.id"], name="fk_address_requests_address_id"),
        sa.CheckConstraint(
            "license_state IN ('none', 'waits', 'moved', 'stayed')",
            name=op.f("ck_address_requests_license_state_known"),
        ),
        sa.CheckConstraint(
            "license_state = 'none' OR license_id IS NOT NULL",
            name=op.f("ck_address_requests_waits_for_a_license"),
        ),
    )
    op.create_index("ix_address_requests_license_id", "address_requests", ["license_id"])


def _replace_actions(actions: str) -> None:
    op.drop_constraint(op.f("ck_license_history_action_known"), "license_history", type_="check")
    op.create_check_constraint(
        op.f("ck_license_history_action_known"), "license_history", f"action IN ({actions})"
    )


def downgrade() -> None:
    _replace_actions(ACTIONS)
    op.drop_table("address_requests")
    op.drop_constraint(op.f("fk_licenses_address_id"), "licenses", type_="foreignkey")
    op.drop_column("licenses", "address_id")
    op.drop_table("addresses")
