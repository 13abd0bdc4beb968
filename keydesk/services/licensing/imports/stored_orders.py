"""Stores entitlements from a file, with their orders and customers.

A chunk is judged against what is there, by one statement; what differs is then written. A serial number
that a registration has taken keeps what its license says: product, quantity and price tier.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import RowMapping, text
from sqlalchemy.orm import Session

from keydesk.chassis.ids import new_id
from keydesk.services.licensing.imports import staging
from keydesk.services.licensing.imports.lines import LineProblem, Outcome
from keydesk.services.licensing.imports.order_lines import OrderLine

_COLUMNS = (
    ("line", "integer"),
    ("order_number", 'text COLLATE "C"'),
    ("customer_number", 'text COLLATE "C"'),
    ("customer_name", "text"),
    ("country", "text"),
    ("ordered_on", "date"),
    ("serial_number", 'text COLLATE "C"'),
    ("sku", 'text COLLATE "C"'),
    ("quantity", "integer"),
    ("price_tier", "text"),
    ("maintenance_start", "date"),
    ("maintenance_end", "date"),
    ("support_agreement_number", "text"),
    ("id", 'text COLLATE "C"'),
)

_LICENSED = """
    (e.sku, e.quantity, e.entitled_price_tier) IS DISTINCT FROM (i.sku, i.quantity, i.price_tier)
"""
_DIFFERS = """
    (e.sku, e.quantity, e.entitled_price_tier,
     e.maintenance_start, e.maintenance_end, e.support_agreement_number)
    IS DISTINCT FROM
    (i.sku, i.quantity, i.price_tier, i.maintenance_start, i.maintenance_end, i.support_agreement_number)
"""

_LOCK = text(f"""
    SELECT 1 FROM entitlements e JOIN incoming i USING (serial_number)
    WHERE {_DIFFERS} ORDER BY e.id FOR UPDATE OF e
""")  # noqa: S608 - put together from this module's own constants
"""In the order in which registrations lock them, so that neither waits for the other in a circle."""

_JUDGE = text(f"""
    UPDATE incoming SET verdict = judged.verdict
    FROM (
        SELECT i.line, o.customer_number AS order_customer, e.order_number AS entitlement_order,
            o.ordered_on <> i.ordered_on AS order_changes,
            (c.name, c.country) <> (i.customer_name, i.country) AS customer_changes,
            CASE
                WHEN p.sku IS NULL THEN 'unknown_sku'
                WHEN o.customer_number <> i.customer_number THEN 'order_of_another_customer'
                WHEN e.order_number <> i.order_number THEN 'serial_number_of_another_order'
                WHEN e.state <> 'available' AND {_LICENSED} THEN 'registered_already'
                WHEN e.id IS NULL THEN 'created'
                WHEN {_DIFFERS} THEN 'updated'
                ELSE 'unchanged' END AS verdict
        FROM incoming i
        LEFT JOIN products p USING (sku)
        LEFT JOIN customers c USING (customer_number)
        LEFT JOIN orders o ON o.order_number = i.order_number
        LEFT JOIN entitlements e ON e.serial_number = i.serial_number
    ) judged
    WHERE judged.line = incoming.line
    RETURNING incoming.line, incoming.serial_number, incoming.sku, incoming.order_number,
        incoming.customer_number, judged.verdict, judged.order_customer, judged.entitlement_order,
        judged.order_changes, judged.customer_changes
""")  # noqa: S608 - as above

_WRITE = (
    text("""
        INSERT INTO customers (customer_number, name, country, created_at, updated_at)
        SELECT DISTINCT ON (customer_number) customer_number, customer_name, country, :now, :now
        FROM incoming WHERE verdict IN ('created', 'updated', 'unchanged') ORDER BY customer_number, line
        ON CONFLICT (customer_number) DO UPDATE
        SET name = excluded.name, country = excluded.country, updated_at = excluded.updated_at
        WHERE (customers.name, customers.country) <> (excluded.name, excluded.country)
    """),
    text("""
        INSERT INTO orders (order_number, customer_number, ordered_on, created_at, updated_at)
        SELECT DISTINCT ON (order_number) order_number, customer_number, ordered_on, :now, :now
        FROM incoming WHERE verdict IN ('created', 'updated', 'unchanged') ORDER BY order_number, line
        ON CONFLICT (order_number) DO UPDATE
        SET ordered_on = excluded.ordered_on, updated_at = excluded.updated_at
        WHERE orders.ordered_on <> excluded.ordered_on
    """),
    text("""
        INSERT INTO entitlements
            (id, serial_number, order_number, sku, quantity, entitled_price_tier, maintenance_start,
             maintenance_end, support_agreement_number, created_at, updated_at)
        SELECT id, serial_number, order_number, sku, quantity, price_tier, maintenance_start,
            maintenance_end, support_agreement_number, :now, :now
        FROM incoming WHERE verdict = 'created' ORDER BY serial_number
    """),
    text("""
        UPDATE entitlements e
        SET sku = i.sku, quantity = i.quantity, entitled_price_tier = i.price_tier,
            maintenance_start = i.maintenance_start, maintenance_end = i.maintenance_end,
            support_agreement_number = i.support_agreement_number, updated_at = :now
        FROM incoming i WHERE i.serial_number = e.serial_number AND i.verdict = 'updated'
    """),
)


class OrderStore:
    """Stores the order lines of one file, chunk after chunk.

    It remembers whose change was reported already: the first line that changes an order or a customer
    is an update, the others that say the same are not. So a dry run tells what a real one would do.
    """

    def __init__(self) -> None:
        self._reported: set[tuple[str, str]] = set()

    def store(
        self, session: Session, lines: Sequence[OrderLine], *, now: datetime, dry_run: bool
    ) -> list[Outcome]:
        """What becomes of ``lines``; nothing is written in a dry run."""
        if not dry_run:
            staging.one_at_a_time(session)
        staging.stage(session, _COLUMNS, ((*line, new_id("ent")) for line in lines))
        if not dry_run:
            session.execute(_LOCK)
        judged = session.execute(_JUDGE).mappings().all()
        if not dry_run:
            for statement in _WRITE:
                session.execute(statement, {"now": now})
        return [self._outcome(row) for row in sorted(judged, key=lambda row: int(row["line"]))]

    def _outcome(self, row: RowMapping) -> Outcome:
        line, verdict, serial_number = row["line"], row["verdict"], row["serial_number"]
        if verdict in _REFUSALS:
            return Outcome(line, "failed", serial_number, (_refusal(row),))
        changes = set()
        if row["order_changes"]:
            changes.add(("order", row["order_number"]))
        if row["customer_changes"]:
            changes.add(("customer", row["customer_number"]))
        if verdict == "unchanged" and changes - self._reported:
            verdict = "updated"
        self._reported |= changes
        return Outcome(line, verdict, serial_number)


_REFUSALS: Mapping[str, tuple[str, str, str]] = {
    "unknown_sku": ("sku", "sku", "sku"),
    "order_of_another_customer": ("order_number", "customer_number", "order_customer"),
    "serial_number_of_another_order": ("serial_number", "order_number", "entitlement_order"),
    "registered_already": ("serial_number", "serial_number", "serial_number"),
}
"""By verdict: the column to blame, the parameter of its text, and where that is in a judged row."""


def _refusal(row: RowMapping) -> LineProblem:
    column, param, told = _REFUSALS[row["verdict"]]
    return LineProblem(column, row["verdict"], {param: row[told]})
