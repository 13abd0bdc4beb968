"""What passes through the door in either direction, and what the gateway adds. Pure.

Nothing that a room takes as proof may come from outside: identity, addresses, request ids. What belongs
to one connection (RFC 9110, 7.6.1) stays on it.
"""

import random
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from keydesk.gateway.addresses import Network, client_address

RawHeaders: TypeAlias = Iterable[tuple[bytes, bytes]]

_HOP_BY_HOP = frozenset(
    {
        b"connection",
        b"keep-alive",
        b"proxy-authenticate",
        b"proxy-authorization",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    }
)
_SAID_BY_US = frozenset(
    {
        b"authorization",
        b"content-length",
        b"cookie",
        b"expect",
        b"forwarded",
        b"host",
        b"keydesk-identity",
        b"traceparent",
        b"tracestate",
        b"x-http-method-override",
        b"x-original-url",
        b"x-real-ip",
        b"x-request-id",
        b"x-rewrite-url",
    }
)
_NOT_PASSED_IN = _HOP_BY_HOP | _SAID_BY_US

_REQUEST_ID = re.compile(rb"[A-Za-z0-9_-]{8,64}")
_TRACEPARENT = re.compile(rb"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")


@dataclass(slots=True)
class Head:
    """A request's head as the gateway has read it."""

    method: str
    path: bytes
    query: bytes
    address: str
    passed: list[tuple[bytes, bytes]]
    """The headers that go on to a room, before the gateway adds its own."""
    said: dict[bytes, bytes]
    """Every header by name, cookies apart; read where it is needed, which is for few of them."""
    cookies: str
    request_id: str
    trace: str
    length: int | None
    """The body's size in bytes; None for a body of unknown size (chunked)."""

    def header(self, name: bytes) -> str | None:
        """The value of a header, if it came."""
        value = self.said.get(name)
        return None if value is None else value.decode("latin-1")

    @property
    def has_body(self) -> bool:
        """Whether a body follows."""
        return self.length is None or self.length > 0

    @property
    def target(self) -> bytes:
        """Path and query, as they came."""
        return b"%b?%b" % (self.path, self.query) if self.query else self.path


def read_head(scope: Any, trusted_proxies: Sequence[Network]) -> Head:
    """The head of an ASGI request."""
    said: dict[bytes, bytes] = {}
    passed: list[tuple[bytes, bytes]] = []
    one_hop: list[bytes] = []
    cookies: list[bytes] = []
    forwarded: list[bytes] = []
    for name, value in scope["headers"]:
        if name == b"cookie":
            cookies.append(value)
        elif name in _NOT_PASSED_IN:
            said[name] = value
            if name == b"connection":
                one_hop += [token.strip().lower() for token in value.split(b",")]
        elif name.startswith(b"x-forwarded-"):
            if name == b"x-forwarded-for":
                forwarded.append(value)
        else:
            said[name] = value
            passed.append((name, value))
    if one_hop and one_hop != [b"keep-alive"]:
        passed = [pair for pair in passed if pair[0] not in one_hop]
    client = scope.get("client")
    return Head(
        method=scope["method"],
        path=scope["raw_path"],
        query=scope["query_string"],
        address=client_address(
            client[0] if client else "",
            b",".join(forwarded).decode("latin-1") if forwarded else None,
            trusted_proxies,
        ),
        passed=passed,
        said=said,
        cookies=b"; ".join(cookies).decode("latin-1") if cookies else "",
        request_id=_request_id(said.get(b"x-request-id")),
        trace=_trace(said.get(b"traceparent")),
        length=_length(said),
    )


def _length(said: dict[bytes, bytes]) -> int | None:
    if b"transfer-encoding" in said:
        return None
    written = said.get(b"content-length", b"0")
    return int(written) if written.isdigit() else None


def _request_id(asked: bytes | None) -> str:
    if asked is not None and _REQUEST_ID.fullmatch(asked):
        return asked.decode("ascii")
    return f"{random.getrandbits(128):032x}"


def _trace(asked: bytes | None) -> str:
    if asked is not None and _TRACEPARENT.fullmatch(asked):
        return asked.decode("ascii")
    numbers = random.getrandbits(192)
    return f"00-{numbers >> 64:032x}-{numbers & (2**64 - 1):016x}-01"


CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def security_headers(*, is_https: bool) -> tuple[tuple[bytes, bytes], ...]:
    """What every answer carries, whoever gave it."""
    headers = {
        "content-security-policy": CONTENT_SECURITY_POLICY,
        "cross-origin-opener-policy": "same-origin",
        "cross-origin-resource-policy": "same-origin",
        "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
        "referrer-policy": "same-origin",
        "x-content-type-options": "nosniff",
    }
    if is_https:
        headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
    return tuple((name.encode(), value.encode()) for name, value in headers.items())


_NEVER_OUT = _HOP_BY_HOP | {
    b"content-security-policy",
    b"cross-origin-opener-policy",
    b"cross-origin-resource-policy",
    b"date",
    b"keydesk-identity",
    b"permissions-policy",
    b"referrer-policy",
    b"server",
    b"strict-transport-security",
    b"x-content-type-options",
    b"x-powered-by",
    b"x-request-id",
}


def passed_out(headers: RawHeaders, *, cookies: bool) -> list[tuple[bytes, bytes]]:
    """A room's response headers without those that the gateway speaks for; cookies only where allowed."""
    out: list[tuple[bytes, bytes]] = []
    for name, value in headers:
        lowered = name.lower()
        if lowered in _NEVER_OUT or (lowered == b"set-cookie" and not cookies):
            continue
        out.append((lowered, value))
    return out
