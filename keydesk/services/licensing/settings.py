"""What licensing may be told by its environment, beyond what every room is told."""

from pathlib import Path

from pydantic import SecretStr

from keydesk.chassis.settings import RoomSettings


class LicensingSettings(RoomSettings):
    """Settings of the licensing room's processes."""

    license_signing_key_file: Path | None = None
    """The private Ed25519 key that signs license files (a JWK file). Only the worker has it."""
    key_encryption_keys: SecretStr | None = None
    """Key-encryption keys by number, as JSON: ``{"1": "<32 bytes in base64>"}``. The highest seals."""
    key_lookup_secret: SecretStr | None = None
    """32 bytes in base64, for the keyed hash by which license keys are looked up. Never changes."""
