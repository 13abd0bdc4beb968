"""Issued licenses: who may download a file, who is told a key, and the keys that verify a file."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.http.client import RoomClient
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Unavailable
from keydesk.chassis.settings import BadSettings
from keydesk.services.licensing.issuance.jobs import publish_signing_key
from keydesk.services.licensing.issuance.license_reading import blocks_in, public_keys, verify
from keydesk.services.licensing.licenses import service
from keydesk.services.licensing.licenses.service import AccessAnswered, AccessAsked
from keydesk.services.licensing.models import License
from keydesk.services.licensing.registrations import completion
from keydesk.services.licensing.registrations.service import start
from tests.conftest import ClientOf, SettingsOf, work_context
from tests.databases import TestDatabases
from tests.factories import licensing as sold
from tests.factories.issuance import NOW, SECRETS, a_key_file, a_vault, an_issuer, issue_everything
from tests.identities import KeyRing, a_caller, nobody

pytestmark = pytest.mark.feature("G12")

ANNA, BORIS = new_id("acc"), new_id("acc")


class FakeCatalog(RoomClient):
    """A catalog that answers as told."""

    def __init__(self) -> None:
        self.access: str | None = "owner"
        self.asked: list[AccessAsked] = []

    def call(self, method: str, path: str, answer: object, body: object = None) -> object:  # type: ignore[override] # one call is all that it knows
        assert (method, path, answer) == ("POST", "/internal/access-checks", AccessAnswered)
        assert isinstance(body, AccessAsked)
        self.asked.append(body)
        if self.access is None:
            raise Unavailable
        return AccessAnswered.model_validate({"access": dict.fromkeys(body.license_ids, self.access)})


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


@pytest.fixture
def catalog() -> FakeCatalog:
    return FakeCatalog()


@pytest.fixture
def api(database: Database, settings_of: SettingsOf, client_of: ClientOf, catalog: FakeCatalog) -> TestClient:
    del database
    return client_of(settings_of("licensing", **SECRETS), {service.catalog: catalog})


def issued(database: Database, *, has_file: bool = True) -> str:
    """A license that Anna registered."""
    with database.transaction() as session:
        sold.sell(session, sold.a_product(has_file=has_file), ["A0000000001"])
        registration = start(session, ANNA, ["A0000000001"], NOW)
        completion.complete(session, ANNA, registration.id, NOW)
    issue_everything(database)
    with database.reading() as session:
        return session.scalars(select(License.id)).one()


@pytest.mark.feature("C4")
def test_whoever_views_as_the_owner_gets_no_license_file(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    license_id = issued(database)
    viewer = replace(a_caller(ANNA), viewed_by=BORIS, view_ends=1)

    file = api.get(f"/api/v1/licenses/{license_id}/file", headers=ring.headers(viewer, "licensing"))

    assert (file.status_code, file.json()["code"]) == (403, "in_person_only")


def test_a_downloaded_file_verifies_with_the_published_keys(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    license_id = issued(database)
    file = api.get(f"/api/v1/licenses/{license_id}/file", headers=ring.headers(a_caller(ANNA), "licensing"))
    assert file.headers["content-disposition"] == 'attachment; filename="KD-100-A0000000001.slf"'
    assert file.headers["cache-control"] == "no-store"
    jwks = api.get("/.well-known/jwks.json", headers=ring.headers(nobody(), "licensing")).json()
    same = api.get("/api/v1/signing-keys", headers=ring.headers(nobody(), "licensing")).json()
    assert jwks == same
    [block] = blocks_in(file.content)
    assert verify(block, public_keys(jwks), datetime.now(UTC)).claims["jti"] == license_id


def test_a_starting_worker_publishes_its_key_before_it_signs(
    api: TestClient, database: Database, settings_of: SettingsOf, ring: KeyRing, tmp_path: Path
) -> None:
    settings = settings_of("licensing", license_signing_key_file=a_key_file(tmp_path))
    for _ in range(2):
        publish_signing_key(work_context(settings, database))
    jwks = api.get("/api/v1/signing-keys", headers=ring.headers(nobody(), "licensing")).json()
    assert jwks == {"keys": [an_issuer().signer.public_jwk]}


@pytest.mark.parametrize("content", ["", "{}", '{"kty": "RSA"}', "junk"])
def test_a_worker_without_a_proper_key_does_not_start(
    database: Database, settings_of: SettingsOf, tmp_path: Path, content: str
) -> None:
    file = tmp_path / "key.json"
    file.write_text(content)
    settings = settings_of("licensing", license_signing_key_file=file)
    with pytest.raises(BadSettings, match="LICENSE_SIGNING_KEY_FILE"):
        publish_signing_key(work_context(settings, database))


@pytest.mark.parametrize(
    "access",
    [
        ("owner", ANNA, 200),
        ("full", BORIS, 200),
        ("view", BORIS, 200),
        ("none", BORIS, 404),
        ("none", ANNA, 404),
        ("unknown", ANNA, 200),
        ("unknown", BORIS, 404),
        (None, ANNA, 503),
    ],
)
def test_the_catalog_decides_who_downloads(
    api: TestClient, database: Database, ring: KeyRing, catalog: FakeCatalog, access: tuple[str, str, int]
) -> None:
    catalog.access, account_id, status = access
    license_id = issued(database)
    headers = ring.headers(a_caller(account_id), "licensing")
    assert api.get(f"/api/v1/licenses/{license_id}/file", headers=headers).status_code == status
    assert catalog.asked == [AccessAsked(account_id=account_id, license_ids=[license_id])]


def test_a_license_without_a_file_has_none_to_download(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    license_id = issued(database, has_file=False)
    headers = ring.headers(a_caller(ANNA), "licensing")
    assert api.get(f"/api/v1/licenses/{license_id}/file", headers=headers).status_code == 404
    assert api.get(f"/api/v1/licenses/{new_id('lic')}/file", headers=headers).status_code == 404


def test_keys_are_told_to_the_catalog_and_to_nobody_else(
    api: TestClient, database: Database, ring: KeyRing
) -> None:
    license_id = issued(database)
    asked = {"license_ids": [license_id, new_id("lic")]}
    told = api.post(
        "/internal/license-keys", json=asked, headers=ring.service_headers("catalog", "licensing")
    ).json()
    assert list(told["keys"]) == [license_id]
    with database.reading() as session:
        stored = session.get_one(License, license_id)
    assert a_vault().fingerprint(told["keys"][license_id]) == stored.key_fingerprint
    for headers in (
        ring.service_headers("notifications", "licensing"),
        ring.headers(a_caller(ANNA, roles=("operator",)), "licensing"),
    ):
        assert api.post("/internal/license-keys", json=asked, headers=headers).status_code == 403
