"""The sign-up form between its page and the agreement: kept 30 minutes, and readable by its browser alone.

Redis holds it encrypted (Fernet); the key is in the browser's cookie and nowhere else.
"""

import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

import orjson
import redis
from cryptography.fernet import Fernet, InvalidToken

from keydesk.chassis.problems import Unavailable
from keydesk.chassis.settings import RoomSettings

LIFETIME_SECONDS = 30 * 60


class SignUpDrafts:
    """Forms that wait for their agreement."""

    def __init__(self, client: Any) -> None:
        self._redis = client

    @classmethod
    def from_settings(cls, settings: RoomSettings) -> "SignUpDrafts":
        """Drafts in the Redis of the settings; raises `BadSettings` where there is none. A resource."""
        return cls(redis.Redis.from_url(settings.require("redis_url"), socket_timeout=5))

    def keep(self, form: Mapping[str, str]) -> str:
        """Keep ``form``; returns what the browser's cookie has to hold. Raises `Unavailable`."""
        handle, key = secrets.token_urlsafe(18), Fernet.generate_key()
        sealed = Fernet(key).encrypt(orjson.dumps(dict(form)))
        try:
            self._redis.set(_name(handle), sealed, ex=LIFETIME_SECONDS)
        except redis.RedisError:
            raise Unavailable from None
        return f"{handle}.{key.decode('ascii')}"

    def read(self, cookie: str | None) -> dict[str, str] | None:
        """The form that ``cookie`` opens, or None when there is none (any more). Raises `Unavailable`."""
        handle, _, key = (cookie or "").partition(".")
        try:
            sealed = self._redis.get(_name(handle)) if key else None
        except redis.RedisError:
            raise Unavailable from None
        if sealed is None:
            return None
        try:
            form: dict[str, str] = orjson.loads(Fernet(key).decrypt(sealed))
        except (InvalidToken, ValueError):
            return None
        return form

    def forget(self, cookie: str | None) -> None:
        """Delete the form that ``cookie`` names, if it is there. Raises `Unavailable`."""
        handle, _, key = (cookie or "").partition(".")
        try:
            if key:
                self._redis.delete(_name(handle))
        except redis.RedisError:
            raise Unavailable from None


def _name(handle: str) -> str:
    # Hashed, so that who reads the server's key names cannot delete or guess at a draft by its cookie.
    return f"portal:sign_up:{hashlib.sha256(handle.encode()).hexdigest()}"
