"""The catalog's door: requests in the name of an account."""

from collections.abc import Callable
from typing import Any

from starlette.testclient import TestClient

from keydesk.chassis.identity import Caller
from tests.identities import KeyRing, a_caller

Ask = Callable[..., Any]


def asking(client: TestClient, ring: KeyRing, base: str, usually: str, role: str = "customer") -> Ask:
    """``ask(method, path, as_=…)``: sends a request below ``base``, in the name of ``usually`` or another."""
    given = role

    def send(
        method: str,
        path: str = "",
        *,
        as_: str = usually,
        role: str = given,
        caller: Caller | None = None,
        key: str = "",
        headers: dict[str, str] | None = None,
        **sent: Any,
    ) -> Any:
        named = ring.headers(caller or a_caller(as_, roles=(role,)), "catalog")
        named |= ({"Idempotency-Key": key} if key else {}) | (headers or {})
        return client.request(method, f"{base}{path}", headers=named, **sent)

    return send
