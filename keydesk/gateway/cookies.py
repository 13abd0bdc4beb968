"""The gateway's two cookies: the session, and the device that a person has logged in from before. Pure."""

from http.cookies import SimpleCookie
from typing import Final

SESSION_COOKIE: Final = "keydesk_session"
DEVICE_COOKIE: Final = "keydesk_device"
DEVICE_COOKIE_SECONDS: Final = 365 * 24 * 3600


def cookie(cookies: str, name: str) -> str | None:
    """The value of one cookie in a ``Cookie`` header, if it is there."""
    for part in cookies.split(";"):
        found, _, value = part.strip().partition("=")
        if found == name:
            return value
    return None


def without_cookie(cookies: str, name: str) -> str:
    """A ``Cookie`` header without one of its cookies."""
    if name not in cookies:
        return cookies
    return "; ".join(part for part in map(str.strip, cookies.split(";")) if part.partition("=")[0] != name)


def set_cookie(name: str, value: str, *, secure: bool, max_age: int | None = None) -> tuple[bytes, bytes]:
    """A ``Set-Cookie`` header for a cookie that scripts cannot read and other sites do not send."""
    made: SimpleCookie = SimpleCookie({name: value})
    crumb = made[name]
    crumb["path"], crumb["httponly"], crumb["samesite"] = "/", True, "Lax"
    if secure:
        crumb["secure"] = True
    if max_age is not None:
        crumb["max-age"] = max_age
    return (b"set-cookie", crumb.OutputString().encode("latin-1"))
