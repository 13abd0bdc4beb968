"""What nobody outside may reach: internal routes through the gateway, services without an identity."""

import re
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import Client

from keydesk.chassis.http.app import INTERNAL_PREFIX, api_routes
from keydesk.chassis.identity import HEADER, IdentitySigner, key_from_file
from keydesk.deploy.embedded import EmbeddedStack
from keydesk.rooms import SERVICE_NAMES, room
from tests.e2e.conftest import ClientAs


def _internal_routes(service: str) -> list[tuple[str, str]]:
    described = room(service)
    app: Any = described.create_app(described.settings.model_construct(room=service))
    assert isinstance(app, FastAPI)
    return [
        (method, re.sub(r"\{\w+\}", "x", str(route.path_format)))
        for route in api_routes(app)
        if str(route.path_format).startswith(INTERNAL_PREFIX)
        for method in route.methods or ()
    ]


INTERNAL = [way for service in SERVICE_NAMES for way in _internal_routes(service)]


@pytest.mark.feature("G2")
@pytest.mark.parametrize(("method", "path"), INTERNAL, ids=lambda part: part)
@pytest.mark.parametrize("caller", [None, "operator"], ids=["nobody", "operator"])
def test_an_internal_route_is_not_there_for_people(
    method: str, path: str, caller: str | None, client_as: ClientAs
) -> None:
    answer = client_as(caller).request(method, path)

    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "path",
    [
        "/api/v1/..;/internal/openapi.json",
        "/api/v1/%2e%2e/%2e%2e/internal/openapi.json",
        "/%69nternal/openapi.json",
        "//internal/openapi.json",
        "/INTERNAL/openapi.json",
        "/internal",
        "/metrics",
    ],
)
def test_no_other_spelling_of_an_internal_address_opens_it(path: str, client_as: ClientAs) -> None:
    assert client_as("operator").get(path).status_code in (400, 404)


def test_a_room_s_own_identity_opens_nothing_from_outside(stack: EmbeddedStack, client_as: ClientAs) -> None:
    """Even if a room's key were stolen, the gateway passes no identity of anybody else's on."""
    key = key_from_file(stack.data / "secrets" / "identity-licensing.jwk")
    token = IdentitySigner("licensing", key).sign_as_service("accounts")

    answer = client_as(None).get("/api/v1/me", headers={HEADER: token})

    assert answer.status_code == 401


@pytest.mark.parametrize("service", SERVICE_NAMES)
def test_a_service_s_own_port_opens_to_nobody_without_an_identity(service: str, stack: EmbeddedStack) -> None:
    with Client(base_url=stack.room_url(service)) as direct:
        opened = [way for way in _internal_routes(service) if direct.request(*way).status_code != 401]

    assert opened == []
