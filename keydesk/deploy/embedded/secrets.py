"""The stack's secrets: made on the first start, kept in files that only their owner may read."""

import base64
import json
import os
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any

from joserfc.jwk import KeySet, OKPKey

from keydesk.chassis.identity import generate_key
from keydesk.rooms import ROOM_NAMES

_PRIVATE_FOLDER = 0o700
_PRIVATE_FILE = 0o600


class Secrets:
    """The secrets in a folder. A secret that is asked for and not there yet is made."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True, mode=_PRIVATE_FOLDER)

    def password(self, name: str) -> str:
        """256 random bits, safe in a URL."""
        return self._kept(name, lambda: secrets.token_urlsafe(32))

    def key(self, name: str) -> str:
        """32 random bytes in base64."""
        return self._kept(name, _random_key)

    def numbered_keys(self, name: str) -> str:
        """Keys of 32 bytes by number, as JSON, with one to begin with."""
        return self._kept(name, lambda: json.dumps({"1": _random_key()}))

    def signing_key_file(self, name: str) -> Path:
        """The file of an Ed25519 private key (a JWK)."""
        self._kept(name, lambda: _as_json(OKPKey.generate_key("Ed25519")))
        return self._folder / name

    def identity_key_file(self, room: str) -> Path:
        """The file of the key that ``room`` signs its identity with (a JWK)."""
        name = f"identity-{room}.jwk"
        self._kept(name, lambda: _as_json(generate_key(room)))
        return self._folder / name

    def identity_jwks_file(self) -> Path:
        """The file of every room's public identity key (a JWK set)."""
        keys = [
            OKPKey.import_key(json.loads(self.identity_key_file(room).read_text())) for room in ROOM_NAMES
        ]
        path = self._folder / "identity.jwks"
        path.write_text(json.dumps(KeySet(list(keys)).as_dict(private=False)))
        return path

    def _kept(self, name: str, make: Callable[[], str]) -> str:
        path = self._folder / name
        if not path.exists():
            unfinished = self._folder / f"{name}.part"
            handle = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, _PRIVATE_FILE)
            with os.fdopen(handle, "w") as file:
                file.write(make())
                file.flush()
                os.fsync(file.fileno())
            unfinished.rename(path)
        return path.read_text()


def _random_key() -> str:
    return base64.b64encode(secrets.token_bytes(32)).decode()


def _as_json(key: Any) -> str:
    return json.dumps(key.as_dict(private=True))
