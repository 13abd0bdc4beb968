"""Asking for a new install-at address: made, verified, decided by support, carried out once."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import delete, func, select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import audit, outbox
from keydesk.services.catalog.addresses import repository
from keydesk.services.catalog.addresses.repository import Keeping
from keydesk.services.catalog.addresses.rules import Parts
from keydesk.services.catalog.contract import RequestChanged
from keydesk.services.catalog.models import Address, HistoryEntry, License, Request, Share, ShareScope
from keydesk.services.catalog.models.shares import ShareLevel
from keydesk.services.catalog.requests import execution, verification
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.requests import later, owned, somebody
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G21")

ANNA = new_id("acc")
CARLA = new_id("acc")
SAM = new_id("acc")
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LIBERTY = {
    "address_1": "1 Liberty Place",
    "address_2": "Floor 10",
    "city": "New York",
    "state": "NY",
    "postal_code": "10006",
    "country": "US",
}
ONE_LINE = "1 Liberty Place, Floor 10, New York, NY 10006, US"

Ask = Callable[..., Any]


class Crash(Exception):
    """The process died here."""


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla")
            somebody(session, SAM, "sam", roles=["support"])
        yield database


@pytest.fixture
def license_id(database: Database) -> str:
    with database.transaction() as session:
        return owned(session, ANNA, 1)[0]


@pytest.fixture
def ask(
    database: Database,  # noqa: ARG001 - the application finds it by its settings
    settings_of: SettingsOf,
    client_of: ClientOf,
    ring: KeyRing,
) -> Ask:
    client: TestClient = client_of(settings_of("catalog"))

    def send(method: str, path: str, *, as_: str = ANNA, key: str = "", **sent: Any) -> Any:
        caller = a_caller(as_, roles=("support",)) if as_ == SAM else a_caller(as_)
        headers = ring.headers(caller, "catalog") | ({"Idempotency-Key": key} if key else {})
        return client.request(method, f"/api/v1{path}", headers=headers, **sent)

    return send


def wanted(**fields: Any) -> dict[str, Any]:
    return {**LIBERTY, "customer_number": "C-1001", "terms_accepted": True, **fields}


def made(ask: Ask, **fields: Any) -> str:
    answer = ask("POST", "/catalog/address-requests", json=wanted(**fields))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def verified(ask: Ask, database: Database, **fields: Any) -> str:
    request_id = made(ask, **fields)
    verification.verify(database, request_id, later())
    return request_id


def approved(ask: Ask, request_id: str, **body: Any) -> Any:
    return ask("POST", f"/support/requests/{request_id}/approve", as_=SAM, json=body)


def carried_out(ask: Ask, database: Database, request_id: str, **body: Any) -> Any:
    """The request as its requester sees it once it was approved and executed."""
    assert approved(ask, request_id, **body).status_code == 200
    execution.execute(database, request_id, later())
    return ask("GET", f"/requests/{request_id}").json()


def kept(database: Database, customer_number: str, **parts: str) -> str:
    with database.transaction() as session:
        wanted = Keeping(customer_number, Parts(**{**LIBERTY, **parts}))
        return repository.keep(session, [wanted], "import", NOW)[wanted]


def shared(database: Database, license_id: str, level: ShareLevel) -> None:
    """Carla owns nothing; Anna shares this license with her."""
    with database.transaction() as session:
        share = Share(
            id=new_id("shr"),
            from_account_id=ANNA,
            to_account_id=CARLA,
            level=level,
            comment="",
            created_at=NOW,
        )
        session.add(share)
        session.flush()
        session.add(ShareScope(share_id=share.id, license_id=license_id))


def addresses(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(Address.id).order_by(Address.created_at, Address.id)))


def statuses_told(database: Database) -> list[tuple[str, str]]:
    with database.reading() as session:
        bodies = session.scalars(
            select(outbox.c.body).where(outbox.c.name == RequestChanged.TYPE).order_by(outbox.c.position)
        )
        facts = [RequestChanged.model_validate_json(body) for body in bodies]
    return [(fact.account_id, fact.status) for fact in facts]


@pytest.mark.usefixtures("license_id")
def test_an_address_is_asked_for_and_created_once_support_approves(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database, comments="A new floor.")
    shown = ask("GET", f"/requests/{request_id}").json()
    assert (shown["kind"], shown["status"], shown["title"]) == (
        "address_creation",
        "pending_approval",
        ONE_LINE,
    )
    assert (shown["description"], shown["address"]["created"]) == ("A new floor.", None)
    done = carried_out(ask, database, request_id, note="Welcome.")
    assert done["status"] == "completed"
    assert (done["address"]["license_state"], done["address"]["created"]["source"]) == ("none", "request")
    [found] = ask("GET", "/catalog/addresses").json()["items"]
    assert (found["id"], found["in_one_line"]) == (done["address"]["created"]["id"], ONE_LINE)
    expected = ["submitted", "verifying", "pending_approval", "approved", "executing", "completed"]
    assert statuses_told(database) == [(ANNA, status) for status in expected]


def test_the_license_that_waits_moves_with_a_line_in_its_history(
    ask: Ask, database: Database, license_id: str
) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    done = carried_out(ask, database, request_id)
    assert (done["address"]["license_state"], done["address"]["serial_number"]) == ("moved", "A0000000001")
    with database.reading() as session:
        license = session.get_one(License, license_id)
        assert license.address_id == done["address"]["created"]["id"]
    line = ask("GET", f"/catalog/licenses/{license_id}/history").json()["items"][-1]
    assert (line["action"], line["account_id"], line["through"]) == ("moved", ANNA, "")
    assert line["details"] == {"address": ["", ONE_LINE]}


def test_a_license_that_is_only_named_stays_where_it_is(
    ask: Ask, database: Database, license_id: str
) -> None:
    done = carried_out(ask, database, verified(ask, database, license_id=license_id))
    assert (done["status"], done["address"]["license_state"]) == ("completed", "none")
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id is None


def test_a_license_that_the_requester_may_no_longer_move_stays(
    ask: Ask, database: Database, license_id: str
) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    with database.transaction() as session:
        session.get_one(License, license_id).owner_account_id = CARLA
    done = carried_out(ask, database, request_id)
    assert (done["status"], done["address"]["license_state"]) == ("completed", "stayed")
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id is None


@pytest.mark.usefixtures("license_id")
@pytest.mark.parametrize(
    ("changed", "pointer", "code"),
    [
        ({"address_1": " "}, "/address_1", "needed"),
        ({"city": ""}, "/city", "needed"),
        ({"country": ""}, "/country", "needed"),
        ({"country": "XX"}, "/country", "country_unknown"),
        ({"state": ""}, "/state", "needed"),
        ({"state": "Gotham"}, "/state", "state_unknown"),
        ({"other_state": "Gotham"}, "/other_state", "state_twice"),
        ({"postal_code": "1"}, "/postal_code", "postal_code_malformed"),
        ({"customer_number": ""}, "/customer_number", "needed"),
        ({"customer_number": "C-2"}, "/customer_number", "not_yours"),
        ({"terms_accepted": False}, "/terms_accepted", "terms_not_accepted"),
        ({"move_when_created": True}, "/license_id", "needed"),
        ({"license_id": new_id("lic")}, "/license_id", "license_unknown"),
    ],
)
def test_what_is_wrong_is_told_at_its_field(
    ask: Ask, changed: dict[str, Any], pointer: str, code: str
) -> None:
    refused = ask("POST", "/catalog/address-requests", json=wanted(**changed))
    assert refused.status_code == 422
    assert [(each["pointer"], each["code"]) for each in refused.json()["errors"]] == [(pointer, code)]


@pytest.mark.usefixtures("license_id")
@pytest.mark.parametrize(
    "changed",
    [
        {"address_2": "x" * 201},
        {"address_3": "a\nb"},
        {"address_4": "a\x00"},
        {"country": "USA"},
        {"comments": "x" * 4001},
        {"license_id": "lic_1"},
        {"terms_accepted": "perhaps"},
        {"floor": "10"},
    ],
)
def test_what_is_no_address_is_refused(ask: Ask, changed: dict[str, Any]) -> None:
    refused = ask("POST", "/catalog/address-requests", json=wanted(**changed))
    assert refused.status_code == 422


@pytest.mark.parametrize(("level", "code"), [("view", "move_refused"), (None, "license_unknown")])
def test_who_may_not_move_a_license_cannot_let_it_wait(
    *, ask: Ask, database: Database, license_id: str, level: ShareLevel | None, code: str
) -> None:
    with database.transaction() as session:
        owned(session, CARLA, 1, first=50, customer_number="C-7")
    if level is not None:
        shared(database, license_id, level)
    body = wanted(customer_number="C-7", license_id=license_id, move_when_created=True)
    refused = ask("POST", "/catalog/address-requests", json=body, as_=CARLA)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, code)


def test_who_has_full_access_lets_a_license_wait(ask: Ask, database: Database, license_id: str) -> None:
    shared(database, license_id, "full")
    body = wanted(license_id=license_id, move_when_created=True)
    answer = ask("POST", "/catalog/address-requests", json=body, as_=CARLA)
    assert answer.status_code == 201
    assert ask("GET", f"/requests/{answer.json()['id']}").status_code == 404


@pytest.mark.usefixtures("license_id")
def test_a_request_that_is_sent_twice_is_made_once(ask: Ask, database: Database) -> None:
    answers = [
        ask("POST", "/catalog/address-requests", key="once", json=wanted()).json()["id"] for _ in range(2)
    ]
    assert answers[0] == answers[1]
    with database.reading() as session:
        assert session.scalars(select(func.count()).select_from(Request)).one() == 1


@pytest.mark.usefixtures("license_id")
def test_verifying_proposes_what_is_there_already(ask: Ask, database: Database) -> None:
    with database.transaction() as session:
        owned(session, ANNA, 1, first=5, customer_number="C-2")
    alike = kept(database, "C-2", address_1="1 Liberty Pl.")
    same = kept(database, "C-1001", address_1="1 LIBERTY PLACE", postal_code="10006")
    kept(database, "C-1001", address_1="7 Broadway")
    kept(database, "C-1001", postal_code="10007")
    kept(database, "C-9")
    request_id = verified(ask, database)
    shown = ask("GET", f"/support/requests/{request_id}", as_=SAM).json()
    proposed = [(each["id"], each["same"]) for each in shown["address"]["similar"]]
    assert proposed == [(same, True), (alike, False)]
    assert [(each["code"], each["licenses"]) for each in shown["findings"]] == [
        ("address_complete", 1),
        ("address_known", 1),
        ("address_similar", 1),
    ]


def test_verifying_says_what_waits(ask: Ask, database: Database, license_id: str) -> None:
    request_id = made(ask, license_id=license_id, move_when_created=True)
    other_id = made(ask, license_id=license_id, move_when_created=True)
    verification.verify(database, request_id, later())
    with database.transaction() as session:
        session.get_one(License, license_id).owner_account_id = CARLA
    verification.verify(database, other_id, later())

    def codes(id: str) -> list[str]:
        shown = ask("GET", f"/support/requests/{id}", as_=SAM).json()
        return [finding["code"] for finding in shown["findings"]]

    assert codes(request_id) == ["address_complete", "license_waits"]
    assert codes(other_id) == ["address_complete", "license_stays"]


def test_support_corrects_an_address_and_that_is_kept(ask: Ask, database: Database, license_id: str) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    done = carried_out(ask, database, request_id, address={**LIBERTY, "address_1": "1 Liberty Plaza"})
    created = done["address"]["created"]
    assert (created["address_1"], done["address"]["address_1"]) == ("1 Liberty Plaza", "1 Liberty Plaza")
    with database.reading() as session:
        rows = session.execute(select(audit).where(audit.c.action == "request.address_chosen")).all()
        assert session.get_one(License, license_id).address_id == created["id"]
    assert [row.details["address"] for row in rows] == [
        [ONE_LINE, "1 Liberty Plaza, Floor 10, New York, NY 10006, US"]
    ]


def test_support_takes_an_address_that_is_there_instead(
    ask: Ask, database: Database, license_id: str
) -> None:
    there = kept(database, "C-1001", address_1="1 Liberty Pl.")
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    done = carried_out(ask, database, request_id, use_address_id=there)
    assert (done["address"]["created"]["id"], addresses(database)) == (there, [there])
    with database.reading() as session:
        assert session.get_one(License, license_id).address_id == there


@pytest.mark.usefixtures("license_id")
def test_an_address_that_came_meanwhile_is_taken_as_it_is(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    there = kept(database, "C-1001", city="NEW YORK")
    assert carried_out(ask, database, request_id)["address"]["created"]["id"] == there
    assert addresses(database) == [there]


@pytest.mark.usefixtures("license_id")
def test_support_cannot_choose_an_address_that_the_requester_cannot_use(ask: Ask, database: Database) -> None:
    theirs = kept(database, "C-9")
    request_id = verified(ask, database)
    for address_id in (theirs, new_id("adr")):
        refused = approved(ask, request_id, use_address_id=address_id)
        assert refused.status_code == 422
        assert refused.json()["errors"][0]["pointer"] == "/use_address_id"
    assert ask("GET", f"/requests/{request_id}").json()["status"] == "pending_approval"


@pytest.mark.usefixtures("license_id")
def test_support_cannot_choose_an_address_that_its_country_would_not(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    refused = approved(ask, request_id, address={**LIBERTY, "postal_code": "94105"})
    assert refused.json()["errors"][0]["pointer"] == "/address/postal_code"
    there = kept(database, "C-1001")
    both = approved(ask, request_id, address=LIBERTY, use_address_id=there)
    assert both.json()["errors"][0]["pointer"] == "/use_address_id"


def test_a_request_of_another_kind_takes_no_address(ask: Ask, database: Database) -> None:
    body = {"kind": "general", "title": "A question", "description": "Which file do I need?"}
    request_id = ask("POST", "/requests", json=body).json()["id"]
    verification.verify(database, request_id, later())
    refused = approved(ask, request_id, address=LIBERTY)
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not_of_this_kind")
    assert ask("GET", f"/requests/{request_id}").json()["address"] is None


@pytest.mark.usefixtures("license_id")
def test_a_rejected_request_creates_nothing(ask: Ask, database: Database) -> None:
    request_id = verified(ask, database)
    assert ask("POST", f"/support/requests/{request_id}/reject", as_=SAM, json={"reason": "No."}).is_success
    execution.execute(database, request_id, later())
    assert addresses(database) == []


@pytest.mark.parametrize("step", list(execution.Step))
def test_a_crash_at_any_step_ends_in_one_address_and_one_move(
    ask: Ask, database: Database, license_id: str, step: execution.Step
) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    approved(ask, request_id)

    def crash(at: execution.Step) -> None:
        if at is step:
            raise Crash

    with suppress(Crash):
        execution.execute(database, request_id, later(), crash)
    for _ in range(2):
        execution.execute(database, request_id, later())
    assert ask("GET", f"/requests/{request_id}").json()["address"]["license_state"] == "moved"
    assert len(addresses(database)) == 1
    with database.reading() as session:
        assert session.scalars(select(HistoryEntry.action)).all() == ["registered", "moved"]


def test_two_workers_at_once_create_one_address(ask: Ask, database: Database, license_id: str) -> None:
    request_id = verified(ask, database, license_id=license_id, move_when_created=True)
    approved(ask, request_id)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda clock: execution.execute(database, request_id, clock), [later(), later()]))
    assert len(addresses(database)) == 1
    with database.reading() as session:
        assert session.scalars(select(HistoryEntry.action)).all() == ["registered", "moved"]


@pytest.mark.usefixtures("license_id")
def test_two_requests_for_one_address_come_to_the_same(ask: Ask, database: Database) -> None:
    requests = [
        verified(ask, database, address_1=written) for written in ("1 Liberty Place", "1 LIBERTY PLACE.")
    ]
    ids = {carried_out(ask, database, each)["address"]["created"]["id"] for each in requests}
    assert ids == set(addresses(database))
    assert len(ids) == 1


def test_a_proposal_that_is_gone_is_not_shown(ask: Ask, database: Database, license_id: str) -> None:
    there = kept(database, "C-1001", address_1="1 Liberty Pl.")
    request_id = verified(ask, database, license_id=license_id)
    with database.transaction() as session:
        session.execute(delete(Address).where(Address.id == there))
    assert ask("GET", f"/support/requests/{request_id}", as_=SAM).json()["address"]["similar"] == []
