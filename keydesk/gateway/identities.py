"""Identity tokens for the rooms, minted once per credential, address and audience, then used again.

A signature costs as much as half a request. A kept one carries no right of its own: the credential is
looked up for every request, and its version is part of what the token is kept under.
"""

from collections.abc import Callable, Sequence
from pathlib import Path

from keydesk.chassis.identity import LIFETIME_SECONDS, Caller, IdentitySigner, key_from_file
from keydesk.gateway.credentials import Credential
from keydesk.gateway.routing import GATEWAY, PORTAL, ROOMS
from keydesk.gateway.settings import GatewaySettings

KEPT_SECONDS = LIFETIME_SECONDS / 2
"""A token leaves the door with at least the other half of its life left."""
MOST_KEPT = 20_000

EVERY_ROOM = (GATEWAY, *sorted(ROOMS))
"""The portal acts for the reader on all rooms, and on the gateway to log in and out."""


class Identities:
    """Mints identity tokens and keeps them for half of their life."""

    def __init__(self, signer: IdentitySigner, clock: Callable[[], float]) -> None:
        self._signer = signer
        self._clock = clock
        self._kept: dict[tuple[str, bytes, str, str], tuple[float, str]] = {}

    @classmethod
    def from_settings(cls, settings: GatewaySettings, clock: Callable[[], float]) -> "Identities":
        """Identities signed with the gateway's own key."""
        key = key_from_file(Path(settings.require("identity_key_file")))
        return cls(IdentitySigner(GATEWAY, key, clock=clock), clock)

    def of(self, credential: Credential | None, address: str, room: str) -> str:
        """The token that tells ``room`` who calls: an account, or nobody in particular at ``address``."""
        kept_as = (
            (credential.digest, credential.version, address, room)
            if credential is not None
            else ("", b"", address, room)
        )
        kept = self._kept.get(kept_as)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        caller = credential.caller(address) if credential else Caller(kind="anonymous", address=address)
        lifetime = LIFETIME_SECONDS
        if caller.view_ends is not None:  # no identity outlives the view that it is of
            lifetime = max(1, min(lifetime, caller.view_ends - int(self._clock())))
        return self._mint(kept_as, caller, EVERY_ROOM if room == PORTAL else (room,), lifetime)

    def of_gateway(self, room: str) -> str:
        """The token by which the gateway calls ``room`` in its own name."""
        kept_as = (GATEWAY, b"", "", room)
        kept = self._kept.get(kept_as)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        return self._mint(kept_as, Caller(kind="service"), (room,))

    def _mint(
        self,
        kept_as: tuple[str, bytes, str, str],
        caller: Caller,
        audience: Sequence[str],
        lifetime: int = LIFETIME_SECONDS,
    ) -> str:
        token = self._signer.sign(caller, audience, lifetime=lifetime)
        while len(self._kept) >= MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        self._kept.pop(kept_as, None)
        self._kept[kept_as] = (self._clock() + min(KEPT_SECONDS, lifetime / 2), token)
        return token
