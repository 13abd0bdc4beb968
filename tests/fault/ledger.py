"""What the databases of a stack say about issued licenses, to be held against what it accepted."""

from dataclasses import dataclass

import psycopg

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.rooms import SERVICE_NAMES

LICENSING = """
SELECT (SELECT count(*) FROM registrations),
       (SELECT count(*) FROM registrations WHERE status = 'completed' AND done = total),
       (SELECT count(*) FROM entitlements WHERE state = 'registered'),
       (SELECT count(DISTINCT entitlement_id) FROM licenses),
       (SELECT count(DISTINCT key_fingerprint) FROM licenses),
       (SELECT count(file_content) FROM licenses),
       (SELECT count(*) FROM outbox WHERE name = 'licensing.license.issued.v1'),
       (SELECT count(DISTINCT subject) FROM outbox WHERE name = 'licensing.license.issued.v1'),
       (SELECT count(*) FROM outbox WHERE name = 'licensing.registration.completed.v1')
"""
CATALOG = """
SELECT (SELECT count(*) FROM licenses),
       (SELECT count(*) FROM license_history WHERE action = 'registered')
"""
NOTIFICATIONS = """
SELECT count(*), count(DISTINCT params ->> 'registration_id'), count(*) FILTER (WHERE status = 'sent')
FROM emails WHERE kind = 'registration_confirmation'
"""
UNPUBLISHED = "SELECT count(*) FROM outbox WHERE published_at IS NULL"
PARKED = "SELECT count(*) FROM parked_messages"


@dataclass(frozen=True)
class Ledger:
    """Counts over every service, in the order in which the queries tell them."""

    registrations: int
    completed: int
    entitlements_registered: int
    entitlements_with_a_key: int
    different_keys: int
    license_files: int
    issued_facts: int
    licenses_told_of: int
    completed_facts: int
    in_catalog: int
    in_history: int
    confirmations: int
    registrations_confirmed: int
    confirmations_sent: int
    unpublished: int = 0
    parked: int = 0

    @classmethod
    def of(cls, registrations: int, licenses: int) -> "Ledger":
        """How it has to look when that many registrations were accepted, with that many licenses in all."""
        return cls(
            registrations=registrations,
            completed=registrations,
            entitlements_registered=licenses,
            entitlements_with_a_key=licenses,
            different_keys=licenses,
            license_files=licenses,
            issued_facts=licenses,
            licenses_told_of=licenses,
            completed_facts=registrations,
            in_catalog=licenses,
            in_history=licenses,
            confirmations=registrations,
            registrations_confirmed=registrations,
            confirmations_sent=registrations,
        )


def read_ledger(stack: EmbeddedStack) -> Ledger:
    """How it looks now."""
    told = [
        *_numbers(stack, "licensing", LICENSING),
        *_numbers(stack, "catalog", CATALOG),
        *_numbers(stack, "notifications", NOTIFICATIONS),
    ]
    told += [
        sum(sum(_numbers(stack, service, query)) for service in SERVICE_NAMES)
        for query in (UNPUBLISHED, PARKED)
    ]
    return Ledger(*told)


def _numbers(stack: EmbeddedStack, service: str, query: str) -> tuple[int, ...]:
    with psycopg.connect(stack.wiring.database_urls[service], autocommit=True) as connection:
        row = connection.execute(query).fetchone()
    return tuple(row or ())
