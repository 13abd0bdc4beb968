"""Who is calling: a signed identity that lives a minute (a JWT, RFC 7519, signed with Ed25519).

The gateway turns a session cookie or an API token into one; a room that calls another makes its own.
Every room verifies each request itself. A key's id (``kid``) is the name of the room that holds it,
and the issuer must be that same room, so that one room can never speak as another.
"""

import json
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, OKPKey

TOKEN_TYPE = "keydesk-identity+jwt"  # noqa: S105 - a media type, not a secret
ALGORITHM = "Ed25519"
"""RFC 9864's name; our own rooms are the only readers, so the wider known "EdDSA" is not needed."""
LIFETIME_SECONDS = 60
CLOCK_SKEW_SECONDS = 5
GATEWAY = "gateway"
HEADER = "keydesk-identity"
HIDDEN = "•••••"
"""What stands in place of a secret for whoever views the portal as its owner."""

Kind = Literal["anonymous", "account", "service"]


class IdentityRefused(Exception):
    """The token does not hold; the message says why, for the log only."""


@dataclass(frozen=True)
class Caller:
    """Who a request comes from, as its verified identity says."""

    kind: Kind
    account_id: str | None = None
    name: str | None = None
    """The person's name as the account has it, to be shown and never to decide by."""
    roles: frozenset[str] = frozenset()
    """Of ``customer``, ``support``, ``operator``."""
    scopes: frozenset[str] = frozenset()
    """What an API token may do; a browser session holds ``*``."""
    verified: bool = False
    """The account's email address has been verified."""
    agreed: bool = False
    """The current user agreement has been accepted."""
    language: str | None = None
    """The account's language, or none when it never chose."""
    service: str | None = None
    """The calling room's name when ``kind`` is ``service``."""
    address: str = ""
    """The client's network address as the gateway saw it."""
    session_id: str | None = None
    """A public handle of the session (never its cookie)."""
    viewed_by: str | None = None
    """The account of the support person who views the portal as this one, and may change nothing."""
    view_ends: int | None = None
    """When viewing ends (seconds since 1970)."""

    @property
    def in_person(self) -> bool:
        """Whether the account's owner calls, and nobody who views the portal as them."""
        return self.viewed_by is None

    @property
    def known_account_id(self) -> str:
        """The account's id, for routes whose access rule admits accounts only; `LookupError` for others."""
        if self.account_id is None:
            raise LookupError(f"an {self.kind} caller has no account")
        return self.account_id

    def has_scope(self, scope: str) -> bool:
        """Whether the caller's session or token covers ``scope``."""
        return "*" in self.scopes or scope in self.scopes


def generate_key(room: str) -> OKPKey:
    """A new Ed25519 key for ``room``, its ``kid`` the room's name."""
    return OKPKey.generate_key("Ed25519", {"kid": room, "alg": ALGORITHM, "use": "sig"})


def key_from_file(path: Path) -> OKPKey:
    """The private key in the JWK file at ``path``."""
    return OKPKey.import_key(json.loads(path.read_text()))


def keys_from_file(path: Path) -> KeySet:
    """The public keys in the JWK set file at ``path``."""
    return KeySet.import_key_set(json.loads(path.read_text()))


