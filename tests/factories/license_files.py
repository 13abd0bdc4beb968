"""License files and what can be wrong with one."""

from datetime import UTC, date, datetime
from typing import Any

import orjson

from keydesk.services.licensing.issuance.license_file import (
    LicenseTerms,
    armoured,
    base64url,
    compact,
    payload_of,
    signing_input,
)
from keydesk.services.licensing.issuance.signing import LicenseSigner
from tests.factories.issuance import a_private_key

LICENSE_ID = "lic_01kjm3v8g0fs5bm0rqqm4f9w2d"


def terms(**changed: Any) -> LicenseTerms:
    """The terms of a license, changed as told."""
    given: dict[str, Any] = {
        "issuer": "https://keydesk.example",
        "license_id": LICENSE_ID,
        "license_key": "00000-00000-00000-00000-00000",
        "issued_at": datetime(2026, 3, 1, 12, 0, tzinfo=UTC),
        "serial_number": "A0000000001",
        "sku": "KD-100",
        "product_name": "Harbor Cluster",
        "product_version": "4.2",
        "platform": "Linux",
        "quantity": 5,
        "order_number": "SO-1",
        "customer_number": "C-1",
        "customer_name": "Lindqvist Instruments",
        "entitled_price_tier": "1",
        "host_id": "80ab12cd",
        "maintenance_start": date(2026, 1, 15),
        "maintenance_end": date(2027, 1, 14),
    }
    return LicenseTerms(**(given | changed))


def a_file(seed: int = 1, **changed: Any) -> str:
    """A license file signed by the key of ``seed``."""
    return armoured(LicenseSigner(a_private_key(seed)).sign(payload_of(terms(**changed))))


def a_file_with_header(header: dict[str, Any], seed: int = 1) -> str:
    """A license file, properly signed by the key of ``seed``, under another protected header."""
    signed = signing_input(base64url(orjson.dumps(header)), payload_of(terms()))
    return armoured(compact(signed, a_private_key(seed).sign(signed)))


def jwks(*seeds: int) -> dict[str, Any]:
    """The public keys of these seeds as a JWK set."""
    return {"keys": [LicenseSigner(a_private_key(seed)).public_jwk for seed in seeds]}
