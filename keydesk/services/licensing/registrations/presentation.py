"""Shows registrations and their lines in the shapes of the API, in the reader's language."""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from keydesk.chassis.http.pages import page_of
from keydesk.chassis.identity import HIDDEN
from keydesk.chassis.problems import NotFound
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.licenses.repository import keys_of
from keydesk.services.licensing.models.registrations import Registration
from keydesk.services.licensing.registrations import repository
from keydesk.services.licensing.registrations.problems import line_problem
from keydesk.services.licensing.registrations.repository import Line, Tally
from keydesk.services.licensing.registrations.schemas import (
    Confirmation,
    ConfirmedItem,
    Counts,
    Item,
    ItemLicense,
    ItemProblem,
    ItemProduct,
    ItemState,
    LineCount,
    Progress,
    RegistrationListed,
    RegistrationProduct,
    RegistrationShown,
)

MAX_CONFIRMED = 500


def show(session: Session, registration: Registration, *, added: int | None = None) -> RegistrationShown:
    """A registration, its lines counted and its products told."""
    tallies = repository.tally(session, registration.id)
    counts = _counts(tallies)
    return RegistrationShown(
        id=registration.id,
        status=registration.status,
        created_at=registration.created_at,
        updated_at=registration.updated_at,
        completed_at=registration.completed_at,
        counts=counts,
        products=_products(session, registration.id, tallies),
        progress=Progress(done=registration.done, total=registration.total),
        ready=registration.status == "draft" and 0 < counts.lines == counts.ready,
        has_file=any(tally.has_file for tally in tallies),
        added=added,
    )


def show_list(
    session: Session, account_id: str, status: str | None, *, before: str | None, limit: int
) -> tuple[list[RegistrationListed], str | None]:
    """A page of the account's registrations, the newest first."""
    rows = repository.list_of_account(session, account_id, status, before=before, limit=limit + 1)
    shown = [
        RegistrationListed(
            id=registration.id,
            status=registration.status,
            created_at=registration.created_at,
            updated_at=registration.updated_at,
            completed_at=registration.completed_at,
            counts=LineCount(lines=lines),
            progress=Progress(done=registration.done, total=registration.total),
        )
        for registration, lines in rows
    ]
    return page_of(shown, limit, lambda registration: (registration.id,))


def show_items(
    session: Session,
    vault: KeyVault,
    registration: Registration,
    language: str,
    *,
    state: ItemState | None,
    after: int | None,
    limit: int,
    in_person: bool,
) -> tuple[list[Item], str | None]:
    """A page of a registration's lines, in the order in which they were entered.

    Whoever is not ``in_person`` (see `Caller.in_person`) gets `HIDDEN` in place of license keys.
    """
    lines = repository.read_lines(session, registration.id, state=state, after=after, limit=limit + 1)
    page, next_cursor = page_of(lines, limit, lambda line: (line.position,))
    issued = [line.license_id for line in page if line.license_id and not line.problem]
    keys = keys_of(session, vault, issued) if in_person else dict.fromkeys(issued, HIDDEN)
    return [_item(line, registration.account_id, keys, language) for line in page], next_cursor


def show_confirmation(session: Session, vault: KeyVault, registration_id: str) -> Confirmation:
    """What the confirmation email of a completed registration tells. Raises `NotFound` before that."""
    registration = session.get(Registration, registration_id)
    if registration is None or registration.completed_at is None:
        raise NotFound
    lines = repository.read_lines(session, registration_id, limit=MAX_CONFIRMED)
    keys = keys_of(session, vault, [line.license_id for line in lines if line.license_id])
    return Confirmation(
        registration_id=registration.id,
        account_id=registration.account_id,
        completed_at=registration.completed_at,
        total=registration.total,
        items=[
            ConfirmedItem(
                serial_number=line.serial_number,
                product_name=line.product_name or "",
                product_version=line.product_version or "",
                quantity=line.quantity or 0,
                license_key=keys[line.license_id],
                file_name=line.file_name,
            )
            for line in lines
            if line.license_id is not None
        ],
    )


def _counts(tallies: Sequence[Tally]) -> Counts:
    def in_state(state: str) -> int:
        return sum(tally.lines for tally in tallies if tally.state == state)

    return Counts(
        lines=sum(tally.lines for tally in tallies),
        ready=in_state("ready"),
        needs_information=in_state("needs_information"),
        refused=in_state("refused"),
    )


def _products(session: Session, registration_id: str, tallies: Sequence[Tally]) -> list[RegistrationProduct]:
    taking_part = [tally for tally in tallies if tally.sku is not None and tally.state != "refused"]
    skus = list(dict.fromkeys(tally.sku for tally in taking_part if tally.sku is not None))
    products = repository.products(session, skus)
    said = repository.shared_information(session, registration_id)
    return [
        RegistrationProduct(
            sku=sku,
            name=products[sku].name,
            version=products[sku].version,
            platform=products[sku].platform,
            lines=sum(tally.lines for tally in taking_part if tally.sku == sku),
            fields=repository.fields_of(products[sku]),
            information=said.get(sku, {}),
            complete=not any(tally.sku == sku and tally.state == "needs_information" for tally in tallies),
        )
        for sku in skus
    ]


def _item(line: Line, account_id: str, keys: dict[str, str], language: str) -> Item:
    mine = line.license_id if line.license_account_id == account_id else None
    issued = line.license_id is not None and line.problem is None
    # A serial number that is somebody else's by now tells nothing about their order.
    others = line.problem == "already_registered"
    return Item.model_validate(
        {
            "id": line.id,
            "serial_number": line.serial_number,
            "state": line.state,
            "problem": line.problem
            and ItemProblem.model_validate(
                {
                    "code": line.problem,
                    "detail": line_problem(line.problem).to(language),
                    "license_id": mine,
                }
            ),
            "product": line.sku
            and ItemProduct(
                sku=line.sku,
                name=line.product_name or "",
                version=line.product_version or "",
                platform=line.platform or "",
            ),
            "order_number": None if others else line.order_number,
            "quantity": None if others else line.quantity,
            "entitled_price_tier": None if others else line.entitled_price_tier,
            "maintenance_end": None if others else line.maintenance_end,
            "information": line.information or {},
            "license": ItemLicense(
                id=line.license_id, license_key=keys[line.license_id], file_name=line.file_name
            )
            if issued and line.license_id is not None
            else None,
        }
    )
