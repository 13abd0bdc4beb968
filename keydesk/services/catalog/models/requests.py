"""Requests: what somebody asks for, about which licenses, whom it concerns, and all that happened to it."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Identity, Index, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.catalog.contract import RequestKind, RequestStatus
from keydesk.services.catalog.models.base import Base

KINDS = ("general", "ownership_transfer", "license_assignment", "address_creation", "contract_change")
STATUSES = (
    "submitted", "verifying", "pending_approval", "approved", "executing",
    "completed", "rejected", "failed", "withdrawn",
)  # fmt: skip
ITEM_STATES = ("entered", "ready", "left_out", "moved", "lost")

ItemState = Literal["entered", "ready", "left_out", "moved", "lost"]
"""``left_out``: verifying found that it cannot be moved; ``lost``: it could be, and had left by then."""

Side = Literal["requester", "other_side"]

EventAction = Literal["changed", "taken", "returned", "handed_over", "approved_first"]
"""``changed``: the status; the others are support's own business and nobody else is shown them."""


def _one_of(column: str, values: tuple[str, ...]) -> str:
    return f"{column} IN (" + ", ".join(f"'{value}'" for value in values) + ")"


class Request(Base):
    """Something asked for (G24, G25). A trigger refuses a change of status that the machine does not know."""

    __tablename__ = "requests"
    __table_args__ = (
        CheckConstraint(_one_of("kind", KINDS), name="kind_known"),
        CheckConstraint(_one_of("status", STATUSES), name="status_known"),
        CheckConstraint("char_length(title) BETWEEN 1 AND 200", name="title_bounded"),
        CheckConstraint("char_length(description) <= 4000", name="description_bounded"),
        CheckConstraint("done BETWEEN 0 AND total", name="done_bounded"),
        CheckConstraint("to_account_id <> from_account_id", name="to_somebody_else"),
        Index("ix_requests_by_deadline", "status", "due_at", "id"),
        Index("ix_requests_by_age", "created_at", "id"),
        Index(
            "ix_requests_unfinished",
            "queued_at",
            postgresql_where=text("status IN ('submitted', 'verifying', 'approved', 'executing')"),
        ),
        Index("ix_requests_decided_at", "decided_at", postgresql_where=text("decided_at IS NOT NULL")),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[RequestKind] = mapped_column(Text)
    status: Mapped[RequestStatus] = mapped_column(Text)
    title: Mapped[str]
    description: Mapped[str]
    requester_account_id: Mapped[str]
    from_account_id: Mapped[str | None] = mapped_column(comment="who gives all of its licenses away")
    to_account_id: Mapped[str | None] = mapped_column(comment="who gets its licenses")
    created_at: Mapped[datetime]
    due_at: Mapped[datetime] = mapped_column(comment="decided by then")
    changed_at: Mapped[datetime] = mapped_column(comment="when its status last changed")
    findings: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default="[]", comment="of verifying: code, and how many licenses it is about"
    )
    assigned_to: Mapped[str | None] = mapped_column(comment="account id of who takes care of it")
    first_approved_by: Mapped[str | None] = mapped_column(comment="account id; another one has to follow")
    first_approved_at: Mapped[datetime | None]
    decided_by: Mapped[str | None] = mapped_column(comment="account id")
    decided_at: Mapped[datetime | None]
    total: Mapped[int] = mapped_column(server_default=text("0"), comment="licenses to move")
    done: Mapped[int] = mapped_column(server_default=text("0"), comment="of them, those that were tried")
    queued_at: Mapped[datetime] = mapped_column(comment="when its job was last queued, or got further")
    times_queued: Mapped[int] = mapped_column(server_default=text("1"), comment="since it last got further")


class RequestParty(Base):
    """Somebody whom a request concerns, and who therefore sees it."""

    __tablename__ = "request_parties"
    __table_args__ = (
        CheckConstraint(_one_of("concerns", ("requester", "other_side")), name="concerns_known"),
        Index("ix_request_parties_request_id", "request_id"),
    )

    account_id: Mapped[str] = mapped_column(primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    concerns: Mapped[Side] = mapped_column(Text)


class RequestItem(Base):
    """A license that a request is about; of an assignment, first only the serial number that was entered."""

    __tablename__ = "request_items"
    __table_args__ = (
        CheckConstraint(_one_of("state", ITEM_STATES), name="state_known"),
        CheckConstraint(
            "state IN ('entered', 'left_out') OR license_id IS NOT NULL AND from_account_id IS NOT NULL",
            name="known_before_it_moves",
        ),
        Index("uq_request_items_license_id", "request_id", "license_id", unique=True),
        Index("ix_request_items_ready", "request_id", "license_id", postgresql_where=text("state = 'ready'")),
        Index("ix_request_items_license_id", "license_id"),
        Index("ix_request_items_serial_number", text("lower(serial_number)")),
    )

    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    serial_number: Mapped[str]
    license_id: Mapped[str | None] = mapped_column(ForeignKey("licenses.id", ondelete="SET NULL"))
    from_account_id: Mapped[str | None] = mapped_column(
        comment="whose it was when this was entered or verified"
    )
    state: Mapped[ItemState] = mapped_column(Text)
    why: Mapped[str] = mapped_column(server_default="", comment="the finding that left it out")


class RequestEvent(Base):
    """Something that happened to a request. Rows are only ever added: a trigger refuses anything else."""

    __tablename__ = "request_events"
    __table_args__ = (
        CheckConstraint(
            _one_of("action", ("changed", "taken", "returned", "handed_over", "approved_first")),
            name="action_known",
        ),
        CheckConstraint(_one_of("to_status", STATUSES), name="to_status_known"),
        Index("ix_request_events_request_id", "request_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    action: Mapped[EventAction] = mapped_column(Text)
    from_status: Mapped[RequestStatus | None] = mapped_column(Text)
    to_status: Mapped[RequestStatus] = mapped_column(Text)
    at: Mapped[datetime]
    account_id: Mapped[str | None] = mapped_column(comment="who did it; none where a job did")
    note: Mapped[str]


class RequestMessage(Base):
    """What somebody whom a request concerns, or support, wrote about it; all of them read it."""

    __tablename__ = "request_messages"
    __table_args__ = (
        CheckConstraint("char_length(content) BETWEEN 1 AND 4000", name="content_bounded"),
        Index("ix_request_messages_request_id", "request_id", "position"),
    )

    position: Mapped[int] = mapped_column(BigInteger, Identity(), primary_key=True)
    id: Mapped[str]
    request_id: Mapped[str] = mapped_column(ForeignKey("requests.id"))
    account_id: Mapped[str]
    from_support: Mapped[bool]
    content: Mapped[str]
    at: Mapped[datetime]
