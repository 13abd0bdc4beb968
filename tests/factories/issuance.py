"""What issues licenses, for tests: secrets of their own, a signer, and a way to run the queued batches."""

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from joserfc.jwk import OKPKey
from sqlalchemy import select

from keydesk.chassis.database import Database
from keydesk.services.licensing.issuance.key_vault import KeyVault
from keydesk.services.licensing.issuance.service import Issuer, issue_batch
from keydesk.services.licensing.issuance.signing import LicenseSigner
from keydesk.services.licensing.models import IssuanceBatch

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
ISSUER = "https://keydesk.example"
_SECRET = base64.b64encode(b"k" * 32).decode()

SECRETS: dict[str, Any] = {"key_encryption_keys": f'{{"1": "{_SECRET}"}}', "key_lookup_secret": _SECRET}
"""Settings of the licensing room's vault."""


def a_private_key(seed: int = 1) -> Ed25519PrivateKey:
    """A signing key, the same for the same seed."""
    return Ed25519PrivateKey.from_private_bytes(bytes([seed]) * 32)


def a_key_file(folder: Path, seed: int = 1) -> Path:
    """A file with the signing key of ``seed``, as the worker's settings name it."""
    path = folder / f"license-signing-{seed}.jwk.json"
    path.write_bytes(orjson.dumps(OKPKey.import_key(a_private_key(seed)).as_dict(private=True)))
    return path


def a_vault() -> KeyVault:
    """A vault that opens what the application under `SECRETS` sealed."""
    return KeyVault({1: b"k" * 32}, b"k" * 32)


def an_issuer(seed: int = 1) -> Issuer:
    """What issuing needs."""
    return Issuer(name=ISSUER, vault=a_vault(), signer=LicenseSigner(a_private_key(seed)))


def issue_everything(database: Database, issuer: Issuer | None = None) -> None:
    """Do the job of every batch that is not issued yet."""
    with database.reading() as session:
        waiting = session.scalars(select(IssuanceBatch.id).where(IssuanceBatch.status != "issued")).all()
    for batch_id in waiting:
        issue_batch(database, issuer or an_issuer(), batch_id, lambda: NOW)
