"""The kinds of files: which columns each has, how its lines are checked, and how they are stored."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy.orm import Session

from keydesk.services.licensing.imports import order_lines, product_lines
from keydesk.services.licensing.imports.csv_file import Columns, CsvFile
from keydesk.services.licensing.imports.lines import Outcome, RefusedLine
from keydesk.services.licensing.imports.stored_orders import OrderStore
from keydesk.services.licensing.imports.stored_products import ProductStore
from keydesk.services.licensing.models.imports import ImportKind

SoundLine = TypeVar("SoundLine")
Line_contra = TypeVar("Line_contra", contravariant=True)


class Store(Protocol[Line_contra]):
    """Stores the sound lines of one file, chunk after chunk."""

    def store(
        self, session: Session, lines: Sequence[Line_contra], *, now: datetime, dry_run: bool
    ) -> list[Outcome]:
        """What becomes of ``lines``; nothing is written in a dry run."""


@dataclass(frozen=True)
class FileKind(Generic[SoundLine]):
    """One kind of file."""

    columns: Columns
    check: Callable[[CsvFile], Iterator[SoundLine | RefusedLine]]
    store: Callable[[], Store[SoundLine]]


KINDS: Mapping[ImportKind, FileKind[Any]] = {
    "products": FileKind(product_lines.COLUMNS, product_lines.check, ProductStore),
    "orders": FileKind(order_lines.COLUMNS, order_lines.check, OrderStore),
}
