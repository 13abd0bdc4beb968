"""Clients of a running stack: nobody's, a demo person's with a session, an account's with an API token."""

from collections.abc import Collection

from httpx2 import Client

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.embedded.tour import PASSWORD

SCOPES = (
    "account:read",
    "account:write",
    "licenses:read",
    "licenses:write",
    "imports:read",
    "imports:write",
    "support:read",
)
"""Every scope that an API token can have."""


def visitor(stack: EmbeddedStack) -> Client:
    """A client that has not logged in."""
    return Client(base_url=stack.public_url, timeout=60)


def logged_in(stack: EmbeddedStack, login_id: str, password: str = PASSWORD) -> Client:
    """A browser's client: it holds a new session and says where its requests come from."""
    client = visitor(stack)
    client.headers["Origin"] = stack.public_url
    answer = client.post("/api/v1/sessions", json={"login_id": login_id, "password": password})
    assert answer.status_code == 201, answer.text
    return client


def with_token(stack: EmbeddedStack, owner: Client, scopes: Collection[str]) -> Client:
    """A program's client: it sends a new API token of ``owner``'s account with these scopes."""
    body = {"name": "Test", "scopes": sorted(scopes)}
    answer = owner.post("/api/v1/me/tokens", json=body)
    assert answer.status_code == 201, answer.text
    client = visitor(stack)
    client.headers["Authorization"] = f"Bearer {answer.json()['token']}"
    return client
