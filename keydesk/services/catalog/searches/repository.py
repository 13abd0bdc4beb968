"""SQL of saved searches and chosen columns."""

from collections.abc import Sequence

from sqlalchemy import delete, func, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from keydesk.services.catalog.models import ListColumns, SavedSearch


def lock_searches(session: Session, account_id: str) -> None:
    """Let nobody else keep a search for this account until the transaction ends."""
    lock = text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))")
    session.execute(lock, {"name": f"saved searches of {account_id}"})


def count_searches(session: Session, account_id: str) -> int:
    """How many searches the account keeps."""
    kept = select(func.count()).select_from(SavedSearch).where(SavedSearch.account_id == account_id)
    return session.scalars(kept).one()


def has_search_called(session: Session, account_id: str, name: str) -> bool:
    """Whether the account keeps a search by this name, whatever its case."""
    called = select(SavedSearch.id).where(
        SavedSearch.account_id == account_id, func.lower(SavedSearch.name) == func.lower(name)
    )
    return session.scalar(called) is not None


def add_search(session: Session, search: SavedSearch) -> None:
    """Keep a search."""
    session.add(search)
    session.flush()


def list_searches(session: Session, account_id: str) -> Sequence[SavedSearch]:
    """The account's searches by name."""
    kept = select(SavedSearch).where(SavedSearch.account_id == account_id)
    return session.scalars(kept.order_by(func.lower(SavedSearch.name), SavedSearch.id)).all()


def remove_search(session: Session, account_id: str, search_id: str) -> bool:
    """Forget one of the account's searches; whether there was one."""
    own = delete(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.account_id == account_id)
    return session.scalar(own.returning(SavedSearch.id)) is not None


def find_columns(session: Session, account_id: str) -> list[str] | None:
    """The columns that the account chose, if it ever did."""
    chosen = session.get(ListColumns, account_id)
    return chosen.columns if chosen is not None else None


def put_columns(session: Session, account_id: str, columns: Sequence[str]) -> None:
    """Keep the account's choice of columns; the latest wins."""
    chosen = postgresql.insert(ListColumns).values(account_id=account_id, columns=list(columns))
    session.execute(
        chosen.on_conflict_do_update(
            index_elements=[ListColumns.account_id], set_={"columns": chosen.excluded.columns}
        )
    )
