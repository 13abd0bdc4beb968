"""SQL of chosen columns."""

from collections.abc import Sequence

from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from keydesk.services.catalog.models import ListColumns


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
