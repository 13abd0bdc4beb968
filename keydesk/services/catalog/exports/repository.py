"""SQL of exports."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session, defer

from keydesk.chassis.database import lock_named
from keydesk.services.catalog.models import Export

UNFINISHED = ("queued", "processing")


def lock_exports(session: Session, account_id: str) -> None:
    """Let nobody else ask for an export for this account until the transaction ends."""
    lock_named(session, f"exports of {account_id}")


def add(session: Session, export: Export) -> None:
    """Keep an export that is to be made."""
    session.add(export)
    session.flush()
    session.refresh(export)


def find(session: Session, account_id: str, export_id: str, *, now: datetime) -> Export | None:
    """One of the account's exports, without its file, unless it has expired."""
    own = select(Export).where(
        Export.id == export_id, Export.account_id == account_id, Export.expires_at > now
    )
    return session.scalar(own.options(defer(Export.content)))


def list_exports(session: Session, account_id: str, *, now: datetime) -> Sequence[Export]:
    """The account's exports without their files, the newest first."""
    own = select(Export).where(Export.account_id == account_id, Export.expires_at > now)
    return session.scalars(own.options(defer(Export.content)).order_by(Export.id.desc())).all()


def content_of(session: Session, export_id: str) -> bytes | None:
    """The file of an export that is completed."""
    return session.scalar(select(Export.content).where(Export.id == export_id))


def begin(session: Session, export_id: str, *, now: datetime) -> Export | None:
    """The export, from now on being made; none where it is finished or gone."""
    begun = (
        update(Export)
        .where(Export.id == export_id, Export.status.in_(UNFINISHED), Export.expires_at > now)
        .values(status="processing", done=0, moved_at=now)
        .returning(Export.id)
    )
    if session.scalar(begun) is None:
        return None
    return session.scalar(select(Export).where(Export.id == export_id).options(defer(Export.content)))


def advance(session: Session, export_id: str, *, done: int, total: int, now: datetime) -> bool:
    """Tell how far it is made; whether there still is anything to make."""
    moved = (
        update(Export)
        .where(Export.id == export_id, Export.status == "processing")
        .values(done=done, total=total, moved_at=now)
        .returning(Export.id)
    )
    return session.scalar(moved) is not None


def complete(session: Session, export_id: str, content: bytes, *, rows: int, now: datetime) -> None:
    """Keep its file, unless somebody else was faster."""
    session.execute(
        update(Export)
        .where(Export.id == export_id, Export.status == "processing")
        .values(status="completed", content=content, done=rows, total=rows, moved_at=now)
    )


def fail(session: Session, export_id: str, *, now: datetime) -> None:
    """Give an export up."""
    session.execute(
        update(Export)
        .where(Export.id == export_id, Export.status.in_(UNFINISHED))
        .values(status="failed", moved_at=now)
    )


def fail_older(session: Session, *, before: datetime, now: datetime) -> None:
    """Give up what was asked for before and still is not made."""
    session.execute(
        update(Export)
        .where(Export.status.in_(UNFINISHED), Export.created_at < before)
        .values(status="failed", moved_at=now)
    )


def take_stalled(session: Session, *, before: datetime, now: datetime) -> Sequence[str]:
    """Unfinished exports that have not moved since ``before``; counted as queued again."""
    stalled = (
        select(Export.id)
        .where(Export.status.in_(UNFINISHED), Export.moved_at < before)
        .with_for_update(skip_locked=True)
    )
    moved = update(Export).where(Export.id.in_(stalled)).values(moved_at=now)
    return session.scalars(moved.returning(Export.id)).all()


def remove_expired(session: Session, *, now: datetime) -> None:
    """Remove the exports whose time has come, with their files."""
    session.execute(delete(Export).where(Export.expires_at <= now))


def count_kept(session: Session, account_id: str, *, now: datetime) -> int:
    """How many exports the account has."""
    own = select(func.count()).select_from(Export)
    return session.scalars(own.where(Export.account_id == account_id, Export.expires_at > now)).one()
