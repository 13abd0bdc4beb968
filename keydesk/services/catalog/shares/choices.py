"""What an owner may choose to share, and until when. Says everything that is wrong at once."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from keydesk.chassis.i18n import N_, Text
from keydesk.chassis.problems import FieldError
from keydesk.services.catalog.shares import repository
from keydesk.services.catalog.shares.repository import Choice

LATEST = timedelta(days=36_525)
"""An end later than in a hundred years is a slip, and the last years there are cannot be stored."""

_NUMBER_NOT_YOURS = N_("You own no license with this customer number. Choose from your own ones.")
_LICENSE_NOT_YOURS = N_("You do not own this license. Only its owner can share it.")
_NOTHING_CHOSEN = N_("Choose at least one customer number or license to share.")
_END_PASSED = N_("This has passed already. Choose a later end, or none.")
_END_TOO_LATE = N_("Choose an end within the next hundred years, or none.")


def wrong_choices(
    session: Session,
    account_id: str,
    chosen: Choice,
    *,
    before: Choice | None = None,
) -> list[FieldError]:
    """Those that ``account_id`` owns no license of: only what one owns can be shared.

    What was shared ``before`` may stay chosen, even where its owner has given it away since.
    """
    numbers = repository.those_owned(session, account_id, chosen.customer_numbers)
    licenses = repository.owned_licenses(session, account_id, chosen.license_ids)
    if before is not None:
        numbers |= set(before.customer_numbers)
        licenses |= set(before.license_ids)
    wrong = [
        *_those_missing("customer_numbers", chosen.customer_numbers, numbers, _NUMBER_NOT_YOURS),
        *_those_missing("license_ids", chosen.license_ids, licenses, _LICENSE_NOT_YOURS),
    ]
    if not chosen.customer_numbers and not chosen.license_ids:
        wrong.append(FieldError("/customer_numbers", "nothing_chosen", Text(_NOTHING_CHOSEN)))
    return wrong


def wrong_end(ends_at: datetime | None, now: datetime) -> list[FieldError]:
    """An end that has passed, or is far too late."""
    if ends_at is not None and ends_at <= now:
        return [FieldError("/ends_at", "end_passed", Text(_END_PASSED))]
    if ends_at is not None and ends_at > now + LATEST:
        return [FieldError("/ends_at", "end_too_late", Text(_END_TOO_LATE))]
    return []


def _those_missing(field: str, chosen: Sequence[str], owned: Collection[str], why: str) -> list[FieldError]:
    return [
        FieldError(f"/{field}/{place}", "not_yours", Text(why))
        for place, value in enumerate(chosen)
        if value not in owned
    ]
