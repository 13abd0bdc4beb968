"""License files (``.slf``): a JWS (RFC 7515) signed with Ed25519 in armour, under a summary for people.

Only the signed part counts. The summary is made from it, so that a reader can make it again and compare.
The header says ``alg`` "EdDSA" (RFC 8037), which today's libraries know, rather than RFC 9864's "Ed25519";
``typ`` is the purpose, so that no other token of ours passes for a license.

Pure: keys come in as bytes or functions, and reading a file is `license_reading`'s.
"""

import base64
import binascii
import re
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

import orjson

MEDIA_TYPE = "keydesk-license+jws"
ALGORITHM = "EdDSA"
BEGIN = "-----BEGIN KEYDESK LICENSE-----"
END = "-----END KEYDESK LICENSE-----"
_LINE = 64

SUMMARY_LABELS = {
    "product": "Product",
    "license_key": "License key",
    "serial_number": "Serial number",
    "quantity": "Quantity",
    "entitled_price_tier": "Entitled price tier",
    "deployed_price_tier": "Deployed price tier",
    "host_id": "Host ID",
    "system_type": "System type",
    "customer": "Customer",
    "order_number": "Order number",
    "maintenance_end": "Maintenance until",
    "issued": "Issued",
    "expires": "Expires",
}


class LicenseTerms(NamedTuple):
    """What a license file says. Empty texts are left out of it."""

    issuer: str
    license_id: str
    license_key: str
    issued_at: datetime
    serial_number: str
    sku: str
    product_name: str
    product_version: str
    platform: str
    quantity: int
    order_number: str
    customer_number: str
    customer_name: str
    entitled_price_tier: str = ""
    deployed_price_tier: str = ""
    host_id: str = ""
    system_type: str = ""
    maintenance_start: date | None = None
    maintenance_end: date | None = None
    expires_at: datetime | None = None
    """None: the license does not end."""


def payload_of(terms: LicenseTerms) -> bytes:
    """The exact bytes that are signed for ``terms``: the same for the same terms, always."""
    optional = {
        "entitled_price_tier": terms.entitled_price_tier,
        "deployed_price_tier": terms.deployed_price_tier,
        "host_id": terms.host_id,
        "system_type": terms.system_type,
        "maintenance_start": terms.maintenance_start,
        "maintenance_end": terms.maintenance_end,
        "exp": int(terms.expires_at.timestamp()) if terms.expires_at else None,
    }
    return orjson.dumps(
        {
            "iss": terms.issuer,
            "iat": int(terms.issued_at.timestamp()),
            "jti": terms.license_id,
            "license_key": terms.license_key,
            "serial_number": terms.serial_number,
            "product": {
                "sku": terms.sku,
                "name": terms.product_name,
                "version": terms.product_version,
                "platform": terms.platform,
            },
            "quantity": terms.quantity,
            "order_number": terms.order_number,
            "customer": {"number": terms.customer_number, "name": terms.customer_name},
            **{name: value for name, value in optional.items() if value not in ("", None)},
        },
        option=orjson.OPT_SORT_KEYS,
    )


def protected_header(kid: str) -> bytes:
    """The protected header of every license signed by the key ``kid``, encoded."""
    header = orjson.dumps({"alg": ALGORITHM, "kid": kid, "typ": MEDIA_TYPE})
    return base64url(header)


def signing_input(header: bytes, payload: bytes) -> bytes:
    """What the signature is made over (RFC 7515, 5.1)."""
    return header + b"." + base64url(payload)


def compact(signed: bytes, signature: bytes) -> str:
    """The JWS in compact form, of a `signing_input` and its signature."""
    return (signed + b"." + base64url(signature)).decode()


def armoured(jws: str) -> str:
    """One license as it stands in a file: its summary, then the JWS between armour lines."""
    lines = "\n".join(jws[start : start + _LINE] for start in range(0, len(jws), _LINE))
    return f"{summary_of(claims_in(jws))}\n\n{BEGIN}\n{lines}\n{END}\n"


def summary_of(claims: dict[str, Any]) -> str:
    """The claims as lines for people to read. In English, as the file is the same for every reader."""
    product, customer = claims["product"], claims["customer"]
    where = f" for {product['platform']}" if product["platform"] else ""
    said: dict[str, object] = {
        **claims,
        "product": f"{product['name']} {product['version']}{where} ({product['sku']})",
        "customer": f"{customer['name']} ({customer['number']})",
        "issued": _day(claims["iat"]),
        "expires": _day(claims["exp"]) if "exp" in claims else None,
    }
    lines = [
        f"{label + ':':<21}{_one_line(said[name])}"
        for name, label in SUMMARY_LABELS.items()
        if said.get(name) is not None
    ]
    return "\n".join(["Keydesk license", *lines])


def file_name(sku: str, serial_number: str) -> str:
    """A name for the file of one license that every system takes."""
    return f"{re.sub(r'[^A-Za-z0-9._-]+', '_', sku).strip('._') or 'license'}-{serial_number}.slf"


def base64url(content: bytes) -> bytes:
    """Base64url without padding (RFC 7515, 2)."""
    return base64.urlsafe_b64encode(content).rstrip(b"=")


def unbase64url(text: str) -> bytes:
    """The bytes again; raises `ValueError` for anything that is not base64url without padding."""
    try:
        return base64.b64decode(text.encode("ascii") + b"=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, UnicodeEncodeError) as broken:
        raise ValueError("not base64url") from broken


def claims_in(jws: str) -> dict[str, Any]:
    """The payload of a JWS that we made ourselves. For anybody else's, use `license_reading.verify`."""
    claims: dict[str, Any] = orjson.loads(unbase64url(jws.split(".")[1]))
    return claims


def _day(timestamp: int) -> str:
    return datetime.fromtimestamp(timestamp, tz=UTC).date().isoformat()


def _one_line(value: object) -> str:
    """A value that cannot pretend to be a line of its own, such as armour."""
    return re.sub(r"[\s\x00-\x1f\x7f-\x9f\u2028\u2029]+", " ", str(value)).strip()
