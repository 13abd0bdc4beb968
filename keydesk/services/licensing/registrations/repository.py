"""SQL of registrations: drafts and their lines, and taking entitlements for good. Set-based throughout."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from keydesk.services.licensing.models.orders import Entitlement
from keydesk.services.licensing.models.products import Product
from keydesk.services.licensing.models.registrations import (
    Registration,
    RegistrationInformation,
    RegistrationItem,
)
from keydesk.services.licensing.products.fields import Field
from keydesk.services.licensing.registrations.lines import LINES


@dataclass(frozen=True)
class Line:
    """One line of a registration, judged. See `lines.LINES`."""

    id: str
    position: int
    serial_number: str
    state: str
    problem: str | None
    sku: str | None
    product_name: str | None
    product_version: str | None
    platform: str | None
    order_number: str | None
    quantity: int | None
    entitled_price_tier: str | None
    maintenance_end: date | None
    information: dict[str, Any] | None
    license_id: str | None
    license_account_id: str | None
    file_name: str | None


@dataclass(frozen=True)
class Tally:
    """How many lines of one product are in one state."""

    sku: str | None
    state: str
    problem: str | None
    has_file: bool
    lines: int


_LINE_COLUMNS = ", ".join(Line.__dataclass_fields__)


def find(session: Session, registration_id: str, account_id: str) -> Registration | None:
    """The account's registration, or none."""
    found = session.get(Registration, registration_id)
    return found if found is not None and found.account_id == account_id else None


