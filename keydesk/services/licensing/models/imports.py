"""Files of products and orders on their way in, and what became of each of their lines."""

from datetime import datetime
from typing import Any, Literal

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from keydesk.services.licensing.imports.lines import LineState
from keydesk.services.licensing.models.base import CODE, Base

ImportKind = Literal["products", "orders"]
ImportStatus = Literal["queued", "processing", "completed", "failed"]


class Import(Base):
    """One file that an operator sent. ``done`` and the four counts move with each chunk's transaction."""

    __tablename__ = "imports"
    __table_args__ = (
        CheckConstraint("kind IN ('products', 'orders')", name="kind_is_known"),
        CheckConstraint("status IN ('queued', 'processing', 'completed', 'failed')", name="status_is_known"),
        CheckConstraint("(finished_at IS NULL) = (status IN ('queued', 'processing'))", name="finished"),
        CheckConstraint("(body IS NULL) = (finished_at IS NOT NULL)", name="body_until_finished"),
        CheckConstraint("(problem IS NULL) = (status <> 'failed')", name="problem_when_failed"),
        CheckConstraint("done = created + updated + unchanged + failed", name="every_line_is_counted"),
        CheckConstraint("status <> 'completed' OR done = total", name="completed_means_all"),
        Index("ix_imports_unfinished", "moved_at", postgresql_where=text("finished_at IS NULL")),
    )

    id: Mapped[str] = mapped_column(CODE, primary_key=True)
    kind: Mapped[ImportKind] = mapped_column(Text)
    file_name: Mapped[str]
    dry_run: Mapped[bool]
    account_id: Mapped[str] = mapped_column(CODE, comment="the operator who sent it")
    status: Mapped[ImportStatus] = mapped_column(Text, server_default="queued")
    body: Mapped[bytes | None] = mapped_column(comment="the file, compressed (zlib), until it is finished")
    total: Mapped[int]
    done: Mapped[int] = mapped_column(server_default=text("0"))
    created: Mapped[int] = mapped_column(server_default=text("0"))
    updated: Mapped[int] = mapped_column(server_default=text("0"))
    unchanged: Mapped[int] = mapped_column(server_default=text("0"))
    failed: Mapped[int] = mapped_column(server_default=text("0"))
    problem: Mapped[dict[str, Any] | None] = mapped_column(
        JSONB(none_as_null=True), comment="why it failed as a whole"
    )
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())
    moved_at: Mapped[datetime] = mapped_column(
        server_default=func.now(), comment="when it was queued or read further"
    )
    finished_at: Mapped[datetime | None]


class ImportLine(Base):
    """What became of one line of a file."""

    __tablename__ = "import_lines"
    __table_args__ = (
        CheckConstraint("state IN ('created', 'updated', 'unchanged', 'failed')", name="state_is_known"),
        CheckConstraint(
            "(jsonb_array_length(problems) > 0) = (state = 'failed')", name="problems_when_failed"
        ),
        Index("ix_import_lines_import_id_state_line", "import_id", "state", "line"),
    )

    import_id: Mapped[str] = mapped_column(
        CODE, ForeignKey("imports.id", ondelete="CASCADE"), primary_key=True
    )
    line: Mapped[int] = mapped_column(primary_key=True, comment="in the file, its header being line 1")
    state: Mapped[LineState] = mapped_column(Text)
    key: Mapped[str] = mapped_column(comment="the serial number or SKU as it stands in the file")
    problems: Mapped[list[dict[str, Any]]] = mapped_column(
        JSONB, server_default=text("'[]'::jsonb"), comment="list of {field, code, params}; texts when read"
    )
