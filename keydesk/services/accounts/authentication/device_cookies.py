"""Device cookies (OWASP): proof that somebody logged in to this account from this device before. Pure.

A device that was trusted is counted on its own, so that those who guess from elsewhere cannot lock the
owner out. The cookie opens nothing: the password is still needed.
"""

import hashlib
import hmac
import secrets
from datetime import datetime, timedelta

LIFETIME = timedelta(days=180)


def new_cookie(secret: bytes, account_id: str, *, now: datetime) -> str:
    """A cookie for a device that has just logged in to ``account_id``."""
    nonce = secrets.token_urlsafe(18)
    expires = str(int((now + LIFETIME).timestamp()))
    return f"{nonce}.{expires}.{_mac(secret, account_id, nonce, expires)}"


def trusted_device(cookie: str | None, secret: bytes, account_id: str, *, now: datetime) -> str | None:
    """The device's name if ``cookie`` is one that this account was given and that still holds."""
    if not cookie or not cookie.isascii():
        return None
    nonce, _, rest = cookie.partition(".")
    expires, _, mac = rest.partition(".")
    if not hmac.compare_digest(mac.encode(), _mac(secret, account_id, nonce, expires).encode()):
        return None
    # Only what we signed reaches this line, so it is a number.
    return nonce if int(expires) > now.timestamp() else None


def _mac(secret: bytes, account_id: str, nonce: str, expires: str) -> str:
    message = f"keydesk device v1\x00{account_id}\x00{nonce}\x00{expires}"
    return hmac.new(secret, message.encode(), hashlib.sha256).hexdigest()
