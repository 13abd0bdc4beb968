"""The License Catalog over its real door: my licenses, searched, sorted, paged, in detail."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from pydantic import BaseModel
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.http.pages import encode_cursor
from keydesk.chassis.identity import HIDDEN
from keydesk.chassis.ids import new_id
from keydesk.chassis.problems import Unavailable
from keydesk.services.catalog.licenses.schemas import IssuedKeys, IssuedKeysWanted
from keydesk.services.catalog.licenses.service import licensing, take_in_people
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed, licenses_of
from tests.identities import KeyRing, a_caller

ANNA = new_id("acc")
CARLA = new_id("acc")

Get = Callable[..., Any]


@dataclass
class FakeLicensing:
    """Licensing's internal door: the keys that it knows, or away."""

    keys: dict[str, str] = field(default_factory=dict)
    away: bool = False

    def call(self, method: str, path: str, answer: type[IssuedKeys], body: BaseModel) -> IssuedKeys:
        assert (method, path) == ("POST", "/internal/license-keys")
        assert isinstance(body, IssuedKeysWanted)
        if self.away:
            raise Unavailable
        return answer(keys={id: self.keys[id] for id in body.license_ids if id in self.keys})


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        yield database


@pytest.fixture
def fake_licensing() -> FakeLicensing:
    return FakeLicensing()


@pytest.fixture
def catalog_fakes(fake_licensing: FakeLicensing) -> dict[Any, Any]:
    return {licensing: fake_licensing}


@pytest.fixture
def get(catalog_client: TestClient, ring: KeyRing) -> Get:
    def ask(path: str = "", *, as_: str = ANNA, **params: Any) -> Any:
        headers = ring.headers(a_caller(as_), "catalog")
        return catalog_client.get(f"/api/v1/catalog/licenses{path}", params=params, headers=headers)

    return ask


def serial_numbers(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["serial_number"] for item in answer.json()["items"]]


def every_page(get: Get, **params: Any) -> list[str]:
    found: list[str] = []
    cursor = None
    while True:
        answer = get(**params, **({"cursor": cursor} if cursor else {}))
        found += serial_numbers(answer)
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            return found


@pytest.mark.feature("G17")
def test_a_person_sees_their_licenses_and_nobody_elses(get: Get, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {"serial_number": "A0000000001"})
        licenses_of(session, CARLA, {"serial_number": "B0000000002"})

    assert serial_numbers(get()) == ["A0000000001"]
    assert serial_numbers(get(as_=CARLA)) == ["B0000000002"]
    assert serial_numbers(get(as_=new_id("acc"))) == []


@pytest.mark.feature("G17")
@pytest.mark.parametrize(
    "query",
    [
        "a0000000042",
        "SO-70042",
        "C-1042",
        "NORDIC",
        "grid-7",
        "tidal gr",
        "host-42",
        "tidal 70042",
        "50% _\\",
    ],
)
def test_a_search_finds_any_printed_number_and_name(query: str, get: Get, database: Database) -> None:
    wanted = {
        "serial_number": "A0000000042",
        "order_number": "SO-70042",
        "customer_number": "C-1042",
        "customer_name": "Nordic Tools 50% _\\",
        "sku": "GRID-7",
        "product_name": "Tidal Grid",
        "host_id": "host-42",
    }
    with database.transaction() as session:
        licenses_of(session, ANNA, wanted, {"serial_number": "A0000000001", "customer_name": "Fifty 50 x"})

    assert serial_numbers(get(query=query)) == ["A0000000042"]


@pytest.mark.feature("G17")
def test_a_search_takes_wildcards_literally(get: Get, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {})

    assert serial_numbers(get(query="%")) == []
    assert serial_numbers(get(query="A_0")) == []


