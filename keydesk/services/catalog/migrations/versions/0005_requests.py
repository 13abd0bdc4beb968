"""Requests, with a state machine that the database guards as well; roles of people."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

KINDS = "'general', 'ownership_transfer', 'license_assignment', 'address_creation', 'contract_change'"
STATUSES = (
    "'submitted', 'verifying', 'pending_approval', 'approved', 'executing',"
    " 'completed', 'rejected', 'failed', 'withdrawn'"
)

GUARDS = """
CREATE FUNCTION check_request_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status, NEW.status) NOT IN (
    ('submitted', 'verifying'), ('submitted', 'withdrawn'),
    ('verifying', 'pending_approval'), ('verifying', 'failed'), ('verifying', 'withdrawn'),
    ('pending_approval', 'approved'), ('pending_approval', 'rejected'), ('pending_approval', 'withdrawn'),
    ('approved', 'executing'),
    ('executing', 'completed'), ('executing', 'failed')
  ) THEN
    RAISE EXCEPTION 'a request does not go from % to %', OLD.status, NEW.status;
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER known_transition BEFORE UPDATE OF status ON requests
  FOR EACH ROW WHEN (OLD.status <> NEW.status) EXECUTE FUNCTION check_request_status();
CREATE FUNCTION refuse_change_of_request_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'what happened to a request is only ever added to';
END $$;
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE ON request_events
  FOR EACH ROW EXECUTE FUNCTION refuse_change_of_request_event();
