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


def not_ready(account_id: str) -> list[tuple[Caller, str]]:
    """Callers who may not write for this account, each with the code by which it is refused."""
    return [
        (a_caller(account_id, scopes=("licenses:read",)), "scope_missing"),
        (a_caller(account_id, verified=False), "email_not_verified"),
        (a_caller(account_id, agreed=False), "agreement_due"),
    ]


def access(client: TestClient, ring: KeyRing, account_id: str, license_id: str) -> str:
    """What licensing is told that an account may do with a license."""
    answer = client.post(
        "/internal/access-checks",
        json={"account_id": account_id, "license_ids": [license_id]},
        headers=ring.service_headers("licensing", "catalog"),
    )
    assert answer.status_code == 200, answer.text
    return str(answer.json()["access"][license_id])
