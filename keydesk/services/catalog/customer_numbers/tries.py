"""Proves that somebody knows a customer, by the number of one of its orders, and slows down guessing.

A try is counted in a transaction of its own, before its outcome is known: a refusal undoes the caller's
transaction, and a hundred tries at once get no further than one after another. It is forgotten again when
it succeeds, or when licensing cannot say.
"""

from datetime import datetime, timedelta
from math import ceil

from keydesk.chassis.database import Database
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError, Problem, TooManyRequests
from keydesk.services.catalog.customer_numbers import repository
from keydesk.services.catalog.customer_numbers.entitlements import Entitlements, EntitlementsWanted, ask
from keydesk.services.catalog.customer_numbers.schemas import OrderOfCustomer

MOST = 10
"""Failed tries of an account within `KEPT`."""
KEPT = timedelta(hours=1)

_NO_MATCH = N_("This is no order of this customer number. Capital and small letters differ.")


class CustomerNumberMismatch(Problem):
    """The order is not this customer's, or there is no such customer; which of them is not told."""

    status, code = 422, "customer_number_mismatch"
    title = N_("These numbers do not belong together")
    detail = N_("Compare both with your order confirmation, character by character, and try again.")

    def __init__(self) -> None:
        super().__init__(errors=[FieldError("/order_number", self.code, Text(_NO_MATCH))])


def prove(
    database: Database, licensing: RoomClient, account_id: str, named: OrderOfCustomer, now: datetime
) -> Entitlements:
    """What licensing tells of the order that was named.

    Raises `CustomerNumberMismatch`, `TooManyRequests` after too many of those, `Unavailable`.
    """
    position = _count(database, account_id, now)
    wanted = EntitlementsWanted(customer_number=named.customer_number, order_number=named.order_number)
    try:
        told = ask(licensing, wanted)
    except Exception:
        _forget(database, position)
        raise
    if not told.order_matches:
        raise CustomerNumberMismatch
    _forget(database, position)
    return told


def _count(database: Database, account_id: str, now: datetime) -> int:
    with database.transaction() as session:
        earlier = repository.lock_tries(session, account_id, since=now - KEPT)
        if len(earlier) >= MOST:
            wait = earlier[-MOST] + KEPT - now
            raise TooManyRequests(seconds=max(1, ceil(wait.total_seconds())))
        return repository.add_try(session, account_id, now)


def _forget(database: Database, position: int) -> None:
    with database.transaction() as session:
        repository.remove_try(session, position)
