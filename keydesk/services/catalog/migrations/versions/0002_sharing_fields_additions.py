"""What is added, shared, described and commented; a history that says what changed."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ACTIONS = "action IN ('registered', 'fields_changed', 'commented', 'shared', 'unshared', 'transferred')"
OWNED_ONCE_REGISTERED = (
    "(registered_at IS NULL) = (owner_account_id IS NULL)"
    " AND (registered_at IS NULL) = (registered_by IS NULL)"
    " AND (registered_at IS NULL) = (registration_id IS NULL)"
)
REGISTRATION = ("registration_id", "owner_account_id", "registered_by", "registered_at")


def upgrade() -> None:
    _widen_licenses()
    _widen_history()
    _create_additions_and_customer_numbers()
    _create_fields_and_comments()
    _create_shares()


def _time(name: str, *, nullable: bool = False, comment: str | None = None) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _text(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _widen_licenses() -> None:
    for column in REGISTRATION:
        op.alter_column("licenses", column, nullable=True)
    op.create_check_constraint(op.f("ck_licenses_owned_once_registered"), "licenses", OWNED_ONCE_REGISTERED)
    op.add_column(
        "licenses",
        sa.Column(
            "registered_order",
            sa.DateTime(timezone=True),
            sa.Computed("coalesce(registered_at, TIMESTAMPTZ '9999-12-31 00:00:00+00')", persisted=True),
            nullable=False,
            comment="registered_at with a place for what is not registered yet",
        ),
    )
    op.drop_index("ix_licenses_by_registered_at", "licenses")
    op.create_index(
        "ix_licenses_by_registered_at", "licenses", ["owner_account_id", "registered_order", "id"]
    )
    op.create_index(
        "ix_licenses_by_customer_number",
        "licenses",
        ["owner_account_id", "customer_number", "registered_order", "id"],
    )
    op.create_index(
        "uq_licenses_unregistered",
        "licenses",
        ["serial_number"],
        unique=True,
        postgresql_where=sa.text("registered_at IS NULL"),
    )


def _widen_history() -> None:
    op.drop_constraint(op.f("ck_license_history_action_known"), "license_history")
    op.create_check_constraint(op.f("ck_license_history_action_known"), "license_history", ACTIONS)
    op.add_column(
        "license_history",
        sa.Column(
            "through",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="portal or api; empty for a job",
        ),
    )
    op.add_column(
        "license_history",
        sa.Column(
            "details",
            postgresql.JSONB(),
            nullable=False,
            server_default="{}",
            comment="what changed, by name: [before, after]",
        ),
    )


def _create_additions_and_customer_numbers() -> None:
    op.create_table(
        "additions",
        _text("account_id"),
        _text("license_id"),
        _time("added_at"),
        sa.PrimaryKeyConstraint("account_id", "license_id", name="pk_additions"),
        sa.ForeignKeyConstraint(
            ["license_id"], ["licenses.id"], name="fk_additions_license_id", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_additions_license_id", "additions", ["license_id"])
    op.create_table(
        "customer_numbers",
        _text("account_id"),
        _text("customer_number"),
        _text("customer_name"),
        _text("order_number", "the one that matched"),
        _text("comment"),
        _time("added_at"),
        sa.PrimaryKeyConstraint("account_id", "customer_number", name="pk_customer_numbers"),
    )
    op.add_column(
        "people",
        sa.Column(
            "login_id",
            sa.Text(),
            nullable=False,
            server_default="",
            comment="empty where it was not told yet",
        ),
    )
    op.add_column(
        "people",
        sa.Column(
            "active",
            sa.Boolean(),
            nullable=False,
            server_default=sa.text("true"),
            comment="verified and not locked",
        ),
    )
    op.create_index("ix_people_login_id", "people", [sa.text("lower(login_id)")])


def _create_fields_and_comments() -> None:
    op.create_table(
        "fields",
        _text("id"),
        _text("account_id"),
        _text("name"),
        _text("kind"),
        sa.Column("choices", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
        sa.Column(
            "position", sa.Integer(), nullable=False, comment="where it stands among the account's fields"
        ),
        sa.Column("in_list", sa.Boolean(), nullable=False, comment="a column of the license list"),
        sa.Column(
            "shared", sa.Boolean(), nullable=False, comment="seen by those with whom a license is shared"
        ),
        sa.Column(
            "revision", sa.Integer(), nullable=False, server_default=sa.text("1"), comment="for If-Match"
        ),
        _time("created_at"),
        sa.PrimaryKeyConstraint("id", name="pk_fields"),
        sa.CheckConstraint("kind IN ('text', 'number', 'date', 'choice')", name=op.f("ck_fields_kind_known")),
        sa.CheckConstraint(
            "(kind = 'choice') = (cardinality(choices) > 0)", name=op.f("ck_fields_choices_of_a_choice")
        ),
    )
    op.create_index("uq_fields_name", "fields", ["account_id", sa.text("lower(name)")], unique=True)
    op.create_table(
        "field_values",
        _text("field_id"),
        _text("license_id"),
        _text("value"),
        _time("changed_at"),
        _text("changed_by", "account id"),
        sa.PrimaryKeyConstraint("field_id", "license_id", name="pk_field_values"),
        sa.ForeignKeyConstraint(
            ["field_id"], ["fields.id"], name="fk_field_values_field_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name="fk_field_values_license_id"),
    )
    op.create_index("ix_field_values_license_id", "field_values", ["license_id"])
    op.create_table(
        "comments",
        _text("id"),
        _text("license_id"),
        _text("account_id", "who wrote it"),
        _text("content"),
        _time("at"),
        sa.PrimaryKeyConstraint("id", name="pk_comments"),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name="fk_comments_license_id"),
        sa.CheckConstraint(
            "char_length(content) BETWEEN 1 AND 4000", name=op.f("ck_comments_content_bounded")
        ),
    )
    op.create_index("ix_comments_license_id", "comments", ["license_id", "at", "id"])


def _create_shares() -> None:
    op.create_table(
        "shares",
        _text("id"),
        _text("from_account_id"),
        _text("to_account_id"),
        _text("level"),
        _text("comment", "the owner's own note"),
        _time("ends_at", nullable=True, comment="no longer holds from then on"),
        _time("hidden_at", nullable=True, comment="the other side put it out of sight"),
        _time("created_at"),
        _time("removed_at", nullable=True),
        sa.Column(
            "revision", sa.Integer(), nullable=False, server_default=sa.text("1"), comment="for If-Match"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_shares"),
        sa.CheckConstraint("level IN ('view', 'full')", name=op.f("ck_shares_level_known")),
        sa.CheckConstraint("from_account_id <> to_account_id", name=op.f("ck_shares_with_somebody_else")),
    )
    op.create_index("ix_shares_from_account_id", "shares", ["from_account_id", "id"])
    op.create_index(
        "ix_shares_to_account_id",
        "shares",
        ["to_account_id", "id"],
        postgresql_where=sa.text("removed_at IS NULL"),
    )
    op.create_table(
        "share_scopes",
        sa.Column("position", sa.Integer(), sa.Identity(), nullable=False),
        _text("share_id"),
        _text("customer_number", nullable=True),
        _text("license_id", nullable=True),
        sa.PrimaryKeyConstraint("position", name="pk_share_scopes"),
        sa.ForeignKeyConstraint(
            ["share_id"], ["shares.id"], name="fk_share_scopes_share_id", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["license_id"], ["licenses.id"], name="fk_share_scopes_license_id"),
        sa.CheckConstraint(
            "num_nonnulls(customer_number, license_id) = 1", name=op.f("ck_share_scopes_one_of_both")
        ),
    )
    for column in ("customer_number", "license_id"):
        op.create_index(f"uq_share_scopes_{column}", "share_scopes", ["share_id", column], unique=True)


def downgrade() -> None:
    for table in ("share_scopes", "shares", "comments", "field_values", "fields"):
        op.drop_table(table)
    op.drop_index("ix_people_login_id", "people")
    op.drop_column("people", "active")
    op.drop_column("people", "login_id")
    op.drop_table("customer_numbers")
    op.drop_table("additions")
    op.drop_column("license_history", "details")
    op.drop_column("license_history", "through")
    op.drop_constraint(op.f("ck_license_history_action_known"), "license_history")
    op.create_check_constraint(
        op.f("ck_license_history_action_known"), "license_history", "action IN ('registered')"
    )
    op.drop_index("uq_licenses_unregistered", "licenses")
    op.drop_index("ix_licenses_by_customer_number", "licenses")
    op.drop_index("ix_licenses_by_registered_at", "licenses")
    op.drop_column("licenses", "registered_order")
    op.create_index("ix_licenses_by_registered_at", "licenses", ["owner_account_id", "registered_at", "id"])
    op.drop_constraint(op.f("ck_licenses_owned_once_registered"), "licenses")
    for column in REGISTRATION:
        op.alter_column("licenses", column, nullable=False)
