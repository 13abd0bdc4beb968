"""Accounts, acceptances of the agreement, links, API tokens, throttles."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from keydesk.chassis.messaging.tables import create_chassis_tables, drop_chassis_tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    create_chassis_tables(op)
    _create_accounts()
    _create_agreement_acceptances()
    _create_links()
    _create_api_tokens()
    _create_throttles()


def _create_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "revision",
            sa.BigInteger(),
            nullable=False,
            comment="rises with every change that others are told of",
        ),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("login_id", sa.Text(), nullable=False),
        sa.Column("login_key", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("email_key", sa.Text(), nullable=False),
        sa.Column("email_verified_at", sa.DateTime(timezone=True)),
        sa.Column("pending_email", sa.Text(), comment="replaces email once it is verified"),
        sa.Column("additional_email", sa.Text()),
        sa.Column("additional_email_confirmed_at", sa.DateTime(timezone=True)),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "session_epoch", sa.BigInteger(), nullable=False, comment="rises when sessions have to end"
        ),
        sa.Column("customer_type", sa.Text(), nullable=False),
        sa.Column("first_name", sa.Text(), nullable=False),
        sa.Column("last_name", sa.Text(), nullable=False),
        sa.Column("company_name", sa.Text(), nullable=False),
        sa.Column("phone_number", sa.Text(), nullable=False, comment="E.164"),
        sa.Column("phone_extension", sa.Text(), nullable=False),
        sa.Column("street_address", sa.Text(), nullable=False),
        sa.Column("country", sa.Text(), nullable=False, comment="ISO 3166-1 alpha-2"),
        sa.Column("city", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("postal_code", sa.Text(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "searched",
            sa.Text(),
            sa.Computed(
                "lower(login_id || E'\\n' || email || E'\\n' || first_name || ' ' || last_name || E'\\n' ||"
                " company_name)",
                persisted=True,
            ),
            nullable=False,
            comment="what staff search in",
        ),
        sa.CheckConstraint(
            "roles <@ ARRAY['customer', 'support', 'operator']", name=op.f("ck_accounts_roles_known")
        ),
        sa.CheckConstraint(
            "status <> 'active' OR email_verified_at IS NOT NULL", name=op.f("ck_accounts_active_is_verified")
        ),
        sa.CheckConstraint(
            "status IN ('pending', 'active', 'superseded', 'locked')", name=op.f("ck_accounts_status_known")
        ),
        sa.CheckConstraint("revision > 0", name=op.f("ck_accounts_revision_positive")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
    )
    op.create_index("ix_accounts_email_key", "accounts", ["email_key"], unique=False)
    op.create_index("ix_accounts_login_key", "accounts", ["login_key"], unique=False)
    op.create_index(
        "uq_accounts_living_email",
        "accounts",
        ["email_key"],
        unique=True,
        postgresql_where=sa.text("status IN ('active', 'locked')"),
    )
    op.create_index(
        "uq_accounts_living_login",
        "accounts",
        ["login_key"],
        unique=True,
        postgresql_where=sa.text("status IN ('active', 'locked')"),
    )
    op.create_index(
        "uq_accounts_pending_email",
        "accounts",
        ["email_key"],
        unique=True,
        postgresql_where=sa.text("status = 'pending'"),
    )


def _create_agreement_acceptances() -> None:
    op.create_table(
        "agreement_acceptances",
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("accepted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("address", sa.Text(), nullable=False, comment="network address, as the gateway saw it"),
        sa.Column("language", sa.Text(), nullable=False, comment="in which it was shown"),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_agreement_acceptances_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", "version", name=op.f("pk_agreement_acceptances")),
    )


def _create_links() -> None:
    op.create_table(
        "links",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False, comment="where it is sent, and what it proves"),
        sa.Column("nonce", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("spent_at", sa.DateTime(timezone=True)),
        sa.Column("ended_at", sa.DateTime(timezone=True), comment="a newer link took its place"),
        sa.CheckConstraint(
            "purpose IN ('sign_up', 'email_change', 'additional_email', 'password_reset')",
            name=op.f("ck_links_purpose_known"),
        ),
        sa.CheckConstraint("spent_at IS NULL OR ended_at IS NULL", name=op.f("ck_links_spent_or_ended")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_links_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_links")),
    )
    op.create_index("ix_links_account_id", "links", ["account_id", "purpose"], unique=False)
    op.create_index("ix_links_expires_at", "links", ["expires_at"], unique=False)


def _create_api_tokens() -> None:
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("scopes", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True)),
        sa.Column("revoked_at", sa.DateTime(timezone=True)),
        sa.Column("last_used_at", sa.DateTime(timezone=True), comment="to the hour or so"),
        sa.CheckConstraint("cardinality(scopes) > 0", name=op.f("ck_api_tokens_some_scope")),
        sa.CheckConstraint("octet_length(token_hash) = 32", name=op.f("ck_api_tokens_hash_is_sha256")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_api_tokens_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
    )
    op.create_index("ix_api_tokens_account_id", "api_tokens", ["account_id", "id"], unique=False)


def _create_throttles() -> None:
    op.create_table(
        "throttles",
        sa.Column("key", sa.Text(), nullable=False, comment="what is tried; names are hashed"),
        sa.Column("tries", sa.BigInteger(), nullable=False),
        sa.Column("last_try_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("blocked_until", sa.DateTime(timezone=True)),
        sa.CheckConstraint("tries >= 0", name=op.f("ck_throttles_tries_not_negative")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_throttles")),
    )
    op.create_index("ix_throttles_last_try_at", "throttles", ["last_try_at"], unique=False)


def downgrade() -> None:
    op.drop_table("throttles")
    op.drop_table("api_tokens")
    op.drop_table("links")
    op.drop_table("agreement_acceptances")
    op.drop_table("accounts")
    drop_chassis_tables(op)