def lock(session: Session, registration_id: str, account_id: str) -> Registration | None:
    """The account's registration, which nobody else changes until this transaction ends, or none."""
    return session.scalar(
        select(Registration)
        .where(Registration.id == registration_id, Registration.account_id == account_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )


def list_of_account(
    session: Session, account_id: str, status: str | None, *, before: str | None, limit: int
) -> Sequence[tuple[Registration, int]]:
    """The account's registrations with their number of lines, the newest first."""
    lines = (
        select(func.count())
        .where(RegistrationItem.registration_id == Registration.id)
        .correlate(Registration)
        .scalar_subquery()
    )
    query = select(Registration, lines).where(Registration.account_id == account_id)
    if status is not None:
        query = query.where(Registration.status == status)
    if before is not None:
        query = query.where(Registration.id < before)
    rows = session.execute(query.order_by(Registration.id.desc()).limit(limit))
    return [(registration, count) for registration, count in rows]


def count_items(session: Session, registration_id: str) -> int:
    """How many lines there are."""
    return (
        session.scalar(select(func.count()).where(RegistrationItem.registration_id == registration_id)) or 0
    )


def add_items(session: Session, registration_id: str, ids: Sequence[str], serials: Sequence[str]) -> None:
    """Add a line for each serial number, in their order."""
    session.execute(
        text(
            "INSERT INTO registration_items (id, registration_id, serial_number)"
            " SELECT id, :registration_id, serial_number"
            " FROM unnest(CAST(:ids AS text[]), CAST(:serials AS text[]))"
            " WITH ORDINALITY AS entered (id, serial_number, place) ORDER BY place"
        ),
        {"registration_id": registration_id, "ids": list(ids), "serials": list(serials)},
    )


def tally(session: Session, registration_id: str) -> list[Tally]:
    """The lines counted by product, state and problem."""
    rows = session.execute(
        text(
            f"WITH {LINES} SELECT sku, state, problem, coalesce(has_file, false), count(*)"  # noqa: S608 - constants of ours
            " FROM lines"
            " GROUP BY 1, 2, 3, 4 ORDER BY min(position)"
        ),
        {"registration_id": registration_id},
    )
    return [Tally(*row) for row in rows]


def read_lines(
    session: Session,
    registration_id: str,
    *,
    state: str | None = None,
    after: int | None = None,
    limit: int | None = None,
) -> list[Line]:
    """Lines in the order in which they were entered, those of ``state``, those after a position."""
    rows = session.execute(
        text(
            f"WITH {LINES} SELECT {_LINE_COLUMNS} FROM lines"  # noqa: S608 - constants of ours
            " WHERE (CAST(:state AS text) IS NULL OR state = :state)"
            " AND (CAST(:after AS bigint) IS NULL OR position > :after)"
            " ORDER BY position LIMIT :limit"
        ),
        {"registration_id": registration_id, "state": state, "after": after, "limit": limit},
    )
    return [Line(*row) for row in rows]


def skus_by_item(session: Session, registration_id: str) -> dict[str, str]:
    """The SKU of each line whose serial number we know, by the line's id."""
    rows = session.execute(
        select(RegistrationItem.id, Entitlement.sku)
        .join(Entitlement, Entitlement.serial_number == RegistrationItem.serial_number)
        .where(RegistrationItem.registration_id == registration_id)
    )
    return {row.id: row.sku for row in rows}


def read_unready(session: Session, registration_id: str, *, limit: int) -> list[Line]:
    """The first lines that keep a draft from being completed."""
    rows = session.execute(
        text(
            f"WITH {LINES} SELECT {_LINE_COLUMNS} FROM lines"  # noqa: S608 - constants of ours
            " WHERE state <> 'ready' ORDER BY position LIMIT :limit"
        ),
        {"registration_id": registration_id, "limit": limit},
    )
    return [Line(*row) for row in rows]


def remove_item(session: Session, registration_id: str, item_id: str) -> RegistrationItem | None:
    """Remove one line; the line as it was, or none."""
    return session.scalar(
        delete(RegistrationItem)
        .where(RegistrationItem.id == item_id, RegistrationItem.registration_id == registration_id)
        .returning(RegistrationItem)
    )


def remove_in_state(session: Session, registration_id: str, state: str) -> None:
    """Remove every line that is in ``state``."""
    session.execute(
        text(
            f"WITH {LINES} DELETE FROM registration_items"  # noqa: S608 - constants of ours
            " WHERE id IN (SELECT id FROM lines WHERE state = :state)"
        ),
        {"registration_id": registration_id, "state": state},
    )


def remove(session: Session, registration: Registration) -> None:
    """Remove a draft with everything in it."""
    session.delete(registration)


def shared_information(session: Session, registration_id: str) -> dict[str, dict[str, Any]]:
    """What was said per product, by SKU."""
    rows = session.scalars(
        select(RegistrationInformation).where(RegistrationInformation.registration_id == registration_id)
    )
    return {row.sku: row.information for row in rows}


def set_shared_information(
    session: Session, registration_id: str, by_sku: Mapping[str, Mapping[str, Any]]
) -> None:
    """Merge values into what was said per product; a value of None takes the old one away."""
    if by_sku:
        session.execute(
            text(
                "INSERT INTO registration_information AS kept (registration_id, sku, information)"
                " VALUES (:registration_id, :sku, jsonb_strip_nulls(:said))"
                " ON CONFLICT (registration_id, sku) DO UPDATE"
                " SET information = jsonb_strip_nulls(kept.information || :said)"
            ).bindparams(bindparam("said", type_=JSONB)),
            [
                {"registration_id": registration_id, "sku": sku, "said": dict(said)}
                for sku, said in by_sku.items()
            ],
        )


def set_own_information(
    session: Session, registration_id: str, by_item: Mapping[str, Mapping[str, Any]]
) -> None:
    """Merge values into what was said for single lines; a value of None takes the old one away."""
    if by_item:
        session.execute(
            text(
                "UPDATE registration_items i"
                " SET information = jsonb_strip_nulls(i.information || (said.value))"
                " FROM jsonb_each(:by_item) AS said"
                " WHERE i.id = said.key AND i.registration_id = :registration_id"
            ).bindparams(bindparam("by_item", type_=JSONB)),
            {
                "registration_id": registration_id,
                "by_item": {key: dict(said) for key, said in by_item.items()},
            },
        )


def products(session: Session, skus: Collection[str]) -> dict[str, Product]:
    """The products with these SKUs."""
    return {product.sku: product for product in session.scalars(select(Product).where(Product.sku.in_(skus)))}


def fields_of(product: Product) -> list[Field]:
    """What a product asks for."""
    return [Field.model_validate(field) for field in product.fields]


def lock_entitlements(session: Session, registration_id: str) -> None:
    """Lock the entitlements that the lines name, in everybody's order, so that nobody waits in a ring."""
    session.execute(
        text(
            "SELECT e.id FROM entitlements e WHERE e.serial_number IN"
            " (SELECT serial_number FROM registration_items WHERE registration_id = :registration_id)"
            " ORDER BY e.id FOR UPDATE"
        ),
        {"registration_id": registration_id},
    )


def take_entitlements(
    session: Session, registration_id: str, batch_ids: Sequence[str], batch_size: int, now: datetime
) -> None:
    """Reserve every entitlement for the registration and deal its lines out to the batches, in their order.

    Each line keeps the information that holds for it, so that nothing said later changes what was accepted.
    """
    session.execute(
        text(
            f"WITH {LINES}, dealt AS ("  # noqa: S608 - constants of ours
            "    SELECT id, entitlement_id, information, row_number() OVER (ORDER BY position) AS place"
            "    FROM lines),"
            " taken AS ("
            "    UPDATE entitlements e SET state = 'reserved', reserved_by = :registration_id,"
            "        updated_at = :now FROM dealt d WHERE e.id = d.entitlement_id)"
            " UPDATE registration_items i SET entitlement_id = d.entitlement_id, information = d.information,"
            "     batch_id = (CAST(:batch_ids AS text[]))[(d.place - 1) / :batch_size + 1]"
            " FROM dealt d WHERE i.id = d.id"
        ),
        {
            "registration_id": registration_id,
            "batch_ids": list(batch_ids),
            "batch_size": batch_size,
            "now": now,
        },
    )


def touch(session: Session, registration_id: str, now: datetime) -> None:
    """Note that a draft changed."""
    session.execute(update(Registration).where(Registration.id == registration_id).values(updated_at=now))
