"""Support views the portal as a customer: what tests of it do, and fixtures of who does it."""

import os
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from redis import Redis

from keydesk.chassis.ids import new_id
from keydesk.services.accounts.contract import AccountChanged
from tests.factories.gateway import House, Person

OWN = {"sec-fetch-site": "same-origin"}
CURRENT = "/api/v1/sessions/current"
VIEW = f"{CURRENT}/view"
REASON = "Ticket 4711: the customer misses a license"


@pytest.fixture
def maria(house: House) -> Person:
    """A customer."""
    return house.rooms.add(Person(language="it"))


@pytest.fixture
def sam(house: House) -> Person:
    """A support person."""
    return house.rooms.add(Person(roles=["customer", "support"], language="en"))


@pytest.fixture
def support(house: House, sam: Person) -> Iterator[httpx2.Client]:
    """The browser of a support person who has logged in."""
    with house.client(headers=OWN) as client:
        house.log_in(client, sam)
        yield client


@pytest.fixture
def redis() -> Iterator[Redis]:
    """The gateway's Redis."""
    with Redis.from_url(os.environ["KEYDESK_TEST_REDIS_URL"]) as client:
        yield client


def view(client: httpx2.Client, person: Person, **fields: Any) -> httpx2.Response:
    """Ask to view the portal as somebody."""
    return client.post(VIEW, json={"account_id": person.account_id, "reason": REASON} | fields)


def viewing(client: httpx2.Client, person: Person) -> None:
    """View the portal as somebody from here on."""
    answer = view(client, person)
    assert answer.status_code == 201, answer.text


def whose(house: House, client: httpx2.Client) -> str | None:
    """As whom the rooms see the browser's requests."""
    client.get("/api/v1/registrations")
    return house.rooms.caller_of(house.rooms.last("licensing")).account_id


def reached(house: House) -> int:
    """How many requests of people have reached a room, those of the gateway itself left out."""
    return len([each for each in house.rooms.received if not each.target.startswith("/internal/")])


def a_change(person: Person) -> AccountChanged:
    """The account has another email address now."""
    return AccountChanged(
        account_id=person.account_id,
        revision=2,
        status="active",
        login_id=person.login_id,
        email=f"{new_id('acc')}@example.com",
        first_name="Maria",
        last_name="Rossi",
        company_name="Rossi SpA",
        roles=person.roles,
        verified=True,
        agreed=True,
    )
