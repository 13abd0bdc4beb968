"""Install-at addresses over the catalog's door: where they come from, searching, moving a license."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.addresses import repository
from keydesk.services.catalog.addresses.repository import Keeping, Sought
from keydesk.services.catalog.addresses.rules import Parts
from keydesk.services.catalog.licenses.service import take_in_people
from keydesk.services.catalog.models import Address, CustomerNumber, HistoryEntry, License
from keydesk.services.catalog.models.shares import ShareLevel
from tests.databases import TestDatabases
from tests.factories.addresses import ANNA, CARLA, NOW, Ask, asking, shared
from tests.factories.catalog import a_license_issued, an_account_changed, an_unregistered_license, licenses_of
from tests.identities import KeyRing

pytestmark = pytest.mark.feature("G20")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            take_in_people(session, [an_account_changed(ANNA), an_account_changed(CARLA, login_id="carla")])
        yield database


@pytest.fixture
def ask(catalog_client: TestClient, ring: KeyRing) -> Ask:
    catalog = asking(catalog_client, ring)
    return lambda method, path, **sent: catalog(method, f"/catalog{path}", **sent)


def in_new_york(number: int, **parts: str) -> Parts:
    told = {"address_1": f"{number} Liberty Place", "city": "New York", "postal_code": "10006"}
    return Parts(**{**told, "country": "US", "state": "NY", **parts})


def kept(database: Database, customer_number: str, *each: Parts) -> list[str]:
    with database.transaction() as session:
        ids = repository.keep(session, [Keeping(customer_number, parts) for parts in each], "import", NOW)
        return [ids[Keeping(customer_number, parts)] for parts in each]


def a_license(database: Database, account_id: str = ANNA, **fields: Any) -> str:
    with database.transaction() as session:
        return licenses_of(session, account_id, fields)[0].license_id


def first_lines(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["address_1"] for item in answer.json()["items"]]


def test_what_a_registration_names_becomes_an_address_of_its_customer_number(
    ask: Ask, database: Database
) -> None:
    at = {"address_1": "1 Liberty Place", "city": "New York", "state": "new york", "country": "US"}
    told = [{"install_at": {**at, "postal_code": "10006"}, "serial_number": f"A000000000{n}"} for n in (1, 2)]
    with database.transaction() as session:
        licenses_of(session, ANNA, *told)
    found = ask("GET", "/addresses").json()
    assert found["total"] == 1
    [address] = found["items"]
    assert (address["state"], address["customer_number"], address["source"]) == (
        "NY",
        "C-1001",
        "registration",
    )
    with database.reading() as session:
        assert set(session.scalars(select(License.address_id))) == {address["id"]}


def test_a_license_without_an_address_or_in_no_country_is_taken_in_all_the_same(database: Database) -> None:
    nowhere = {"address_1": "1 Main St", "city": "Nowhere", "postal_code": "1", "country": "XX"}
    a_license(database, install_at=nowhere)
    a_license(database, serial_number="A0000000002")
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(Address)).one() == 0
        assert session.scalars(select(func.count()).select_from(License)).one() == 2


def test_addresses_told_by_many_at_once_are_kept_once(database: Database) -> None:
    each = [in_new_york(number) for number in range(1, 6)]
    with ThreadPoolExecutor(4) as pool:
        ways = [each, each[::-1], each[2:], each]
        found = list(pool.map(lambda parts: kept(database, "C-1", *parts), ways))
    assert found[0] == found[1][::-1] == found[3]
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(Address)).one() == 5


def test_only_addresses_of_ones_customer_numbers_are_found(ask: Ask, database: Database) -> None:
    kept(database, "C-1001", in_new_york(1))
    kept(database, "C-2", in_new_york(2))
    kept(database, "C-3", in_new_york(3))
    a_license(database)
    with database.transaction() as session:
        session.add(
            CustomerNumber(
                account_id=ANNA,
                customer_number="C-2",
                customer_name="",
                order_number="SO-1",
                comment="",
                added_at=NOW,
            )
        )
    assert first_lines(ask("GET", "/addresses")) == ["1 Liberty Place", "2 Liberty Place"]
    assert first_lines(ask("GET", "/addresses", params={"customer_number": "C-3"})) == []
    assert first_lines(ask("GET", "/addresses", as_=CARLA)) == []


@pytest.mark.parametrize("level", ["full", "view"])
@pytest.mark.parametrize("by_number", [True, False])
def test_who_has_full_access_finds_the_addresses_of_what_is_shared(
    *, ask: Ask, database: Database, level: ShareLevel, by_number: bool
) -> None:
    kept(database, "C-1001", in_new_york(1))
    license_id = a_license(database)
    scope = {"customer_numbers": ["C-1001"]} if by_number else {"license_ids": [license_id]}
    shared(database, level, **scope)
    expected = ["1 Liberty Place"] if level == "full" else []
    assert first_lines(ask("GET", "/addresses", as_=CARLA)) == expected


def test_a_number_shared_without_any_license_left_gives_no_address(ask: Ask, database: Database) -> None:
    kept(database, "C-9", in_new_york(1))
    shared(database, "full", customer_numbers=["C-9"])
    assert first_lines(ask("GET", "/addresses", as_=CARLA)) == []


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"country": "us"}, ["1 Liberty Place", "4 100% Street", "7 Liberty Place"]),
        ({"state": "NY"}, ["1 Liberty Place", "7 Liberty Place"]),
        ({"other_state": "STOCKHOLMS län"}, ["Sveavägen 12"]),
        ({"starts_with": "SVEAVÄ"}, ["Sveavägen 12"]),
        ({"where": "city", "starts_with": "new"}, ["1 Liberty Place", "7 Liberty Place"]),
        ({"where": "postal_code", "starts_with": "111"}, ["Sveavägen 12"]),
        ({"where": "address_2", "starts_with": "floor"}, ["1 Liberty Place"]),
        ({"where": "address_3", "starts_with": "lan"}, ["1 Liberty Place"]),
        ({"where": "address_4", "starts_with": "room"}, ["1 Liberty Place"]),
        ({"starts_with": "4 100%"}, ["4 100% Street"]),
        ({"starts_with": "4_"}, []),
        ({"customer_number": "C-1001", "country": "SE"}, ["Sveavägen 12"]),
        ({"customer_number": "C-100"}, []),
    ],
)
def test_a_search_finds_by_place_and_beginning(
    ask: Ask, database: Database, query: dict[str, str], expected: list[str]
) -> None:
    a_license(database)
    kept(
        database,
        "C-1001",
        in_new_york(1, address_2="Floor 10", address_3="LAN Ops", address_4="Room 3"),
        in_new_york(7),
        Parts("4 100% Street", "Springfield", "62701", "US", state="IL"),
        Parts("Sveavägen 12", "Stockholm", "111 57", "SE", other_state="Stockholms län"),
    )
    assert first_lines(ask("GET", "/addresses", params=query)) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"country": "USA"},
        {"where": "country"},
        {"starts_with": ""},
        {"starts_with": "x" * 201},
        {"state": "a\x00"},
        {"limit": "0"},
        {"cursor": "no"},
        {"colour": "red"},
    ],
)
def test_a_search_that_makes_no_sense_is_refused(ask: Ask, query: dict[str, str]) -> None:
    assert ask("GET", "/addresses", params=query).status_code == 422


def test_pages_show_each_address_once_and_say_how_many_there_are(ask: Ask, database: Database) -> None:
    a_license(database)
    a_license(database, serial_number="A0000000002", customer_number="C-2")
    kept(database, "C-1001", *(in_new_york(number) for number in range(10, 30)))
    kept(database, "C-2", *(in_new_york(number) for number in range(20, 33)))
    found: list[str] = []
    cursor = None
    while True:
        answer = ask("GET", "/addresses", params={"limit": 7, **({"cursor": cursor} if cursor else {})})
        found += first_lines(answer)
        assert answer.json()["total"] == 33
        cursor = answer.json()["next_cursor"]
        if cursor is None:
            break
    expected = [*range(10, 30), *range(20, 33)]
    assert found == [f"{number} Liberty Place" for number in sorted(expected)]


def test_a_cursor_of_addresses_that_one_may_not_use_is_refused(ask: Ask, database: Database) -> None:
    a_license(database)
    kept(database, "C-1001", in_new_york(1), in_new_york(2))
    cursor = ask("GET", "/addresses", params={"limit": 1}).json()["next_cursor"]
    refused = ask("GET", "/addresses", params={"cursor": cursor}, as_=CARLA)
    assert refused.status_code == 422
    assert refused.json()["errors"][0]["pointer"] == "/cursor"


def test_pages_of_many_addresses_are_read_from_an_index(database: Database) -> None:
    a_license(database)
    with database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO addresses (id, customer_number, address_1, city, postal_code, country,"
                " fingerprint, postal_code_key, source, created_at)"
                " SELECT 'adr_' || n, 'C-1001', n || ' Main St', 'City ' || n % 1000, n::text, 'US',"
                " n::text, n::text, 'import', now() FROM generate_series(1, 20000) n"
            )
        )
    with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("ANALYZE addresses"))
        sought = Sought(where="city", starts_with="city 77")
        for each in (Sought(), Sought(country="US"), sought):
            statement = repository.page_statement(ANNA, each, after=None, limit=50, now=NOW)
            sql = statement.compile(connection, compile_kwargs={"literal_binds": True})
            plan = "\n".join(connection.execute(text("EXPLAIN " + str(sql).replace(":", r"\:"))).scalars())
            assert "Seq Scan on addresses" not in plan, plan


def test_an_owner_moves_a_license_and_its_history_says_so(ask: Ask, database: Database) -> None:
    before = {"address_1": "4 Main St", "city": "Springfield", "state": "IL", "postal_code": "62701"}
    license_id = a_license(database, install_at={**before, "country": "US"})
    [address_id] = kept(database, "C-1001", in_new_york(1, address_3="LAN Ops"))
    answer = ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id})
    assert answer.status_code == 200, answer.text
    one_line = "1 Liberty Place, LAN Ops, New York, NY 10006, US"
    assert answer.json()["address"]["in_one_line"] == one_line
    assert answer.json()["before"] == "4 Main St, Springfield, IL 62701, US"
    with database.reading() as session:
        license = session.get_one(License, license_id)
        assert (license.address_id, (license.install_at or {})["address_3"]) == (address_id, "LAN Ops")
    [line] = ask("GET", f"/licenses/{license_id}/history").json()["items"][1:]
    assert (line["action"], line["name"]) == ("moved", "Anna Lindqvist")
    assert line["details"] == {"address": ["4 Main St, Springfield, IL 62701, US", one_line]}


def test_a_move_that_is_sent_again_changes_nothing(ask: Ask, database: Database) -> None:
    license_id = a_license(database)
    [address_id] = kept(database, "C-1001", in_new_york(1))
    for _ in range(2):
        moved = ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id})
        assert moved.status_code == 200
    with database.reading() as session:
        actions = session.scalars(select(HistoryEntry.action)).all()
    assert list(actions) == ["registered", "moved"]


def test_two_moves_at_once_are_one_after_the_other(ask: Ask, database: Database) -> None:
    license_id = a_license(database)
    ids = kept(database, "C-1001", in_new_york(1), in_new_york(2))
    with ThreadPoolExecutor(2) as pool:
        path = f"/licenses/{license_id}/move"
        answers = list(pool.map(lambda each: ask("POST", path, json={"address_id": each}).status_code, ids))
    assert answers == [200, 200]
    history = ask("GET", f"/licenses/{license_id}/history").json()["items"]
    moves = sorted(line["details"]["address"] for line in history[1:])
    assert [moves[0][0], moves[1][0]] == ["", moves[0][1]]


def test_who_has_full_access_moves_a_license(ask: Ask, database: Database) -> None:
    license_id = a_license(database)
    [address_id] = kept(database, "C-1001", in_new_york(1))
    shared(database, "full", license_ids=[license_id])
    moved = ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id}, as_=CARLA)
    assert moved.status_code == 200


def test_who_may_only_look_cannot_move_a_license(ask: Ask, database: Database) -> None:
    license_id = a_license(database)
    [address_id] = kept(database, "C-1001", in_new_york(1))
    shared(database, "view", license_ids=[license_id])
    refused = ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id}, as_=CARLA)
    assert (refused.status_code, refused.json()["code"]) == (403, "move_refused")


def test_a_license_that_nobody_registered_cannot_be_moved(ask: Ask, database: Database) -> None:
    [address_id] = kept(database, "C-1001", in_new_york(1))
    added = an_unregistered_license()
    with database.transaction() as session:
        session.execute(insert(License), [added])
        session.execute(
            text("INSERT INTO additions VALUES (:account_id, :id, now())"),
            {"account_id": ANNA, "id": added["id"]},
        )
    refused = ask("POST", f"/licenses/{added['id']}/move", json={"address_id": address_id})
    assert (refused.status_code, refused.json()["code"]) == (403, "move_refused")


def test_somebody_elses_license_is_not_there_to_be_moved(ask: Ask, database: Database) -> None:
    license_id = a_license(database)
    [address_id] = kept(database, "C-1001", in_new_york(1))
    refused = ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id}, as_=CARLA)
    assert refused.status_code == 404


def test_a_license_is_not_moved_to_somebody_elses_address(ask: Ask, database: Database) -> None:
    license_id = a_license(database)
    [theirs] = kept(database, "C-2", in_new_york(1))
    for address_id in (theirs, new_id("adr")):
        refused = ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id})
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert (error["pointer"], error["code"]) == ("/address_id", "address_unknown")


@pytest.mark.parametrize("body", [{}, {"address_id": "adr_1"}, {"address_id": new_id("adr"), "more": 1}])
def test_a_move_without_an_address_is_refused(ask: Ask, database: Database, body: dict[str, Any]) -> None:
    license_id = a_license(database)
    assert ask("POST", f"/licenses/{license_id}/move", json=body).status_code == 422


def test_what_is_told_again_does_not_move_a_license_back(ask: Ask, database: Database) -> None:
    at = {"address_1": "4 Main St", "city": "Springfield", "state": "IL", "postal_code": "62701"}
    fact = a_license_issued(ANNA, install_at={**at, "country": "US"})
    license_id = a_license(database, **fact.model_dump(exclude={"account_id"}))
    [address_id] = kept(database, "C-1001", in_new_york(1))
    ask("POST", f"/licenses/{license_id}/move", json={"address_id": address_id})
    a_license(database, **fact.model_dump(exclude={"account_id"}))
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id == address_id


def test_one_address_is_shown_to_whom_it_is_of_use_alone(ask: Ask, database: Database) -> None:
    a_license(database)
    [address_id] = kept(database, "C-1001", in_new_york(1))
    shown = ask("GET", f"/addresses/{address_id}")
    assert (shown.status_code, shown.json()["address_1"]) == (200, "1 Liberty Place")
    assert ask("GET", f"/addresses/{address_id}", as_=CARLA).status_code == 404
    assert ask("GET", f"/addresses/{new_id('adr')}").status_code == 404
