"""The HTTP door of saved searches and chosen columns."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends

from keydesk.chassis.http.access import accounts
from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.kept_by_name import forget, kept_by
from keydesk.services.catalog.models import SavedSearch
from keydesk.services.catalog.searches import service
from keydesk.services.catalog.searches.schemas import (
    ListColumnsChosen,
    ListColumnsShown,
    NewSavedSearch,
    SavedSearches,
    SavedSearchShown,
)

router = APIRouter(prefix="/catalog", tags=["catalog"], route_class=IdempotentRoute)

SearchId = Annotated[str, id_type("sea")]
Reader = Annotated[Caller, Depends(accounts("licenses:read"))]
Writer = Annotated[Caller, Depends(accounts("licenses:write", verified=True, agreed=True))]


@router.get("/saved-searches", response_model_exclude_unset=True)
def list_saved_searches(*, caller: Reader, session: Reading) -> SavedSearches:
    """The searches that the caller keeps, by name."""
    found = kept_by(session, SavedSearch, caller.known_account_id)
    return SavedSearches(
        items=[SavedSearchShown.model_validate(search, from_attributes=True) for search in found]
    )


@router.post(
    "/saved-searches",
    status_code=201,
    response_model_exclude_unset=True,
    responses=may_raise(service.SearchNameTaken, service.TooManySearches),
)
def save_search(*, wanted: NewSavedSearch, caller: Writer, session: Transaction) -> SavedSearchShown:
    """Keep a search by name."""
    search = service.save_search(
        session, caller.known_account_id, wanted.name, wanted.criteria, now=datetime.now(UTC)
    )
    return SavedSearchShown.model_validate(search, from_attributes=True)


@router.delete("/saved-searches/{search_id}", status_code=204, responses=may_raise(NotFound))
def remove_saved_search(*, search_id: SearchId, caller: Writer, session: Transaction) -> None:
    """Forget a search."""
    forget(session, SavedSearch, caller.known_account_id, search_id)


@router.get("/columns")
def show_columns(*, caller: Reader, session: Reading) -> ListColumnsShown:
    """The columns of the caller's list: those chosen, or the usual ones with the caller's own fields."""
    return service.show_columns(session, caller.known_account_id, datetime.now(UTC))


@router.put("/columns")
def choose_columns(*, wanted: ListColumnsChosen, caller: Writer, session: Transaction) -> ListColumnsShown:
    """Choose the columns of the caller's list."""
    return service.choose_columns(session, caller.known_account_id, wanted.columns, datetime.now(UTC))
