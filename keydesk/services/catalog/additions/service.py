"""Use cases of additions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from keydesk.chassis.database import Database
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Invalid, NotFound, Problem
from keydesk.services.catalog.additions import repository
from keydesk.services.catalog.additions.rules import TEXTS, Known, Outcome, outcome_of, shown_id
from keydesk.services.catalog.additions.schemas import AdditionLine, AdditionsMade, AdditionsWanted
from keydesk.services.catalog.customer_numbers.entitlements import MOST, Entitlement, EntitlementsWanted, ask
from keydesk.services.catalog.customer_numbers.schemas import OrderOfCustomer
from keydesk.services.catalog.customer_numbers.tries import prove

_ONE_WAY = N_("Give serial numbers, or a customer number with an order number, and not both.")
_NEEDED = N_("This is needed.")


class OrderTooLarge(Problem):
    """The order has more licenses than can be added at once; none was added."""

    status, code = 422, "order_too_large"
    title = N_("This order is too large to be added at once")
    detail = N_("It has more than %(limit)s serial numbers. Nothing was added; add them by serial number.")

    def __init__(self) -> None:
        super().__init__(limit=MOST)


def add(
    session: Session,
    database: Database,
    licensing: RoomClient,
    account_id: str,
    wanted: AdditionsWanted,
    *,
    language: str,
    now: datetime,
) -> AdditionsMade:
    """Put licenses that nobody registered yet into somebody's catalog, and say what became of each.

    Raises `Invalid` for neither way or both, `OrderTooLarge`, and as `prove` does; nothing was added then.
    """
    serial_numbers, sold = _asked(database, licensing, account_id, wanted, now)
    repository.lock_additions(session)  # not before: licensing may take its time
    before = repository.find_known(session, account_id, serial_numbers, now)
    outcomes = {
        serial_number: outcome_of(sold.get(serial_number), before.get(serial_number), account_id)
        for serial_number in serial_numbers
    }
    added = [serial_number for serial_number, outcome in outcomes.items() if outcome == "added"]
    repository.add_unregistered(session, [_row_of(sold[serial_number]) for serial_number in added])
    known = {**before, **repository.find_known(session, account_id, added, now)}
    repository.add_additions(
        session, account_id, [known[serial_number].license_id for serial_number in added], now
    )
    return AdditionsMade(
        items=[
            _line(serial_number, outcome, known.get(serial_number), language)
            for serial_number, outcome in outcomes.items()
        ]
    )


def remove(session: Session, account_id: str, license_id: str) -> None:
    """Take what ``account_id`` added out of its catalog. Raises `NotFound` where it did not add it."""
    repository.lock_additions(session)
    if not repository.remove_addition(session, account_id, license_id):
        raise NotFound
    repository.remove_unwanted(session, license_id)


def _asked(
    database: Database, licensing: RoomClient, account_id: str, wanted: AdditionsWanted, now: datetime
) -> tuple[list[str], dict[str, Entitlement]]:
    """Each serial number once, in order, and what licensing knows of them."""
    if wanted.serial_numbers is not None:
        if wanted.customer_number is not None or wanted.order_number is not None:
            raise Invalid(errors=[FieldError("/serial_numbers", "one_way_only", Text(_ONE_WAY))])
        serial_numbers = list(dict.fromkeys(wanted.serial_numbers))
        told = ask(licensing, EntitlementsWanted(serial_numbers=serial_numbers))
        return serial_numbers, {each.serial_number: each for each in told.items}
    told = prove(database, licensing, account_id, _order_of(wanted), now)
    if told.more:
        raise OrderTooLarge
    sold = {each.serial_number: each for each in told.items}
    return list(sold), sold


def _order_of(wanted: AdditionsWanted) -> OrderOfCustomer:
    if wanted.customer_number is None and wanted.order_number is None:
        raise Invalid(errors=[FieldError("/serial_numbers", "one_way_only", Text(_ONE_WAY))])
    if wanted.customer_number is None:
        raise Invalid(errors=[FieldError("/customer_number", "missing", Text(_NEEDED))])
    if wanted.order_number is None:
        raise Invalid(errors=[FieldError("/order_number", "missing", Text(_NEEDED))])
    return OrderOfCustomer(customer_number=wanted.customer_number, order_number=wanted.order_number)


def _line(serial_number: str, outcome: Outcome, known: Known | None, language: str) -> AdditionLine:
    return AdditionLine(
        serial_number=serial_number,
        outcome=outcome,
        text=Text(TEXTS[outcome]).to(language),
        license_id=shown_id(outcome, known),
    )


def _row_of(sold: Entitlement) -> Mapping[str, Any]:
    """The license that an entitlement is until somebody registers it."""
    return {
        **sold.model_dump(exclude={"entitlement_id", "state", "registered_by"}),
        "id": sold.entitlement_id,
        "deployed_price_tier": "",
        "host_id": "",
        "system_type": "",
        "technical_contact": None,
        "install_at": None,
        "has_file": False,
        "file_name": "",
    }
