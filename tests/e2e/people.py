"""Clients of a running stack: nobody's, a demo person's with a session, an account's with an API token."""

import re
from collections.abc import Collection

from httpx2 import Client

from keydesk.deploy.embedded import EmbeddedStack
from keydesk.deploy.embedded.tour import PASSWORD
from tests.factories.accounts import a_form
from tests.waiting import until

SCOPES = (
    "account:read",
    "account:write",
    "licenses:read",
    "licenses:write",
    "imports:read",
    "imports:write",
    "support:read",
    "support:write",
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


def signed_up(stack: EmbeddedStack, email: str, password: str) -> Client:
    """A browser's client of a new customer, who opened the link in the email."""
    with visitor(stack) as client:
        version = client.get("/api/v1/agreements/current").json()["version"]
        form = a_form(email=email, password=password, agreement={"version": version, "accepted": True})
        answer = client.post("/api/v1/accounts", json=form)
        assert answer.status_code == 202, answer.text
        until(lambda: bool(_links(stack, email)), seconds=60)
        answer = client.post("/api/v1/email-verifications", json={"token": _links(stack, email)[0]})
        assert answer.status_code == 200, answer.text
    return logged_in(stack, email, password)


def _links(stack: EmbeddedStack, email: str) -> list[str]:
    """The tokens in the links of all emails to an address."""
    with Client(base_url=stack.mailbox_url) as mailbox:
        messages = mailbox.get("/messages", params={"to": email}).json()["items"]
    return [token for message in messages for token in re.findall(r"token=([\w.-]+)", message["text"])]