class IdentitySigner:
    """Makes identity tokens in one room's name."""

    def __init__(self, room: str, key: OKPKey, *, clock: Callable[[], float] = time.time) -> None:
        self.room = room
        self._key = key
        self._clock = clock

    def sign(self, caller: Caller, audience: Sequence[str], *, lifetime: int = LIFETIME_SECONDS) -> str:
        """A token that tells the rooms in ``audience`` who ``caller`` is, for ``lifetime`` seconds."""
        now = int(self._clock())
        claims: dict[str, Any] = {
            "iss": self.room,
            "aud": list(audience),
            "iat": now,
            "exp": now + lifetime,
            "kind": caller.kind,
        }
        optional = {
            "sub": caller.account_id,
            "name": caller.name,
            "roles": sorted(caller.roles),
            "scopes": sorted(caller.scopes),
            "verified": caller.verified,
            "agreed": caller.agreed,
            "lang": caller.language,
            "addr": caller.address,
            "sid": caller.session_id,
            "viewed_by": caller.viewed_by,
            "view_ends": caller.view_ends,
        }
        claims |= {name: value for name, value in optional.items() if value}
        header = {"alg": ALGORITHM, "typ": TOKEN_TYPE, "kid": self.room}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    def sign_as_service(self, audience: str) -> str:
        """A token by which this room calls ``audience`` in its own name."""
        return self.sign(Caller(kind="service"), [audience])


@dataclass
class IdentityVerifier:
    """Verifies identity tokens for one room, remembering those that held until they expire."""

    room: str
    keys: KeySet
    clock: Callable[[], float] = time.time
    cache_size: int = 4096
    _cache: OrderedDict[str, tuple[float, Caller]] = field(default_factory=OrderedDict)

    def verify(self, token: str) -> Caller:
        """The caller that ``token`` proves. Raises `IdentityRefused` for anything that does not hold."""
        now = self.clock()
        cached = self._cache.get(token)
        if cached is not None and cached[0] > now:
            return cached[1]
        expires, caller = self._verify(token, now)
        self._cache[token] = (expires, caller)
        while len(self._cache) > self.cache_size:
            self._cache.popitem(last=False)
        return caller

    def _verify(self, token: str, now: float) -> tuple[float, Caller]:
        try:
            decoded = jwt.decode(token, self._key_for, algorithms=[ALGORITHM])
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise IdentityRefused(str(error) or type(error).__name__) from None
        header, claims = decoded.header, decoded.claims
        if header.get("typ") != TOKEN_TYPE:
            raise IdentityRefused("wrong token type")
        if claims.get("iss") != header.get("kid"):
            raise IdentityRefused("the issuer is not the holder of the key")
        audience = claims.get("aud")
        if not isinstance(audience, list) or self.room not in audience:
            raise IdentityRefused("meant for another audience")
        issued, expires = claims.get("iat"), claims.get("exp")
        if not isinstance(issued, int) or not isinstance(expires, int):
            raise IdentityRefused("no lifetime")
        if expires <= now or issued > now + CLOCK_SKEW_SECONDS or expires - issued > 2 * LIFETIME_SECONDS:
            raise IdentityRefused("outside of its lifetime")
        return float(expires), _caller_from(claims)

    def _key_for(self, obj: Any) -> OKPKey:
        kid = obj.headers().get("kid")
        for key in self.keys.keys:
            if key.kid == kid and isinstance(key, OKPKey):
                return key
        raise IdentityRefused("unknown key")


def _caller_from(claims: dict[str, Any]) -> Caller:
    issuer, kind = claims["iss"], claims.get("kind")
    if kind == "service":
        return Caller(kind="service", service=issuer)
    if issuer != GATEWAY:
        raise IdentityRefused("only the gateway speaks for people")
    if kind not in ("anonymous", "account") or (kind == "account") != ("sub" in claims):
        raise IdentityRefused("an account without a subject, or the reverse")
    roles = frozenset(claims.get("roles", ()))
    if "viewed_by" in claims and (kind != "account" or not roles <= {"customer"}):
        raise IdentityRefused("nobody is viewed as staff")
    return Caller(
        kind=kind,
        account_id=claims.get("sub"),
        name=claims.get("name"),
        roles=roles,
        scopes=frozenset(claims.get("scopes", ())),
        verified=bool(claims.get("verified", False)),
        agreed=bool(claims.get("agreed", False)),
        language=claims.get("lang"),
        address=str(claims.get("addr", "")),
        session_id=claims.get("sid"),
        viewed_by=claims.get("viewed_by"),
        view_ends=claims.get("view_ends"),
    )
