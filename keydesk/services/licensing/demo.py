"""Licensing's demo data: the sample's products and orders, taken in as any other file."""

import gzip
import hashlib

from keydesk.chassis.messaging.work import WorkContext
from keydesk.services.licensing.imports import service
from keydesk.services.licensing.models.imports import ImportKind
from keydesk.services.licensing.sample.generate import ORDERS, PRODUCTS

SENDER = "acc_00000000000000000000000000"
"""Nobody's account: the sample came with the house."""


def load_sample(work: WorkContext) -> None:
    """Load the sample. Done again, or after a crash, it goes on where it was left."""
    _load(work, "products", PRODUCTS.read_bytes(), PRODUCTS.name)
    _load(work, "orders", gzip.decompress(ORDERS.read_bytes()), ORDERS.stem)


def _load(work: WorkContext, kind: ImportKind, content: bytes, file_name: str) -> None:
    import_id = _id_of(content)
    with work.transaction() as session:
        service.keep_import(
            session,
            content,
            import_id=import_id,
            kind=kind,
            file_name=file_name,
            dry_run=False,
            account_id=SENDER,
            now=work.now(),
        )
    service.read_import(work.database, import_id, now=work.now)


def _id_of(content: bytes) -> str:
    """The same id for the same file, so that it is loaded once; it is older than any that time gives."""
    return f"imp_00{hashlib.sha256(content).hexdigest()[:24]}"
