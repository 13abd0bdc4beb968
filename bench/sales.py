"""Serial numbers to issue keys for: sold in bulk, and registered as a customer would."""

from collections.abc import Sequence
from datetime import datetime

import psycopg

from keydesk.chassis.database import Database
from keydesk.services.licensing.registrations import completion, service

_PRODUCT = """
INSERT INTO products (sku, name, version, platform, family, registered_alone, has_file, fields)
VALUES ('BENCH-100', 'Harbor Cluster', '4.2', 'Linux', 'Harbor', false, true, '[]')
ON CONFLICT DO NOTHING
"""
_CUSTOMER = """
INSERT INTO customers (customer_number, name, country) VALUES ('BENCH-C', 'Acme Marine', 'SE')
ON CONFLICT DO NOTHING
"""
_ORDER = """
INSERT INTO orders (order_number, customer_number, ordered_on)
VALUES ('BENCH-SO', 'BENCH-C', '2026-01-01') ON CONFLICT DO NOTHING
"""
_ENTITLEMENTS = """
INSERT INTO entitlements
  (id, serial_number, order_number, sku, quantity, entitled_price_tier, support_agreement_number)
SELECT 'ent_' || serial_number, serial_number, 'BENCH-SO', 'BENCH-100', 1, '', ''
FROM unnest(%s::text[]) AS serial_number
"""


def sell(licensing_url: str, count: int) -> list[str]:
    """Sell ``count`` licenses that ask for no information; their serial numbers. Once for each database."""
    serial_numbers = [f"Z{number:010d}" for number in range(1, count + 1)]
    with psycopg.connect(licensing_url) as connection:
        for statement in (_PRODUCT, _CUSTOMER, _ORDER):
            connection.execute(statement)
        connection.execute(_ENTITLEMENTS, [serial_numbers])
    with psycopg.connect(licensing_url, autocommit=True) as connection:
        connection.execute("ANALYZE entitlements")
    return serial_numbers


def accept(database: Database, account_id: str, serial_numbers: Sequence[str], now: datetime) -> None:
    """Register serial numbers and complete the registration: its jobs are in the outbox."""
    with database.transaction() as session:
        draft = service.start(session, account_id, serial_numbers, now)
    with database.transaction() as session:
        completion.complete(session, account_id, draft.id, now)
