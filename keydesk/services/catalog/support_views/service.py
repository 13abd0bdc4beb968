"""Use cases of views of the queue. Nobody sees another's."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Problem
from keydesk.services.catalog.kept_by_name import keep
from keydesk.services.catalog.models import SupportView
from keydesk.services.catalog.support_views.schemas import Narrowing

MOST_VIEWS = 20


class TooManyViews(Problem):
    """The account keeps as many views as it may."""

    status, code = 409, "too_many_views"
    title = N_("You have too many saved views")
    detail = N_("You can keep %(most)s views of the queue. Remove one that you no longer need.")


class ViewNameTaken(Problem):
    """The account keeps a view by this name already."""

    status, code = 409, "view_name_taken"
    title = N_("You have a view by this name")
    detail = N_("One of your saved views is called “%(name)s”. Choose another name, or remove that one.")


def save_view(
    session: Session, account_id: str, name: str, narrowing: Narrowing, *, now: datetime
) -> SupportView:
    """Keep a view by name. Raises `ViewNameTaken`, `TooManyViews`."""
    view = SupportView(
        id=new_id("view"), account_id=account_id, name=name, narrowing=narrowing.kept(), created_at=now
    )
    return keep(
        session, view, most=MOST_VIEWS, taken=ViewNameTaken(name=name), too_many=TooManyViews(most=MOST_VIEWS)
    )
