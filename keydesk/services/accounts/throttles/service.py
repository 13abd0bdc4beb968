"""Counts tries in a row and refuses when they come too fast.

A try is counted before its outcome is known, so that a hundred at once get no further than one after
another. Whoever succeeds calls `forget`.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from sqlalchemy.orm import Session

from keydesk.chassis.problems import TooManyRequests
from keydesk.services.accounts.models import key_of
from keydesk.services.accounts.throttles.repository import (
    locked_throttle,
    remove_old_throttles,
    remove_throttles,
    remove_throttles_of,
    throttles_of,
)
from keydesk.services.accounts.throttles.rules import MAIL, Policy

KEPT = timedelta(days=1)
"""Longer than any policy remembers."""


def throttle_key(kind: str, name: str) -> str:
    """The key of what is tried; ``name`` is hashed, since people type passwords where their name belongs."""
    return f"{kind}:{hashlib.sha256(key_of(name).encode()).hexdigest()}"


def count_try(session: Session, key: str, policy: Policy, *, now: datetime) -> None:
    """Count a try. Raises `TooManyRequests`, and counts nothing, while the wait of those before lasts."""
    throttle = locked_throttle(session, key, now=now)
    if throttle.blocked_until is not None and throttle.blocked_until > now:
        raise TooManyRequests(seconds=ceil((throttle.blocked_until - now).total_seconds()))
    if throttle.last_try_at + policy.forgotten_after <= now:
        throttle.tries = 0
    throttle.tries += 1
    throttle.last_try_at = now
    wait = policy.wait_after(throttle.tries)
    throttle.blocked_until = now + wait if wait else None
    session.flush()


def count_mail(session: Session, email: str, *, now: datetime) -> None:
    """Count an email to ``email``, whether or not there is an account. Raises `TooManyRequests`."""
    count_try(session, throttle_key("mail", email), MAIL, now=now)


def forget(session: Session, *keys: str) -> None:
    """Forget the tries: one of them succeeded."""
    remove_throttles(session, keys)


@dataclass(frozen=True)
class Slowed:
    """How much tries are slowed down: how many were made in a row, and until when the next is refused."""

    tries: int
    until: datetime | None


def slowed(session: Session, keys: Sequence[str], prefix: str, policy: Policy, *, now: datetime) -> Slowed:
    """The worst of the throttles of ``keys`` and of every key that begins with ``prefix``."""
    found = [
        throttle
        for throttle in throttles_of(session, keys, prefix)
        if throttle.last_try_at + policy.forgotten_after > now
    ]
    waits = [
        each.blocked_until for each in found if each.blocked_until is not None and each.blocked_until > now
    ]
    return Slowed(max((each.tries for each in found), default=0), max(waits, default=None))


def forget_all(session: Session, keys: Sequence[str], prefix: str) -> None:
    """Forget the tries of ``keys`` and of every key that begins with ``prefix``."""
    remove_throttles_of(session, keys, prefix)


def forget_old(session: Session, *, now: datetime) -> None:
    """Remove counters that no policy remembers."""
    remove_old_throttles(session, last_try_before=now - KEPT)
