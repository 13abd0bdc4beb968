"""Access checks: licensing asks the catalog before it hands out a license file."""

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from tests.catalog_door import access
from tests.databases import TestDatabases
from tests.factories.catalog import licenses_of
from tests.identities import KeyRing, a_caller

ANNA = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.mark.feature("G12")
def test_the_owner_has_access_others_none_and_an_unheard_of_license_is_unknown(
    catalog_client: TestClient, ring: KeyRing, database: Database
) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, ANNA, {})

    assert access(catalog_client, ring, ANNA, fact.license_id) == "owner"
    assert access(catalog_client, ring, new_id("acc"), fact.license_id) == "none"
    assert access(catalog_client, ring, ANNA, new_id("lic")) == "unknown"


def test_only_licensing_may_ask(catalog_client: TestClient, ring: KeyRing) -> None:
    question = {"account_id": ANNA, "license_ids": [new_id("lic")]}
    for headers in (
        ring.service_headers("notifications", "catalog"),
        ring.headers(a_caller(ANNA, roles=("operator",)), "catalog"),
    ):
        answer = catalog_client.post("/internal/access-checks", json=question, headers=headers)
        assert answer.status_code == 403
