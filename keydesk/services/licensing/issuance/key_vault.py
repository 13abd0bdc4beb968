"""Keeps license keys, and files that contain them, so that a copy of the database opens none.

Each secret is sealed with AES-256-GCM under a key-encryption key that only the settings know, and bound to
the row that it belongs to (additional data), so that it cannot be moved to another. Key-encryption keys are
numbered: the highest seals, all of them open, so that one can be replaced without a flag day. For
uniqueness and for looking a key up, a keyed hash (HMAC-SHA-256) stands beside the sealed key.
"""

import base64
import binascii
import hashlib
import hmac
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from keydesk.chassis.settings import BadSettings
from keydesk.services.licensing.settings import LicensingSettings

_NONCE_BYTES = 12
_KEY_BYTES = 32


def sealed_file(license_id: str) -> str:
    """What the sealed file of a license is bound to; its key is bound to the license id alone."""
    return f"{license_id}/file"


class SealBroken(Exception):
    """The sealed bytes were changed, moved to another row, or their key-encryption key is gone."""


@dataclass(frozen=True)
class Sealed:
    """A sealed secret and the number of the key-encryption key that opens it."""

    version: int
    content: bytes
    """Nonce, ciphertext and tag."""


class KeyVault:
    """Seals and opens with the key-encryption keys of the settings. Thread-safe."""

    def __init__(self, encryption_keys: Mapping[int, bytes], lookup_key: bytes) -> None:
        self._ciphers = {version: AESGCM(key) for version, key in encryption_keys.items()}
        self._current = max(self._ciphers)
        self._lookup_key = lookup_key

    @classmethod
    def from_settings(cls, settings: LicensingSettings) -> "KeyVault":
        """The vault that the settings describe; raises `BadSettings` where a key is missing or malformed."""
        try:
            numbered = json.loads(settings.require("key_encryption_keys"))
            keys = {int(number): _decoded(key, "key_encryption_keys") for number, key in numbered.items()}
        except (ValueError, AttributeError):
            keys = {}
        if not keys:
            raise BadSettings('KEYDESK_LICENSING_KEY_ENCRYPTION_KEYS: expected {"1": "<base64>"}')
        return cls(keys, _decoded(settings.require("key_lookup_secret"), "key_lookup_secret"))

    def seal(self, secret: bytes, *, bound_to: str) -> Sealed:
        """``secret`` under the current key-encryption key, to be opened only as ``bound_to``."""
        nonce = os.urandom(_NONCE_BYTES)
        cipher = self._ciphers[self._current]
        return Sealed(self._current, nonce + cipher.encrypt(nonce, secret, bound_to.encode()))

    def open(self, sealed: Sealed, *, bound_to: str) -> bytes:
        """The secret again; raises `SealBroken`."""
        cipher = self._ciphers.get(sealed.version)
        if cipher is None:
            raise SealBroken(f"there is no key-encryption key {sealed.version}")
        nonce, content = sealed.content[:_NONCE_BYTES], sealed.content[_NONCE_BYTES:]
        try:
            return cipher.decrypt(nonce, content, bound_to.encode())
        except InvalidTag:
            raise SealBroken(f"what is sealed for {bound_to} was changed") from None

    def fingerprint(self, license_key: str) -> bytes:
        """16 bytes by which a license key is found, and which tell nothing about it without the secret."""
        return hmac.digest(self._lookup_key, license_key.encode(), hashlib.sha256)[:16]


def _decoded(text: object, field: str) -> bytes:
    try:
        key = base64.b64decode(str(text), validate=True)
    except binascii.Error:
        key = b""
    if len(key) != _KEY_BYTES:
        raise BadSettings(f"KEYDESK_LICENSING_{field.upper()}: each key is {_KEY_BYTES} bytes in base64")
    return key
