"""The HTTP door of views of the queue."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter

from keydesk.chassis.http.idempotency import IdempotentRoute
from keydesk.chassis.http.transaction import Reading, Transaction
from keydesk.chassis.ids import id_type
from keydesk.chassis.problems import NotFound, may_raise
from keydesk.services.catalog.kept_by_name import forget, kept_by
from keydesk.services.catalog.models import SupportView
from keydesk.services.catalog.requests.support_routes import Decider, Watcher
from keydesk.services.catalog.support_views import service
from keydesk.services.catalog.support_views.schemas import NewSupportView, SupportViews, SupportViewShown

router = APIRouter(prefix="/support/requests/views", tags=["support"], route_class=IdempotentRoute)

ViewId = Annotated[str, id_type("view")]


@router.get("", response_model_exclude_none=True)
def list_support_views(*, caller: Watcher, session: Reading) -> SupportViews:
    """The views of the queue that the caller keeps, by name."""
    found = kept_by(session, SupportView, caller.known_account_id)
    return SupportViews(items=[SupportViewShown.model_validate(view, from_attributes=True) for view in found])


@router.post(
    "",
    status_code=201,
    response_model_exclude_none=True,
    responses=may_raise(service.ViewNameTaken, service.TooManyViews),
)
def save_support_view(*, wanted: NewSupportView, caller: Decider, session: Transaction) -> SupportViewShown:
    """Keep a view of the queue by name."""
    view = service.save_view(
        session, caller.known_account_id, wanted.name, wanted.narrowing, now=datetime.now(UTC)
    )
    return SupportViewShown.model_validate(view, from_attributes=True)


@router.delete("/{view_id}", status_code=204, responses=may_raise(NotFound))
def remove_support_view(*, view_id: ViewId, caller: Decider, session: Transaction) -> None:
    """Forget a view of the queue."""
    forget(session, SupportView, caller.known_account_id, view_id)
