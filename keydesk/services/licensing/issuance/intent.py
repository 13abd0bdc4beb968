"""What a batch is about to issue, decided once and stored before anything is signed.

Whoever does the batch again, after a crash or because its job came twice, issues the very same licenses.
Pure: ids, keys and the time come from the caller.
"""

import zlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

import orjson

from keydesk.services.licensing.contract import Contact, InstallAtAddress
from keydesk.services.licensing.issuance.license_file import LicenseTerms, file_name, payload_of

_FAST = 1
"""zlib's level: the payloads of a batch are much alike, and shrink to a fifth even so."""


class ReservedLine(NamedTuple):
    """A line of an accepted registration with all that its license will say."""

    entitlement_id: str
    registration_id: str
    account_id: str
    serial_number: str
    sku: str
    product_name: str
    product_version: str
    platform: str
    has_file: bool
    order_number: str
    ordered_on: date
    customer_number: str
    customer_name: str
    quantity: int
    entitled_price_tier: str
    maintenance_start: date | None
    maintenance_end: date | None
    support_agreement_number: str
    information: Mapping[str, Any]


class PlannedLicense(NamedTuple):
    """One license that is about to be issued."""

    license_id: str
    entitlement_id: str
    license_key: str
    file_name: str | None
    payload: str | None
    """The exact text to sign; none where the product has no license file."""
    fact: str
    """The body of its `LicenseIssued`, as JSON."""


@dataclass(frozen=True)
class Intent:
    """Everything that one batch is about to issue."""

    registration_id: str
    account_id: str
    issued_at: datetime
    licenses: list[PlannedLicense]


def plan(
    lines: Iterable[ReservedLine],
    *,
    issuer: str,
    now: datetime,
    new_license_id: Callable[[], str],
    new_license_key: Callable[[], str],
) -> Intent:
    """The licenses for these lines of one registration, of which there is at least one."""
    lines = list(lines)
    return Intent(
        registration_id=lines[0].registration_id,
        account_id=lines[0].account_id,
        issued_at=now,
        licenses=[_planned(line, issuer, now, new_license_id(), new_license_key()) for line in lines],
    )


def pack(intent: Intent) -> bytes:
    """An intent as bytes. They contain license keys: to be sealed before they are stored."""
    return zlib.compress(orjson.dumps({**vars(intent), "licenses": list(map(list, intent.licenses))}), _FAST)


def unpack(packed: bytes) -> Intent:
    """The intent in these bytes."""
    found = orjson.loads(zlib.decompress(packed))
    return Intent(
        registration_id=found["registration_id"],
        account_id=found["account_id"],
        issued_at=datetime.fromisoformat(found["issued_at"]),
        licenses=[PlannedLicense._make(planned) for planned in found["licenses"]],
    )


def _planned(
    line: ReservedLine, issuer: str, now: datetime, license_id: str, license_key: str
) -> PlannedLicense:
    name = file_name(line.sku, line.serial_number) if line.has_file else None
    terms = LicenseTerms(
        issuer=issuer,
        license_id=license_id,
        license_key=license_key,
        issued_at=now,
        serial_number=line.serial_number,
        sku=line.sku,
        product_name=line.product_name,
        product_version=line.product_version,
        platform=line.platform,
        quantity=line.quantity,
        order_number=line.order_number,
        customer_number=line.customer_number,
        customer_name=line.customer_name,
        entitled_price_tier=line.entitled_price_tier,
        deployed_price_tier=line.information.get("deployed_price_tier", ""),
        host_id=line.information.get("host_id", ""),
        system_type=line.information.get("system_type", ""),
        maintenance_start=line.maintenance_start,
        maintenance_end=line.maintenance_end,
    )
    return PlannedLicense(
        license_id=license_id,
        entitlement_id=line.entitlement_id,
        license_key=license_key,
        file_name=name,
        payload=payload_of(terms).decode() if line.has_file else None,
        fact=_fact(line, terms, name or ""),
    )


def _fact(line: ReservedLine, terms: LicenseTerms, name: str) -> str:
    """The body of a `LicenseIssued`.

    Written at once: making the object first and then its JSON costs thrice as much, for each license. The
    contract's tests read it back.
    """
    return orjson.dumps(
        {
            "license_id": terms.license_id,
            "registration_id": line.registration_id,
            "account_id": line.account_id,
            "serial_number": line.serial_number,
            "sku": line.sku,
            "product_name": line.product_name,
            "product_version": line.product_version,
            "platform": line.platform,
            "order_number": line.order_number,
            "customer_number": line.customer_number,
            "customer_name": line.customer_name,
            "ordered_on": line.ordered_on,
            "quantity": line.quantity,
            "entitled_price_tier": line.entitled_price_tier,
            "deployed_price_tier": terms.deployed_price_tier,
            "host_id": terms.host_id,
            "system_type": terms.system_type,
            "technical_contact": _as_told(Contact, line.information.get("technical_contact")),
            "install_at": _as_told(InstallAtAddress, line.information.get("install_at")),
            "maintenance_start": line.maintenance_start,
            "maintenance_end": line.maintenance_end,
            "support_agreement_number": line.support_agreement_number,
            "has_file": line.has_file,
            "file_name": name,
            "issued_at": terms.issued_at,
        },
        option=orjson.OPT_UTC_Z,
    ).decode()


def _as_told(kind: type[Contact] | type[InstallAtAddress], typed: Any) -> dict[str, Any] | None:
    return kind(**typed).model_dump() if typed else None
