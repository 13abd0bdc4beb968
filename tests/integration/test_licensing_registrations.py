"""Registrations through licensing's HTTP door: from serial numbers to keys and a file."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories import licensing as sold
from tests.factories.issuance import SECRETS, issue_everything
from tests.identities import KeyRing, a_caller

ANNA, BORIS = new_id("acc"), new_id("acc")
As = Callable[[str], dict[str, str]]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


@pytest.fixture
def api(database: Database, settings_of: SettingsOf, client_of: ClientOf) -> TestClient:
    del database
    return client_of(settings_of("licensing", **SECRETS))


@pytest.fixture
def by(ring: KeyRing) -> As:
    return lambda account_id: ring.headers(a_caller(account_id), "licensing")


def start(api: TestClient, headers: dict[str, str], serial_numbers: list[str]) -> dict[str, Any]:
    answer = api.post("/api/v1/registrations", json={"serial_numbers": serial_numbers}, headers=headers)
    assert answer.status_code == 201, answer.text
    started: dict[str, Any] = answer.json()
    return started


def items(api: TestClient, headers: dict[str, str], registration_id: str) -> list[dict[str, Any]]:
    answer = api.get(f"/api/v1/registrations/{registration_id}/items?limit=500", headers=headers)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


@pytest.mark.feature("G11")
def test_serial_numbers_become_keys_and_a_file(api: TestClient, by: As, database: Database) -> None:
    serials = sold.serial_numbers(3)
    with database.transaction() as session:
        sold.sell(session, sold.a_product(fields=[sold.TIER]), serials)
    draft = start(api, by(ANNA), serials)
    assert draft["counts"] == {"lines": 3, "ready": 0, "needs_information": 3, "refused": 0}
    path = f"/api/v1/registrations/{draft['id']}"

    told = api.put(
        f"{path}/information",
        json={"by_product": {"KD-100": {"deployed_price_tier": "2"}}},
        headers=by(ANNA),
    ).json()
    assert told["ready"] is True
    accepted = api.post(f"{path}/complete", headers=by(ANNA))
    assert (accepted.status_code, accepted.json()["status"]) == (202, "processing")
    issue_everything(database)

    finished = api.get(path, headers=by(ANNA)).json()
    assert (finished["status"], finished["progress"]) == ("completed", {"done": 3, "total": 3})
    lines = items(api, by(ANNA), draft["id"])
    assert [line["state"] for line in lines] == ["issued"] * 3
    assert len({line["license"]["license_key"] for line in lines}) == 3
    file = api.get(f"{path}/file", headers=by(ANNA))
    assert file.text.count("-----BEGIN KEYDESK LICENSE-----") == 3
