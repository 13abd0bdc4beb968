"""Whom support may view the portal as, and the trail of it in the audit."""

from datetime import datetime

from sqlalchemy.orm import Session

from keydesk.chassis.audit import record
from keydesk.chassis.i18n import N_
from keydesk.chassis.problems import Forbidden, NotFound, Problem
from keydesk.services.accounts.agreements.versions import Agreement
from keydesk.services.accounts.authentication.principals import principal_of
from keydesk.services.accounts.authentication.schemas import Principal
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.staff.schemas import ViewBegun, ViewEnded

STAFF = frozenset({"support", "operator"})


class StaffNotViewed(Problem):
    """The portal is not viewed as somebody who may do more than customers."""

    status, code = 403, "staff_not_viewed"
    title = N_("Not as this person")
    detail = N_("You can view the portal as a customer, but not as somebody of the staff.")


def begin_view(session: Session, view: ViewBegun, *, agreement: Agreement, now: datetime) -> Principal:
    """Record that the viewer views the portal as the account from now on, and say who that is.

    Raises `Forbidden` where the viewer is not of support (any more), `NotFound` for an account that may not
    act itself, and `StaffNotViewed`.
    """
    viewer = session.get(Account, view.viewer_id)
    if viewer is None or viewer.status != "active" or "support" not in viewer.roles:
        raise Forbidden
    account = session.get(Account, view.account_id)
    if account is None or account.status != "active":
        raise NotFound
    if not STAFF.isdisjoint(account.roles):
        raise StaffNotViewed
    details = {"reason": view.reason, "view_id": view.view_id, "until": view.until.isoformat()}
    record(
        session,
        now=now,
        actor=viewer.id,
        action="account.view_begun",
        subject=account.id,
        details=details,
    )
    return principal_of(session, account, agreement_version=agreement.version)


def end_view(session: Session, view: ViewEnded, *, now: datetime) -> None:
    """Record that the viewer stopped before the view would have ended by itself."""
    record(
        session,
        now=now,
        actor=view.viewer_id,
        action="account.view_ended",
        subject=view.account_id,
        details={"view_id": view.view_id},
    )
