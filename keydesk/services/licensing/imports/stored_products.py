"""Stores products from a file: judges a chunk of lines against what is there, then writes what differs."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.orm import Session

from keydesk.services.licensing.imports import staging
from keydesk.services.licensing.imports.lines import Outcome
from keydesk.services.licensing.imports.product_lines import ProductLine

_COLUMNS = (
    ("line", "integer"),
    ("sku", 'text COLLATE "C"'),
    ("name", "text"),
    ("version", "text"),
    ("platform", "text"),
    ("family", "text"),
    ("registered_alone", "boolean"),
    ("has_file", "boolean"),
    ("fields", "jsonb"),
)

_JUDGE = text("""
    UPDATE incoming SET verdict = judged.verdict
    FROM (
        SELECT i.line, CASE
            WHEN p.sku IS NULL THEN 'created'
            WHEN (p.name, p.version, p.platform, p.family, p.registered_alone, p.has_file, p.fields)
              IS DISTINCT FROM
                 (i.name, i.version, i.platform, i.family, i.registered_alone, i.has_file, i.fields)
            THEN 'updated'
            ELSE 'unchanged' END AS verdict
        FROM incoming i LEFT JOIN products p USING (sku)
    ) judged
    WHERE judged.line = incoming.line
    RETURNING incoming.line, incoming.sku, judged.verdict
""")

_CREATE = text("""
    INSERT INTO products
        (sku, name, version, platform, family, registered_alone, has_file, fields, created_at, updated_at)
    SELECT sku, name, version, platform, family, registered_alone, has_file, fields, :now, :now
    FROM incoming WHERE verdict = 'created' ORDER BY sku
""")

_UPDATE = text("""
    UPDATE products p
    SET name = i.name, version = i.version, platform = i.platform, family = i.family,
        registered_alone = i.registered_alone, has_file = i.has_file, fields = i.fields, updated_at = :now
    FROM incoming i WHERE i.sku = p.sku AND i.verdict = 'updated'
""")


class ProductStore:
    """Stores the product lines of one file, chunk after chunk."""

    def store(
        self, session: Session, lines: Sequence[ProductLine], *, now: datetime, dry_run: bool
    ) -> list[Outcome]:
        """What becomes of ``lines``; nothing is written in a dry run."""
        if not dry_run:
            staging.one_at_a_time(session)
        staging.stage(session, _COLUMNS, lines)
        outcomes = [Outcome(line, verdict, sku) for line, sku, verdict in session.execute(_JUDGE)]
        if not dry_run:
            session.execute(_CREATE, {"now": now})
            session.execute(_UPDATE, {"now": now})
        return outcomes
