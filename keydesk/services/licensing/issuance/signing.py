"""The private key that signs license files. Loaded in the licensing worker and nowhere else."""

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from keydesk.chassis.settings import BadSettings
from keydesk.services.licensing.issuance import license_file
from keydesk.services.licensing.settings import LicensingSettings

THREADS = min(4, os.cpu_count() or 1)
"""Signing lets go of the interpreter, so that threads of one worker sign side by side."""


class SignatureWrong(Exception):
    """A signature that was just made does not verify: the machine, or the key, is at fault."""


class LicenseSigner:
    """Signs license payloads with one Ed25519 key. The same payload gives the same bytes, always."""

    def __init__(self, private_key: Ed25519PrivateKey) -> None:
        self._private = private_key
        self._public = private_key.public_key()
        jwk = OKPKey.import_key(self._public)
        self.kid: str = jwk.thumbprint()
        """The public key's RFC 7638 thumbprint."""
        self.public_jwk: dict[str, str] = {
            **{name: str(jwk.as_dict(private=False)[name]) for name in ("kty", "crv", "x")},
            "kid": self.kid,
            "alg": license_file.ALGORITHM,
            "use": "sig",
        }
        self._header = license_file.protected_header(self.kid)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="signing")

    @classmethod
    def from_settings(cls, settings: LicensingSettings) -> "LicenseSigner":
        """The signer whose key file the settings name; raises `BadSettings`."""
        path = Path(settings.require("license_signing_key_file"))
        try:
            key = OKPKey.import_key(json.loads(path.read_text())).private_key
        except (OSError, ValueError, JoseError):
            key = None
        if not isinstance(key, Ed25519PrivateKey):
            raise BadSettings(f"KEYDESK_LICENSING_LICENSE_SIGNING_KEY_FILE: no Ed25519 JWK in {path}")
        return cls(key)

    def sign(self, payload: bytes) -> str:
        """``payload`` as a JWS in compact form."""
        signed = license_file.signing_input(self._header, payload)
        return license_file.compact(signed, self._private.sign(signed))

    def sign_all(self, payloads: Sequence[str]) -> list[str]:
        """Each of ``payloads`` as `sign` makes it, in their order, on all cores."""
        return list(chain.from_iterable(self._threads.map(self._sign_some, _shares(payloads))))

    def check_all(self, made: Sequence[str]) -> None:
        """`check` on all cores; raises `SignatureWrong`."""
        for _ in self._threads.map(self.check, _shares(made)):
            pass

    def check(self, made: Sequence[str]) -> None:
        """Verify signatures that were just made; raises `SignatureWrong`.

        A faulty Ed25519 signature does not only fail at the customer's: it can give the key away. There is
        but one right signature of a payload, so making each again and comparing tells as much as the
        verification equation, at a third of its price; the first is verified with the public key, so that a
        key pair that does not fit is noticed too.
        """
        for place, jws in enumerate(made):
            signed, _, signature = jws.rpartition(".")
            if license_file.base64url(self._private.sign(signed.encode())) != signature.encode():
                raise SignatureWrong(self.kid)
            if place == 0:
                self._verify(signed.encode(), signature)

    def _sign_some(self, payloads: Sequence[str]) -> list[str]:
        return [self.sign(payload.encode()) for payload in payloads]

    def _verify(self, signed: bytes, signature: str) -> None:
        try:
            self._public.verify(license_file.unbase64url(signature), signed)
        except InvalidSignature:
            raise SignatureWrong(self.kid) from None


def _shares(items: Sequence[str]) -> list[Sequence[str]]:
    """``items`` in as many runs as there are threads, none empty."""
    size = -(-len(items) // THREADS) or 1
    return [items[start : start + size] for start in range(0, len(items), size)]