@pytest.mark.feature("G17")
@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", ["registered_at", "serial_number", "product", "maintenance_end"])
def test_pages_of_every_order_show_each_license_once(
    *,
    sort: str,
    descending: bool,
    get: Get,
    database: Database,
) -> None:
    start = datetime(2026, 1, 1, tzinfo=UTC)
    with database.transaction() as session:
        facts = licenses_of(
            session,
            ANNA,
            *(
                {
                    "serial_number": f"A00000000{number:02}",
                    "issued_at": start + timedelta(hours=number // 3),
                    "product_name": f"商品{number % 4}" * 12,
                    "maintenance_end": None if number % 5 == 0 else date(2026, 1, 1 + number % 7),
                }
                for number in range(23)
            ),
        )
    places: dict[str, Callable[[Any], Any]] = {
        "registered_at": lambda fact: fact.issued_at,
        "serial_number": lambda fact: fact.serial_number,
        "product": lambda fact: fact.product_name,
        "maintenance_end": lambda fact: fact.maintenance_end or date.max,
    }
    expected = sorted(facts, key=lambda fact: (places[sort](fact), fact.license_id), reverse=descending)

    found = every_page(get, sort=f"-{sort}" if descending else sort, limit=4)

    assert found == [fact.serial_number for fact in expected]


@pytest.mark.feature("G17")
def test_the_newest_registration_comes_first_unless_asked_otherwise(get: Get, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(
            session,
            ANNA,
            {"serial_number": "A0000000001", "issued_at": datetime(2026, 1, 1, tzinfo=UTC)},
            {"serial_number": "A0000000002", "issued_at": datetime(2026, 2, 1, tzinfo=UTC)},
        )

    assert serial_numbers(get()) == ["A0000000002", "A0000000001"]


@pytest.mark.feature("G17")
def test_licenses_are_filtered_by_status_and_product(get: Get, database: Database) -> None:
    today = datetime.now(UTC).date()
    with database.transaction() as session:
        licenses_of(
            session,
            ANNA,
            {"serial_number": "A0000000001", "maintenance_end": None},
            {"serial_number": "A0000000002", "maintenance_end": today + timedelta(days=30)},
            {"serial_number": "A0000000003", "maintenance_end": today - timedelta(days=2), "sku": "OTHER"},
        )

    assert serial_numbers(get(status="active")) == ["A0000000001"]
    assert serial_numbers(get(status="maintenance_ending")) == ["A0000000002"]
    assert serial_numbers(get(status="maintenance_ended")) == ["A0000000003"]
    assert serial_numbers(get(product="OTHER")) == ["A0000000003"]


@pytest.mark.parametrize(
    "params",
    [
        {"query": "a\x00b"},
        {"product": "\x00"},
        {"query": "x" * 201},
        {"sort": "colour"},
        {"status": "lost"},
        {"limit": "0"},
        {"limit": "99999999999999999999"},
        {"cursor": "not-a-cursor"},
        {"cursor": encode_cursor("-registered_at", "\ud800")},
        {"cursor": encode_cursor("-registered_at", "lic_\x00")},
        {"cursor": "WyJzZXJpYWxfbnVtYmVyIiwgImxpY191bmtub3duIl0"},
    ],
)
def test_senseless_parameters_are_refused_with_their_place(params: dict[str, str], get: Get) -> None:
    answer = get(**params)

    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 1


def test_a_cursor_of_another_order_is_refused(get: Get, database: Database) -> None:
    with database.transaction() as session:
        licenses_of(session, ANNA, {"serial_number": "A0000000001"}, {"serial_number": "A0000000002"})
    cursor = get(sort="product", limit=1).json()["next_cursor"]

    assert get(sort="serial_number", cursor=cursor).json()["errors"][0]["code"] == "cursor_unknown"


@pytest.mark.feature("C4")
def test_whoever_views_as_the_owner_does_not_see_the_key(
    catalog_client: TestClient, ring: KeyRing, database: Database, fake_licensing: FakeLicensing
) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, ANNA, {})
    fake_licensing.keys[fact.license_id] = "ABCDE-FGHJK"
    viewer = replace(a_caller(ANNA), viewed_by=new_id("acc"), view_ends=1)

    answer = catalog_client.get(
        f"/api/v1/catalog/licenses/{fact.license_id}", headers=ring.headers(viewer, "catalog")
    )

    assert answer.status_code == 200
    assert answer.json()["key"]["license_keys"] == [HIDDEN]
    assert "ABCDE" not in answer.text


@pytest.mark.feature("G18")
def test_the_details_show_order_key_deployment_ownership_and_options(
    get: Get, database: Database, fake_licensing: FakeLicensing
) -> None:
    with database.transaction() as session:
        take_in_people(session, [an_account_changed(ANNA)])
        (fact,) = licenses_of(
            session,
            ANNA,
            {
                "host_id": "host-1",
                "technical_contact": {"name": "Ola", "email": "ola@lindqvist.example"},
                "install_at": {
                    "address_1": "Storgatan 1",
                    "city": "Lund",
                    "postal_code": "222 22",
                    "country": "SE",
                },
                "support_agreement_number": "SAN-9",
                "maintenance_start": date(2026, 3, 1),
                "has_file": True,
                "file_name": "LEDGER-100-A0000000001.slf",
            },
        )
    fake_licensing.keys[fact.license_id] = "ABCDE-FGHJK"

    answer = get(f"/{fact.license_id}")

    assert answer.status_code == 200
    details = answer.json()
    assert details["order"] == {
        "customer_name": "Lindqvist Instruments",
        "customer_number": "C-1001",
        "order_number": "SO-70001",
        "ordered_on": "2026-03-01",
        "entitled_price_tier": "B",
        "quantity_purchased": 5,
    }
    assert details["key"]["license_keys"] == ["ABCDE-FGHJK"]
    assert details["key"]["support_agreement_number"] == "SAN-9"
    assert details["key"]["starts_on"] == "2026-03-01"
    assert details["deployment"]["install_at"]["city"] == "Lund"
    assert details["deployment"]["technical_contact"]["name"] == "Ola"
    assert details["ownership"] == {
        "owner_name": "Anna Lindqvist",
        "owner_company": "Lindqvist Instruments",
        "access": "owner",
    }
    assert details["options"] == ["download_file", "edit_fields", "add_comment", "move", "share", "transfer"]
    assert details["refused_options"] == []


@pytest.mark.feature("G19")
def test_the_history_says_who_did_what_when(get: Get, database: Database) -> None:
    with database.transaction() as session:
        take_in_people(session, [an_account_changed(ANNA)])
        (fact,) = licenses_of(session, ANNA, {})

    assert get(f"/{fact.license_id}/history").json()["items"] == [
        {
            "action": "registered",
            "at": "2026-05-04T09:30:00Z",
            "account_id": ANNA,
            "name": "Anna Lindqvist",
            "through": "",
            "details": {},
        }
    ]


@pytest.mark.feature("G18")
def test_somebody_elses_license_looks_like_none(get: Get, database: Database) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, CARLA, {})

    assert get(f"/{fact.license_id}").status_code == 404
    assert get(f"/{new_id('lic')}").status_code == 404
    assert get("/lic_nonsense").status_code == 422


@pytest.mark.feature("G18")
def test_details_wait_for_licensing_rather_than_hide_the_key(
    get: Get, database: Database, fake_licensing: FakeLicensing
) -> None:
    with database.transaction() as session:
        (fact,) = licenses_of(session, ANNA, {})
    fake_licensing.away = True

    assert get(f"/{fact.license_id}").status_code == 503


def test_a_token_without_the_scope_sees_nothing(catalog_client: TestClient, ring: KeyRing) -> None:
    headers = ring.headers(a_caller(ANNA, scopes=("account:read",)), "catalog")

    answer = catalog_client.get("/api/v1/catalog/licenses", headers=headers)

    assert answer.json()["code"] == "scope_missing"
