"""Registrations through licensing's HTTP door: from serial numbers to keys and a file."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.identity import HIDDEN
from keydesk.chassis.ids import new_id
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories import licensing as sold
from tests.factories.issuance import SECRETS, issue_everything
from tests.factories.registering import add, items, problems, register, start, tell
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


@pytest.mark.feature("C4")
def test_whoever_views_as_the_person_sees_the_lines_without_keys_and_gets_no_file(
    api: TestClient, by: As, ring: KeyRing, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), sold.serial_numbers(1))
    path = f"/api/v1/registrations/{register(api, by(ANNA), ['A0000000001'])}"
    issue_everything(database)
    viewer = ring.headers(replace(a_caller(ANNA), viewed_by=new_id("acc"), view_ends=1), "licensing")

    (line,) = api.get(f"{path}/items", headers=viewer).json()["items"]
    file = api.get(f"{path}/file", headers=viewer)

    assert (line["serial_number"], line["license"]["license_key"]) == ("A0000000001", HIDDEN)
    assert (file.status_code, file.json()["code"]) == (403, "in_person_only")


@pytest.mark.feature("G11")
def test_each_line_tells_what_is_the_matter_with_it(api: TestClient, by: As, database: Database) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), sold.serial_numbers(3))
    register(api, by(ANNA), ["A0000000001"])
    register(api, by(BORIS), ["A0000000002"])

    entered = [
        "A0000000001", "A0000000002", "A0000000003", "A0000000003",
        "a0000000003", "B0000000001", "0000000001", "株式",
    ]  # fmt: skip
    draft = start(api, by(ANNA), entered)

    assert problems(api, by(ANNA), draft["id"]) == [
        "registered_by_you", "already_registered", None, "duplicate",
        "wrong_case", "unknown", "malformed", "malformed",
    ]  # fmt: skip
    assert draft["counts"] == {"lines": 8, "ready": 1, "needs_information": 0, "refused": 7}
    assert draft["ready"] is False


@pytest.mark.feature("G11")
def test_a_serial_number_registered_by_the_reader_leads_to_its_license(
    api: TestClient, by: As, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    first = register(api, by(ANNA), ["A0000000001"])
    issue_everything(database)
    [issued] = items(api, by(ANNA), first)

    [mine] = items(api, by(ANNA), start(api, by(ANNA), ["A0000000001"])["id"])
    [others] = items(api, by(BORIS), start(api, by(BORIS), ["A0000000001"])["id"])

    assert mine["problem"]["license_id"] == issued["license"]["id"]
    assert others["problem"]["license_id"] is None
    assert (mine["license"], others["license"]) == (None, None)
    assert (others["order_number"], others["quantity"]) == (None, None)


@pytest.mark.feature("G11")
def test_what_is_registered_alone_is_refused_in_company_and_separated(
    api: TestClient, by: As, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
        alone = sold.a_product("KD-900", registered_alone=True, fields=[sold.TIER])
        sold.sell(session, alone, ["B0000000001"])
    draft = start(api, by(ANNA), ["A0000000001", "B0000000001"])
    assert problems(api, by(ANNA), draft["id"]) == [None, "registered_alone"]
    tell(api, by(ANNA), draft["id"], by_product={"KD-900": {"deployed_price_tier": "3"}})

    line = items(api, by(ANNA), draft["id"])[1]
    path = f"/api/v1/registrations/{draft['id']}/items/{line['id']}/separate"
    own = api.post(path, headers=by(ANNA))

    assert own.status_code == 201
    assert own.json()["ready"] is True, "what was said about it came along"
    assert problems(api, by(ANNA), draft["id"]) == [None]


def test_a_duplicate_is_none_any_more_once_the_first_is_removed(
    api: TestClient, by: As, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    draft = start(api, by(ANNA), ["A0000000001", "A0000000001"])
    first, _ = items(api, by(ANNA), draft["id"])
    path = f"/api/v1/registrations/{draft['id']}/items/{first['id']}"
    assert api.delete(path, headers=by(ANNA)).status_code == 204
    assert problems(api, by(ANNA), draft["id"]) == [None]


def test_all_refused_lines_are_removed_at_once_and_no_others(
    api: TestClient, by: As, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(fields=[sold.TIER]), ["A0000000001"])
    draft = start(api, by(ANNA), ["A0000000001", "nonsense", "Z9999999999"])
    path = f"/api/v1/registrations/{draft['id']}/items"
    assert api.delete(path, headers=by(ANNA)).status_code == 422, "which lines has to be said"
    assert api.delete(f"{path}?state=refused", headers=by(ANNA)).status_code == 204
    assert [line["state"] for line in items(api, by(ANNA), draft["id"])] == ["needs_information"]


@pytest.mark.parametrize(
    ("kind", "content", "entered"),
    [
        ("text/plain", b"A0000000001 A0000000002;B0000000001,\tC0000000001\r\n", 4),
        ("text/plain; charset=utf-8", "\ufeffA0000000001\n\n\nA0000000002".encode(), 2),
        ("text/csv", b'\xef\xbb\xbfserial number;order\r\nA0000000001;SO-1\r\n"A0000000002";SO-1\r\n', 2),
        ("text/csv", b"A0000000001\nA0000000002\n", 2),
        ("text/plain", b"x" * 5000, 1),
        ("application/json", b'{"serial_numbers": ["A0000000001"]}', 1),
    ],
)
@pytest.mark.feature("G11")
def test_serial_numbers_are_taken_from_text_and_files(
    api: TestClient, by: As, kind: str, content: bytes, entered: int
) -> None:
    answer = add(api, by(ANNA), content, kind)
    assert (answer.status_code, answer.json()["added"]) == (200, entered)


@pytest.mark.parametrize(
    ("kind", "content", "refusal"),
    [
        ("text/plain", b"\x89PNG\r\n\x1a\n\x00", (422, "file_unreadable")),
        ("text/csv", "A0000000001".encode("utf-16"), (422, "file_unreadable")),
        ("text/csv", b"PK\x03\x04", (422, "file_unreadable")),
        ("text/plain", b" ;,\n", (422, "no_serial_numbers")),
        ("text/csv", b"", (422, "no_serial_numbers")),
        ("text/csv", b'"open quote', (422, "no_serial_numbers")),
        ("application/pdf", b"%PDF", (415, "unsupported_media_type")),
        ("application/json", b"{", (400, "malformed")),
        ("application/json", b"[]", (422, "invalid")),
        ("application/json", b'{"serial_numbers": ["\\u0000"]}', (422, "invalid")),
        ("application/json", b'{"serial_numbers": ["\\ud800"]}', (400, "malformed")),
        ("application/json", b'{"serial_numbers": [7]}', (422, "invalid")),
        ("text/plain", b"A0000000001\n" * 10_001, (422, "too_many_serial_numbers")),
    ],
)
def test_what_holds_no_serial_numbers_is_refused_and_adds_nothing(
    api: TestClient, by: As, kind: str, content: bytes, refusal: tuple[int, str]
) -> None:
    answer = add(api, by(ANNA), content, kind)
    assert (answer.status_code, answer.json()["code"]) == refusal
    [listed] = api.get("/api/v1/registrations", headers=by(ANNA)).json()["items"]
    assert listed["counts"] == {"lines": 0}


def test_a_registration_takes_ten_thousand_lines_and_not_one_more(api: TestClient, by: As) -> None:
    draft = start(api, by(ANNA), sold.serial_numbers(10_000))
    path = f"/api/v1/registrations/{draft['id']}/items"
    more = api.post(path, json={"serial_numbers": ["A9999999999"]}, headers=by(ANNA))
    assert (more.status_code, more.json()["code"]) == (422, "too_many_serial_numbers")
    too_many = {"serial_numbers": sold.serial_numbers(10_001)}
    assert api.post("/api/v1/registrations", json=too_many, headers=by(ANNA)).status_code == 422


@pytest.mark.feature("G11")
def test_a_lines_own_information_goes_before_its_products(
    api: TestClient, by: As, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(fields=[sold.HOST_ID]), sold.serial_numbers(2))
    draft = start(api, by(ANNA), sold.serial_numbers(2))
    first, _ = items(api, by(ANNA), draft["id"])
    shared = {"KD-100": {"host_id": "aaaaaaaa"}}
    told = tell(api, by(ANNA), draft["id"], by_product=shared, by_item={first["id"]: {"host_id": "bbbbbbbb"}})
    assert told.json()["ready"] is True
    hosts = [line["information"]["host_id"] for line in items(api, by(ANNA), draft["id"])]
    assert hosts == ["bbbbbbbb", "aaaaaaaa"]

    tell(api, by(ANNA), draft["id"], by_product={"KD-100": {"host_id": ""}})
    assert [line["state"] for line in items(api, by(ANNA), draft["id"])] == ["ready", "needs_information"]


def test_wrong_information_is_told_place_by_place_and_nothing_is_kept(
    api: TestClient, by: As, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product("KD/1", fields=[sold.HOST_ID, sold.TIER]), ["A0000000001"])
    draft = start(api, by(ANNA), ["A0000000001"])
    answer = tell(
        api,
        by(ANNA),
        draft["id"],
        by_product={"KD/1": {"host_id": "no", "deployed_price_tier": "2"}, "KD-2": {}},
        by_item={"itm_other": {"host_id": "80ab12cd"}},
    )
    assert answer.status_code == 422
    assert {(error["pointer"], error["code"]) for error in answer.json()["errors"]} == {
        ("/by_product/KD~11/host_id", "wrong_form"),
        ("/by_product/KD-2", "not_in_registration"),
        ("/by_item/itm_other", "not_in_registration"),
    }
    [line] = items(api, by(ANNA), draft["id"])
    assert line["information"] == {}


@pytest.mark.parametrize(
    "said",
    [
        r'{"by_product": {"KD-100": {"technical_contact": {"\ud800": 1}}}}',
        r'{"by_product": {"KD-100": {"host_id": "\ud800"}}}',
        r'{"by_product": {"\u0000": {"host_id": 1}}}',
        r'{"by_item": {"\u0000": {}}}',
        r'{"\ud800": 1}',
        r'{"by_product": {"KD-100": {"host_id": 1e999}}}',
        r'{"by_product": {"KD-100": {"host_id": [[[{}]]]}}}',
    ],
)
def test_odd_json_is_told_and_not_stumbled_over(
    api: TestClient, by: As, database: Database, said: str
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(fields=[sold.HOST_ID, sold.CONTACT]), ["A0000000001"])
    path = f"/api/v1/registrations/{start(api, by(ANNA), ['A0000000001'])['id']}/information"
    answer = api.put(path, content=said, headers={**by(ANNA), "content-type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", ""),
        ("DELETE", ""),
        ("GET", "/items"),
        ("POST", "/items"),
        ("DELETE", "/items?state=refused"),
        ("PUT", "/information"),
        ("POST", "/complete"),
        ("GET", "/file"),
    ],
)
def test_somebody_elses_registration_is_not_there(
    api: TestClient, by: As, database: Database, method: str, path: str
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    draft = start(api, by(ANNA), ["A0000000001"])
    body = {"serial_numbers": ["A1"]} if path == "/items" else {}
    answer = api.request(
        method,
        f"/api/v1/registrations/{draft['id']}{path}",
        headers=by(BORIS),
        json=None if method in {"GET", "DELETE"} else body,
    )
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


def test_a_completed_registration_cannot_be_changed(api: TestClient, by: As, database: Database) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    path = f"/api/v1/registrations/{register(api, by(ANNA), ['A0000000001'])}"
    added = api.post(f"{path}/items", json={"serial_numbers": ["A1"]}, headers=by(ANNA))
    assert (added.status_code, added.json()["code"]) == (409, "registration_closed")
    assert api.delete(path, headers=by(ANNA)).status_code == 409


def test_completing_twice_is_completing_once(api: TestClient, by: As, database: Database) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    registration_id = register(api, by(ANNA), ["A0000000001"])
    again = api.post(f"/api/v1/registrations/{registration_id}/complete", headers=by(ANNA))
    assert (again.status_code, again.json()["progress"]) == (202, {"done": 0, "total": 1})


@pytest.mark.parametrize("entered", [[], ["A0000000001", "nonsense"]])
def test_what_is_not_ready_is_not_completed(
    api: TestClient, by: As, database: Database, entered: list[str]
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    draft = start(api, by(ANNA), entered)
    answer = api.post(f"/api/v1/registrations/{draft['id']}/complete", headers=by(ANNA))
    assert (answer.status_code, answer.json()["code"]) == (409, "registration_not_ready")
    bad = [line["id"] for line in items(api, by(ANNA), draft["id"]) if line["state"] == "refused"]
    assert [error["pointer"] for error in answer.json().get("errors", [])] == [f"/items/{id}" for id in bad]


def test_only_a_verified_account_registers(api: TestClient, ring: KeyRing) -> None:
    headers = ring.headers(a_caller(ANNA, verified=False), "licensing")
    answer = api.post("/api/v1/registrations", json={"serial_numbers": []}, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "email_not_verified")


def test_registrations_are_listed_newest_first_page_by_page(api: TestClient, by: As) -> None:
    started = [start(api, by(ANNA), [])["id"] for _ in range(3)]
    start(api, by(BORIS), [])
    first = api.get("/api/v1/registrations?limit=2&status=draft", headers=by(ANNA)).json()
    path = f"/api/v1/registrations?limit=2&cursor={first['next_cursor']}"
    second = api.get(path, headers=by(ANNA)).json()
    assert [one["id"] for one in first["items"] + second["items"]] == started[::-1]
    assert second["next_cursor"] is None


def test_lines_come_page_by_page_in_the_order_of_entry(api: TestClient, by: As) -> None:
    entered = ["C1", "A1", "B1"]
    path = f"/api/v1/registrations/{start(api, by(ANNA), entered)['id']}/items?limit=2"
    first = api.get(path, headers=by(ANNA)).json()
    second = api.get(f"{path}&cursor={first['next_cursor']}", headers=by(ANNA)).json()
    assert [line["serial_number"] for line in first["items"] + second["items"]] == entered


def test_the_confirmation_has_the_keys_and_is_for_notifications_alone(
    api: TestClient, by: As, ring: KeyRing, database: Database
) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), ["A0000000001"])
    registration_id = register(api, by(ANNA), ["A0000000001"])
    path = f"/internal/registrations/{registration_id}/confirmation"
    notifications = ring.service_headers("notifications", "licensing")
    assert api.get(path, headers=notifications).status_code == 404, "nothing to confirm yet"
    issue_everything(database)

    told = api.get(path, headers=notifications).json()

    [line] = items(api, by(ANNA), registration_id)
    assert told["total"] == 1
    assert told["items"] == [
        {
            "serial_number": "A0000000001",
            "product_name": "Harbor Cluster",
            "product_version": "4.2",
            "quantity": 5,
            "license_key": line["license"]["license_key"],
            "file_name": "KD-100-A0000000001.slf",
        }
    ]
    assert api.get(path, headers=by(ANNA)).status_code == 403
    assert api.get(path, headers=ring.service_headers("catalog", "licensing")).status_code == 403


def test_serial_numbers_sent_again_under_one_idempotency_key_are_added_once(api: TestClient, by: As) -> None:
    path = f"/api/v1/registrations/{start(api, by(ANNA), [])['id']}/items"
    headers = {**by(ANNA), "content-type": "text/plain", "idempotency-key": "paste-1"}
    first = api.post(path, content=b"A0000000001", headers=headers)
    again = api.post(path, content=b"A0000000001", headers=headers)
    assert first.status_code == again.status_code == 200
    assert again.json() == first.json()
    assert again.json()["counts"]["lines"] == 1
