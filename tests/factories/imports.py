"""Files of products and orders, for tests."""

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from sqlalchemy import select, update

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.models import Entitlement, Import, ImportLine
from keydesk.services.licensing.models.imports import ImportKind

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)

PRODUCT = {
    "sku": "KD-100",
    "name": "Harbor Cluster",
    "version": "4.2",
    "platform": "Linux",
    "family": "Harbor",
    "registered_alone": "no",
    "has_file": "yes",
    "fields": "host_id* each; deployed_price_tier=1|2|3",
}
ORDER = {
    "order_number": "SO-1",
    "customer_number": "C-1",
    "customer_name": "Lindqvist Instruments",
    "country": "SE",
    "ordered_on": "2026-01-15",
    "serial_number": "A0000000001",
    "sku": "KD-100",
    "quantity": "5",
    "price_tier": "1",
    "maintenance_start": "2026-01-15",
    "maintenance_end": "2027-01-14",
    "support_agreement_number": "SA-1",
}


def a_file(*rows: Mapping[str, str], delimiter: str = ",", line_end: str = "\r\n") -> bytes:
    """A CSV file with these rows, its header from the first of them."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, rows[0], delimiter=delimiter, lineterminator=line_end)
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def products(*changes: Mapping[str, str]) -> bytes:
    """products.csv: `PRODUCT` with each of ``changes``, a line each; one unchanged line without any."""
    return a_file(*(PRODUCT | dict(change) for change in changes or ({},)))


def orders(*changes: Mapping[str, str]) -> bytes:
    """orders.csv: `ORDER` with each of ``changes``, a line each; one unchanged line without any."""
    return a_file(*(ORDER | dict(change) for change in changes or ({},)))


def serials(count: int) -> Iterable[Mapping[str, str]]:
    """Changes by which each line has a serial number of its own."""
    return ({"serial_number": f"A{number:010d}"} for number in range(1, count + 1))


def accept(database: Database, content: bytes, kind: ImportKind = "orders", *, dry_run: bool = False) -> str:
    """Send a file in, and leave its reading to the queue; the import's id."""
    with database.transaction() as session:
        return service.accept_import(
            session,
            content,
            kind=kind,
            file_name=f"{kind}.csv",
            dry_run=dry_run,
            account_id=new_id("acc"),
            now=NOW,
        ).id


def load(database: Database, content: bytes, kind: ImportKind = "orders", *, dry_run: bool = False) -> Import:
    """Send a file in and read it to its end."""
    import_id = accept(database, content, kind, dry_run=dry_run)
    service.read_import(database, import_id, now=lambda: NOW)
    with database.reading() as session:
        return service.show_import(session, import_id)


def read_all(database: Database) -> None:
    """Do what the queue would do: read every import that is not finished."""
    with database.reading() as session:
        waiting = session.scalars(select(Import.id).where(Import.finished_at.is_(None))).all()
    for import_id in waiting:
        service.read_import(database, import_id, now=lambda: NOW)


def states(database: Database, import_id: str) -> list[str]:
    """What became of each line, in order: its state, or the codes of its problems."""
    lines = select(ImportLine).where(ImportLine.import_id == import_id).order_by(ImportLine.line)
    with database.reading() as session:
        return [
            " ".join(f"{problem['field']}:{problem['code']}" for problem in line.problems) or line.state
            for line in session.scalars(lines)
        ]


def register(database: Database, serial_number: str) -> None:
    """Mark a serial number as registered, by a registration of no further interest."""
    with database.transaction() as session:
        session.execute(
            update(Entitlement)
            .where(Entitlement.serial_number == serial_number)
            .values(state="registered", reserved_by=new_id("reg"))
        )
