"""Which room answers a path, and which paths nobody answers. Pure.

Paths are matched as they came, byte by byte. A path that two readers could read differently (encoded
letters and slashes, dots, empty segments) is refused, so that what is matched here is what a room sees.
"""

import re
from typing import Final

GATEWAY: Final = "gateway"
PORTAL: Final = "portal"

API: Final = b"/api/v1/"

_ROOM_OF_RESOURCE: Final = {
    b"sessions": GATEWAY,
    b"events": GATEWAY,
    b"openapi.json": GATEWAY,
    b"accounts": "accounts",
    b"account-lookups": "accounts",
    b"agreements": "accounts",
    b"countries": "accounts",
    b"email-verifications": "accounts",
    b"me": "accounts",
    b"password-resets": "accounts",
    b"staff": "accounts",
    b"imports": "licensing",
    b"licenses": "licensing",
    b"orders": "licensing",
    b"products": "licensing",
    b"registrations": "licensing",
    b"signing-keys": "licensing",
    b"catalog": "catalog",
    b"customer-numbers": "catalog",
    b"fields": "catalog",
    b"requests": "catalog",
    b"shares": "catalog",
    b"support/emails": "notifications",
    b"support/requests": "catalog",
}
"""The first segment below ``/api/v1/`` (the first two below ``support``) to the room that owns it."""

_ROOM_OF_PATH: Final = {
    b"/.well-known/jwks.json": "licensing",
    b"/livez": GATEWAY,
    b"/readyz": GATEWAY,
    b"/api/docs": GATEWAY,
    b"/api/docs.css": GATEWAY,
}

_NEVER_OUTSIDE: Final = (b"internal", b"metrics", b"api")
"""First segments that are nobody's business outside: rooms among themselves, monitoring, unknown APIs."""

_AMBIGUOUS: Final = re.compile(
    rb"//|/\.{1,2}(?:/|$)"  # empty segments and dots
    rb"|%(?![0-9a-f]{2})|%(?:[01][0-9a-f]|7f)"  # broken escapes, control characters
    rb"|\\|%2f|%5c"  # slashes of either kind where a segment should hold none
    rb"|%(?:2[de]|5f|7e|3[0-9]|[46][1-9a-f]|[57][0-9a])"  # escapes of what needs none (RFC 3986, 2.3)
    rb"|[^\x21-\x7e]",
    re.IGNORECASE,
)
_UNPRINTABLE: Final = re.compile(rb"[^\x21-\x7e]")

ROOMS: Final = frozenset({PORTAL, *_ROOM_OF_RESOURCE.values()} - {GATEWAY})
"""Every room that the gateway sends requests to."""


def is_plain(path: bytes, query: bytes) -> bool:
    """Whether a request target can be read in one way only."""
    return path.startswith(b"/") and not _AMBIGUOUS.search(path) and not _UNPRINTABLE.search(query)


def room_of(path: bytes) -> str | None:
    """The room that answers ``path``, `GATEWAY` for the gateway's own, None where there is nothing."""
    if path.startswith(API):
        resource, _, rest = path[len(API) :].partition(b"/")
        if resource == b"support":
            resource += b"/" + rest.partition(b"/")[0]
        return _ROOM_OF_RESOURCE.get(resource)
    known = _ROOM_OF_PATH.get(path)
    if known is not None:
        return known
    if path[1:].partition(b"/")[0] in _NEVER_OUTSIDE or path.startswith(b"/.well-known/"):
        return None
    return PORTAL
