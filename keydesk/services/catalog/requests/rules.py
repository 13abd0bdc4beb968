"""The rules of requests. Pure: which state follows which, by when to decide, who may, and what was found."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from keydesk.chassis.i18n import N_
from keydesk.services.catalog.contract import RequestKind, RequestStatus

FOLLOWS: Mapping[RequestStatus, frozenset[RequestStatus]] = {
    "submitted": frozenset({"verifying", "withdrawn"}),
    "verifying": frozenset({"pending_approval", "failed", "withdrawn"}),
    "pending_approval": frozenset({"approved", "rejected", "withdrawn"}),
    "approved": frozenset({"executing"}),
    "executing": frozenset({"completed", "failed"}),
    "completed": frozenset(),
    "rejected": frozenset(),
    "failed": frozenset(),
    "withdrawn": frozenset(),
}
"""What each state can become. The database refuses any other change (migration 0005)."""

UNDECIDED: tuple[RequestStatus, ...] = ("submitted", "verifying", "pending_approval")
"""States before anybody decided; until then the requester may withdraw."""

MOVING: frozenset[RequestKind] = frozenset({"ownership_transfer", "license_assignment"})
"""Kinds whose execution gives licenses another owner."""

HIGH_VALUE_ABOVE = 100
"""Licenses above which two people have to approve."""

WORKING_DAYS_TO_DECIDE = 2

Weight = Literal["good", "neutral", "bad"]


@dataclass(frozen=True)
class Finding:
    """What verifying found, and of how many licenses (of a new address: addresses) it is true."""

    code: str
    licenses: int


FINDINGS: Mapping[str, tuple[Weight, str]] = {
    "owner_confirmed": ("good", N_("Still owned by the account that hands them over")),
    "no_longer_owned": ("bad", N_("No longer owned by the account that hands them over")),
    "serial_number_unknown": ("bad", N_("No registered license has this serial number")),
    "already_owned": ("bad", N_("Already owned by the requester")),
    "same_company": ("good", N_("The owner's company is the requester's")),
    "customer_number_known": ("good", N_("The order's customer number is one of the requester's")),
    "no_connection": (
        "bad",
        N_("Neither the owner's company nor the customer number connects them to the requester"),
    ),
    "in_other_requests": ("bad", N_("Also in another request that is not finished")),
    "other_company": ("neutral", N_("The receiving account belongs to another company")),
    "receiver_not_active": ("bad", N_("The receiving account is locked or not verified")),
    "high_value": ("neutral", N_("So many licenses that two people have to approve")),
    "address_complete": ("good", N_("The address has everything that its country needs")),
    "address_incomplete": ("bad", N_("The address lacks something that its country needs")),
    "address_known": ("bad", N_("This very address is there already")),
    "address_similar": ("neutral", N_("Addresses that are like it are there already")),
    "license_waits": ("neutral", N_("A license moves there as soon as the address is there")),
    "license_stays": ("bad", N_("The requester can no longer move the license that waits for it")),
}
"""Every code of a finding: what it weighs, and its (untranslated) words."""


def may_become(status: RequestStatus, wanted: RequestStatus) -> bool:
    """Whether a request in ``status`` can come to ``wanted``."""
    return wanted in FOLLOWS[status]


def deadline(submitted_at: datetime) -> datetime:
    """By when to decide: two working days on at the same time; a weekend's counts as Monday's first."""
    day = submitted_at
    if day.weekday() >= 5:
        day = (day + timedelta(days=7 - day.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
    left = WORKING_DAYS_TO_DECIDE
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < 5
    return day


def needs_two(kind: RequestKind, licenses: int) -> bool:
    """Whether approving a request about so many licenses takes two people."""
    return kind in MOVING and licenses > HIGH_VALUE_ABOVE


Approval = Literal["own_request", "same_person", "first", "final"]


def approval_by(
    account_id: str, *, parties: Collection[str], two_needed: bool, first_approved_by: str | None
) -> Approval:
    """What it means when ``account_id`` approves: the last word, the first of two, or neither may be."""
    if account_id in parties:
        return "own_request"
    if not two_needed:
        return "final"
    if first_approved_by is None:
        return "first"
    return "same_person" if first_approved_by == account_id else "final"