"""


def _text(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable, comment=comment)


def _time(name: str, comment: str | None = None, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable, comment=comment)


def _count(name: str, comment: str, default: str = "0") -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False, server_default=sa.text(default), comment=comment)


def upgrade() -> None:
    op.add_column(
        "people",
        sa.Column("roles", postgresql.ARRAY(sa.Text()), nullable=False, server_default="{}"),
    )
    _create_requests()
    _create_parties()
    _create_items()
    _create_events()
    _create_messages()
    op.execute(GUARDS)


def _create_requests() -> None:
    op.create_table(
        "requests",
        _text("id"),
        _text("kind"),
        _text("status"),
        _text("title"),
        _text("description"),
        _text("requester_account_id"),
        _text("from_account_id", "who gives all of its licenses away", nullable=True),
        _text("to_account_id", "who gets its licenses", nullable=True),
        _time("created_at"),
        _time("due_at", "decided by then"),
        _time("changed_at", "when its status last changed"),
        sa.Column(
            "findings",
            postgresql.JSONB(),
            nullable=False,
            server_default="[]",
            comment="of verifying: code, and how many licenses it is about",
        ),
        _text("assigned_to", "account id of who takes care of it", nullable=True),
        _text("first_approved_by", "account id; another one has to follow", nullable=True),
        _time("first_approved_at", nullable=True),
        _text("decided_by", "account id", nullable=True),
        _time("decided_at", nullable=True),
        _count("total", "licenses to move"),
        _count("done", "of them, those that were tried"),
        _time("queued_at", "when its job was last queued, or got further"),
        _count("times_queued", "since it last got further", default="1"),
        sa.PrimaryKeyConstraint("id", name="pk_requests"),
        sa.CheckConstraint(f"kind IN ({KINDS})", name=op.f("ck_requests_kind_known")),
        sa.CheckConstraint(f"status IN ({STATUSES})", name=op.f("ck_requests_status_known")),
        sa.CheckConstraint("char_length(title) BETWEEN 1 AND 200", name=op.f("ck_requests_title_bounded")),
        sa.CheckConstraint("char_length(description) <= 4000", name=op.f("ck_requests_description_bounded")),
        sa.CheckConstraint("done BETWEEN 0 AND total", name=op.f("ck_requests_done_bounded")),
        sa.CheckConstraint("to_account_id <> from_account_id", name=op.f("ck_requests_to_somebody_else")),
    )
    op.create_index("ix_requests_by_deadline", "requests", ["status", "due_at", "id"])
    op.create_index("ix_requests_by_age", "requests", ["created_at", "id"])
    op.create_index(
        "ix_requests_unfinished",
        "requests",
        ["queued_at"],
        postgresql_where=sa.text("status IN ('submitted', 'verifying', 'approved', 'executing')"),
    )
    op.create_index(
        "ix_requests_decided_at",
        "requests",
        ["decided_at"],
        postgresql_where=sa.text("decided_at IS NOT NULL"),
    )


def _create_parties() -> None:
    op.create_table(
        "request_parties",
        _text("account_id"),
        _text("request_id"),
        _text("concerns"),
        sa.PrimaryKeyConstraint("account_id", "request_id", name="pk_request_parties"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_parties_request_id"),
        sa.CheckConstraint(
            "concerns IN ('requester', 'other_side')", name=op.f("ck_request_parties_concerns_known")
        ),
    )
    op.create_index("ix_request_parties_request_id", "request_parties", ["request_id"])


def _create_items() -> None:
    op.create_table(
        "request_items",
        _text("request_id"),
        sa.Column("position", sa.Integer(), nullable=False, autoincrement=False),
        _text("serial_number"),
        _text("license_id", nullable=True),
        _text("from_account_id", "whose it was when this was entered or verified", nullable=True),
        _text("state"),
        sa.Column(
            "why", sa.Text(), nullable=False, server_default="", comment="the finding that left it out"
        ),
        sa.PrimaryKeyConstraint("request_id", "position", name="pk_request_items"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_items_request_id"),
        sa.ForeignKeyConstraint(
            ["license_id"], ["licenses.id"], name="fk_request_items_license_id", ondelete="SET NULL"
        ),
        sa.CheckConstraint(
            "state IN ('entered', 'ready', 'left_out', 'moved', 'lost')",
            name=op.f("ck_request_items_state_known"),
        ),
        sa.CheckConstraint(
            "state IN ('entered', 'left_out') OR license_id IS NOT NULL AND from_account_id IS NOT NULL",
            name=op.f("ck_request_items_known_before_it_moves"),
        ),
    )
    op.create_index("uq_request_items_license_id", "request_items", ["request_id", "license_id"], unique=True)
    op.create_index(
        "ix_request_items_ready",
        "request_items",
        ["request_id", "license_id"],
        postgresql_where=sa.text("state = 'ready'"),
    )
    op.create_index("ix_request_items_license_id", "request_items", ["license_id"])
    op.create_index("ix_request_items_serial_number", "request_items", [sa.text("lower(serial_number)")])


def _create_events() -> None:
    op.create_table(
        "request_events",
        sa.Column("position", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("request_id"),
        _text("action"),
        _text("from_status", nullable=True),
        _text("to_status"),
        _time("at"),
        _text("account_id", "who did it; none where a job did", nullable=True),
        _text("note"),
        sa.PrimaryKeyConstraint("position", name="pk_request_events"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_events_request_id"),
        sa.CheckConstraint(
            "action IN ('changed', 'taken', 'returned', 'handed_over', 'approved_first')",
            name=op.f("ck_request_events_action_known"),
        ),
        sa.CheckConstraint(f"to_status IN ({STATUSES})", name=op.f("ck_request_events_to_status_known")),
    )
    op.create_index("ix_request_events_request_id", "request_events", ["request_id", "position"])


def _create_messages() -> None:
    op.create_table(
        "request_messages",
        sa.Column("position", sa.BigInteger(), sa.Identity(), nullable=False),
        _text("id"),
        _text("request_id"),
        _text("account_id"),
        sa.Column("from_support", sa.Boolean(), nullable=False),
        _text("content"),
        _time("at"),
        sa.PrimaryKeyConstraint("position", name="pk_request_messages"),
        sa.ForeignKeyConstraint(["request_id"], ["requests.id"], name="fk_request_messages_request_id"),
        sa.CheckConstraint(
            "char_length(content) BETWEEN 1 AND 4000", name=op.f("ck_request_messages_content_bounded")
        ),
    )
    op.create_index("ix_request_messages_request_id", "request_messages", ["request_id", "position"])


def downgrade() -> None:
    for table in ("request_messages", "request_events", "request_items", "request_parties", "requests"):
        op.drop_table(table)
    op.execute("DROP FUNCTION check_request_status()")
    op.execute("DROP FUNCTION refuse_change_of_request_event()")
    op.drop_column("people", "roles")
