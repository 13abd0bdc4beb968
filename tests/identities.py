"""Identities for tests: a key for every room, and headers that say who calls."""

import json
from pathlib import Path

from joserfc.jwk import KeySet, OKPKey

from keydesk.chassis.identity import HEADER, Caller, IdentitySigner, generate_key
from keydesk.rooms import ROOM_NAMES


class KeyRing:
    """Every room's private key, with the public set in a file as a deployment has it."""

    def __init__(self, folder: Path) -> None:
        self.keys: dict[str, OKPKey] = {room: generate_key(room) for room in ROOM_NAMES}
        self.jwks_file = folder / "identity.jwks.json"
        self.jwks_file.write_text(json.dumps(KeySet(list(self.keys.values())).as_dict(private=False)))
        self._folder = folder
        for room, key in self.keys.items():
            self.key_file(room).write_text(json.dumps(key.as_dict(private=True)))

    def key_file(self, room: str) -> Path:
        """The file with the private key of ``room``."""
        return self._folder / f"{room}.identity.jwk.json"

    def headers(self, caller: Caller, audience: str) -> dict[str, str]:
        """The header by which the gateway tells ``audience`` who calls."""
        return {HEADER: IdentitySigner("gateway", self.keys["gateway"]).sign(caller, [audience])}

    def service_headers(self, room: str, audience: str) -> dict[str, str]:
        """The header of ``room`` calling ``audience`` in its own name."""
        return {HEADER: IdentitySigner(room, self.keys[room]).sign_as_service(audience)}


def a_caller(
    account_id: str,
    *,
    roles: tuple[str, ...] = ("customer",),
    scopes: tuple[str, ...] = ("*",),
    verified: bool = True,
    agreed: bool = True,
    language: str | None = "en",
    address: str = "192.0.2.7",
    viewed_by: str | None = None,
    view_ends: int | None = None,
) -> Caller:
    """A logged-in account, or a support person who views the portal as it."""
    return Caller(
        kind="account",
        account_id=account_id,
        roles=frozenset(roles),
        scopes=frozenset(scopes),
        verified=verified,
        agreed=agreed,
        language=language,
        address=address,
        session_id="ses_test",
        viewed_by=viewed_by,
        view_ends=view_ends,
    )


def nobody(address: str = "192.0.2.7") -> Caller:
    """Somebody who has not logged in."""
    return Caller(kind="anonymous", address=address)
