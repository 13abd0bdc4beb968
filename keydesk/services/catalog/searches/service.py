"""Use cases of saved searches and chosen columns. Nobody sees another's."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Problem
from keydesk.services.catalog.fields.repository import listed_fields
from keydesk.services.catalog.kept_by_name import keep
from keydesk.services.catalog.licenses.criteria import Criteria
from keydesk.services.catalog.models import SavedSearch
from keydesk.services.catalog.searches import repository
from keydesk.services.catalog.searches.columns import USUAL
from keydesk.services.catalog.searches.schemas import ListColumnsShown, ListField

MOST_SEARCHES = 50


class TooManySearches(Problem):
    """The account keeps as many searches as it may."""

    status, code = 409, "too_many_searches"
    title = N_("You have too many saved searches")
    detail = N_("An account can have %(most)s saved searches. Remove one that you no longer need.")


class SearchNameTaken(Problem):
    """The account keeps a search by this name already."""

    status, code = 409, "search_name_taken"
    title = N_("You have a search by this name")
    detail = N_("One of your saved searches is called “%(name)s”. Choose another name, or remove that one.")


def save_search(
    session: Session, account_id: str, name: str, criteria: Criteria, *, now: datetime
) -> SavedSearch:
    """Keep a search by name. Raises `SearchNameTaken`, `TooManySearches`."""
    search = SavedSearch(
        id=new_id("sea"),
        account_id=account_id,
        name=name,
        criteria=criteria.kept(),
        created_at=now,
    )
    return keep(
        session,
        search,
        most=MOST_SEARCHES,
        taken=SearchNameTaken(name=name),
        too_many=TooManySearches(most=MOST_SEARCHES),
    )


def columns_of(session: Session, account_id: str, now: datetime) -> list[str]:
    """The columns of the account's list."""
    return show_columns(session, account_id, now).columns


def show_columns(session: Session, account_id: str, now: datetime) -> ListColumnsShown:
    """The columns of the account's list, and the fields that can be among them."""
    chosen = repository.find_columns(session, account_id)
    fields = listed_fields(session, account_id, now)
    own = [field.id for field in fields if field.account_id == account_id]
    return ListColumnsShown(
        columns=[*USUAL, *own] if chosen is None else chosen,
        chosen=chosen is not None,
        fields=[
            ListField(
                id=field.id,
                name=field.name,
                kind=field.kind,
                choices=field.choices,
                own=field.account_id == account_id,
            )
            for field in fields
        ],
    )


def choose_columns(
    session: Session, account_id: str, columns: Sequence[str], now: datetime
) -> ListColumnsShown:
    """Show these columns from now on."""
    repository.put_columns(session, account_id, columns)
    return show_columns(session, account_id, now)
