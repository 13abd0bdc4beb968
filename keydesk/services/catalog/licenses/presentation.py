"""How a stored license is shown. Pure: rows in, the API's shapes out."""

from collections.abc import Mapping
from datetime import date, datetime

from keydesk.chassis.i18n import Text
from keydesk.services.catalog.access.rules import Access, options_of
from keydesk.services.catalog.licenses.maintenance import status_of
from keydesk.services.catalog.licenses.schemas import (
    Deployment,
    KeyDetails,
    LicenseDetails,
    LicenseSummary,
    ListedLicense,
    OrderDetails,
    Ownership,
    ProductSummary,
    RefusedOption,
)
from keydesk.services.catalog.models import License, Person


def summary_of(license: License, access: Access, today: date) -> LicenseSummary:
    """What list and details both show, for somebody with ``access``."""
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
        status=status_of(license.maintenance_end, today) if license.registered_at else "not_registered",
        registered_at=license.registered_at,
        maintenance_end=license.maintenance_end,
        has_file=license.has_file,
        access=access,
    )


def listed(license: License, access: Access, today: date, fields: Mapping[str, str]) -> ListedLicense:
    """A line of the list with the columns that somebody may choose besides the usual ones."""
    return ListedLicense(
        **summary_of(license, access, today).model_dump(),
        deployed_price_tier=license.deployed_price_tier,
        entitled_price_tier=license.entitled_price_tier,
        system_type=license.system_type,
        fields=dict(fields),
    )


def details_of(
    license: License,
    access: Access,
    today: date,
    *,
    language: str,
    owner: Person | None,
    license_key: str | None,
    added_at: datetime | None,
) -> LicenseDetails:
    """The page of one license, grouped as in the guide, for somebody with ``access``."""
    options, refused = options_of(access, has_file=license.has_file)
    return LicenseDetails(
        **summary_of(license, access, today).model_dump(),
        registration_id=license.registration_id,
        order=_order_of(license),
        key=_key_of(license, license_key, added_at),
        deployment=Deployment.model_validate(
            {"install_at": license.install_at, "technical_contact": license.technical_contact}
        ),
        ownership=Ownership(
            owner_name=owner.name if owner else "",
            owner_company=owner.company_name if owner else "",
            access=access,
        ),
        options=options,
        refused_options=[
            RefusedOption(option=option, why=Text(why).to(language)) for option, why in refused.items()
        ],
        file_name=license.file_name or None,
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


def _key_of(license: License, license_key: str | None, added_at: datetime | None) -> KeyDetails:
    return KeyDetails(
        product_name=license.product_name,
        sku=license.sku,
        product_version=license.product_version,
        platform=license.platform,
        serial_number=license.serial_number,
        host_id=license.host_id,
        deployed_price_tier=license.deployed_price_tier,
        system_type=license.system_type,
        added_at=added_at,
        registered_at=license.registered_at,
        starts_on=license.maintenance_start,
        ends_on=license.maintenance_end,
        support_agreement_number=license.support_agreement_number,
        alternate_contact=None,  # contacts are assigned to licenses by G16
        license_keys=[license_key] if license_key else [],
    )
