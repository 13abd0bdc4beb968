"""Reads license files offline and says whether each license in them holds, and if not, why.

Strict on purpose: the algorithm is the one that we sign with and no other, the key comes from the reader's
own set and never from the file, and the printed summary has to agree with what was signed. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from keydesk.services.licensing.issuance.license_file import (
    ALGORITHM,
    BEGIN,
    END,
    MEDIA_TYPE,
    summary_of,
    unbase64url,
)

Reason = Literal[
    "not_a_license_file",
    "damaged",
    "wrong_algorithm",
    "wrong_purpose",
    "unknown_key",
    "altered",
    "summary_altered",
    "expired",
]

_MAX_FILE_BYTES = 64 * 1024 * 1024
_MAX_PART = 64 * 1024


class LicenseRefused(Exception):
    """The license does not hold: ``reason`` is stable, the message is for the person who asked."""

    def __init__(self, reason: Reason, message: str) -> None:
        super().__init__(message)
        self.reason = reason


class KeysUnreadable(ValueError):
    """The set of public keys cannot be read."""


@dataclass(frozen=True)
class Block:
    """One license as it stands in a file, not trusted yet."""

    summary: str
    jws: str


@dataclass(frozen=True)
class VerifiedLicense:
    """What a license that holds says, and the key that signed it."""

    claims: dict[str, Any]
    kid: str


def public_keys(jwks: object) -> dict[str, Ed25519PublicKey]:
    """The Ed25519 keys in a JWK set (RFC 7517) by their ``kid``; others are passed over.

    Raises `KeysUnreadable` where there is none.
    """
    keys = {}
    entries = jwks.get("keys") if isinstance(jwks, dict) else None
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict) or (entry.get("kty"), entry.get("crv")) != ("OKP", "Ed25519"):
            continue
        try:
            keys[str(entry["kid"])] = Ed25519PublicKey.from_public_bytes(unbase64url(str(entry["x"])))
        except (KeyError, ValueError) as broken:
            raise KeysUnreadable("a key in the set is damaged") from broken
    if not keys:
        raise KeysUnreadable("there is no Ed25519 key in the set")
    return keys


def blocks_in(content: bytes) -> list[Block]:
    """The licenses in a file. Raises `LicenseRefused` where it is not a license file."""
    not_ours = LicenseRefused("not_a_license_file", "This is not a Keydesk license file.")
    if len(content) > _MAX_FILE_BYTES:
        raise not_ours
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise not_ours from None
    blocks = _blocks(text.split("\n"))
    if not blocks:
        raise not_ours
    return blocks


def _blocks(lines: list[str]) -> list[Block]:
    cut_off = LicenseRefused("damaged", "A license in this file is cut off. Download the file again.")
    blocks: list[Block] = []
    summary: list[str] = []
    body: list[str] | None = None
    for line in map(str.rstrip, lines):
        if line == BEGIN and body is None:
            body = []
        elif line == END and body is not None:
            blocks.append(Block("\n".join(summary).strip(), "".join(body)))
            summary, body = [], None
        elif line in {BEGIN, END}:
            raise cut_off
        elif body is None:
            summary.append(line)
        else:
            body.append(line)
    if body is not None:
        raise cut_off
    return blocks


def verify(block: Block, keys: Mapping[str, Ed25519PublicKey], now: datetime) -> VerifiedLicense:
    """The license in ``block`` if it holds at ``now``. Raises `LicenseRefused` saying why it does not."""
    header, payload, signature, signed = _parts(block.jws)
    kid = _signed_by(header, keys)
    try:
        keys[kid].verify(signature, signed)
    except InvalidSignature:
        raise LicenseRefused("altered", "The license was altered after it was signed.") from None
    claims = _object(payload)
    if block.summary != summary_of(claims):
        raise LicenseRefused(
            "summary_altered", "The readable summary was altered: it differs from what was signed below it."
        )
    if "exp" in claims and now.timestamp() >= claims["exp"]:
        ended = datetime.fromtimestamp(claims["exp"], tz=UTC)
        raise LicenseRefused("expired", f"The license expired on {ended:%Y-%m-%d}.")
    return VerifiedLicense(claims, kid)


def _signed_by(header: dict[str, Any], keys: Mapping[str, Ed25519PublicKey]) -> str:
    if header.get("alg") != ALGORITHM:
        raise LicenseRefused(
            "wrong_algorithm", f"Licenses are signed with {ALGORITHM}; this one claims {header.get('alg')!r}."
        )
    if header.get("typ") != MEDIA_TYPE or "crit" in header:
        raise LicenseRefused("wrong_purpose", "This was signed for another purpose than a license.")
    kid = header.get("kid")
    if not isinstance(kid, str) or kid not in keys:
        raise LicenseRefused(
            "unknown_key",
            f"It is signed by the key {kid!r}, which is not among the keys given. "
            "Get the current keys from the portal's /.well-known/jwks.json.",
        )
    return kid


def _parts(jws: str) -> tuple[dict[str, Any], bytes, bytes, bytes]:
    damaged = LicenseRefused("damaged", "The license is damaged. Download the file again.")
    parts = jws.split(".")
    if len(parts) != 3 or any(len(part) > _MAX_PART for part in parts):
        raise damaged
    try:
        header, payload, signature = (unbase64url(part) for part in parts)
    except ValueError:
        raise damaged from None
    return _object(header), payload, signature, f"{parts[0]}.{parts[1]}".encode()


def _object(content: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = None
    if not isinstance(found, dict):
        raise LicenseRefused("damaged", "The license is damaged. Download the file again.")
    return found
