"""How a stored license is shown. Pure: rows in, the API's shapes out."""

from collections.abc import Sequence
from datetime import date

from keydesk.services.catalog.access.rules import access_to
from keydesk.services.catalog.licenses.maintenance import status_of
from keydesk.services.catalog.licenses.schemas import (
    Deployment,
    HistoryLine,
    KeyDetails,
    LicenseDetails,
    LicenseSummary,
    OrderDetails,
    Ownership,
    ProductSummary,
)
from keydesk.services.catalog.models import HistoryEntry, License, Person


def summary_of(license: License, account_id: str, today: date) -> LicenseSummary:
    """A line of the list, as ``account_id`` sees it."""
    return LicenseSummary(
        id=license.id,
        serial_number=license.serial_number,
        product=ProductSummary(
            sku=license.sku,
            name=license.product_name,
            version=license.product_version,
            platform=license.platform,
        ),
        order_number=license.order_number,
        customer_number=license.customer_number,
        customer_name=license.customer_name,
        host_id=license.host_id,
        quantity=license.quantity,
        status=status_of(license.maintenance_end, today),
        registered_at=license.registered_at,
        maintenance_end=license.maintenance_end,
        has_file=license.has_file,
        access=access_to(license.owner_account_id, account_id),
    )


def details_of(
    license: License,
    account_id: str,
    today: date,
    *,
    owner: Person | None,
    license_key: str | None,
    history: Sequence[tuple[HistoryEntry, str | None]],
) -> LicenseDetails:
    """The page of one license, grouped as in the guide, as ``account_id`` sees it."""
    summary = summary_of(license, account_id, today)
    return LicenseDetails(
        **summary.model_dump(),
        registration_id=license.registration_id,
        order=_order_of(license),
        key=_key_of(license, license_key),
        deployment=Deployment.model_validate(
            {"install_at": license.install_at, "technical_contact": license.technical_contact}
        ),
        ownership=Ownership(
            owner_name=owner.name if owner else "",
            owner_company=owner.company_name if owner else "",
            access=summary.access,
        ),
        options=["download_file"] if license.has_file else [],
        file_name=license.file_name or None,
        history=[
            HistoryLine.model_validate(
                {"action": entry.action, "at": entry.at, "account_id": entry.account_id, "name": name or ""}
            )
            for entry, name in history
        ],
    )


def _order_of(license: License) -> OrderDetails:
    return OrderDetails(
        customer_name=license.customer_name,
        customer_number=license.customer_number,
        order_number=license.order_number,
        ordered_on=license.ordered_on,
        entitled_price_tier=license.entitled_price_tier,
        quantity_purchased=license.quantity,
    )


def _key_of(license: License, license_key: str | None) -> KeyDetails:
    return KeyDetails(
        product_name=license.product_name,
        sku=license.sku,
        product_version=license.product_version,
        platform=license.platform,
        serial_number=license.serial_number,
        host_id=license.host_id,
        deployed_price_tier=license.deployed_price_tier,
        system_type=license.system_type,
        added_at=None,  # every license comes by registration until licenses can be added otherwise (G17)
        registered_at=license.registered_at,
        starts_on=license.maintenance_start,
        ends_on=license.maintenance_end,
        support_agreement_number=license.support_agreement_number,
        alternate_contact=None,  # contacts are assigned to licenses by G16
        license_keys=[license_key] if license_key else [],
    )
