"""Support staff look into the email log and have emails sent again."""

from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import audit, outbox
from keydesk.services.notifications.delivery import repository
from keydesk.services.notifications.delivery.queue import SEND_EMAIL, SendEmail
from keydesk.services.notifications.emails.service import take_in
from keydesk.services.notifications.models import Email
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories.notifications import (
    NOON,
    a_password_reset_requested,
    a_verification_requested,
    event_of,
)
from tests.identities import KeyRing, a_caller

LOG = "/api/v1/support/emails"
STAFF = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("notifications") as database:
        yield database


class Desk:
    """Somebody of support at the API, and the worker's part of the story."""

    def __init__(self, client: TestClient, ring: KeyRing, database: Database) -> None:
        self.client = client
        self.ring = ring
        self.database = database

    def email(self, fact: Any = None) -> str:
        with self.database.transaction() as session:
            take_in(session, [event_of(fact or a_verification_requested())], now=NOON)
            return session.scalars(select(Email.id).order_by(Email.id.desc())).all()[0]

    def tried(self, email_id: str, outcome: repository.Outcome, reason: str | None = None) -> None:
        with self.database.transaction() as session:
            claimed = repository.claim(session, email_id, now=NOON)
            assert claimed is not None
            repository.record(session, claimed, outcome, reason=reason, now=NOON)

    def headers(self, **caller: Any) -> dict[str, str]:
        return self.ring.headers(a_caller(STAFF, **{"roles": ("support",), **caller}), "notifications")

    def resend(self, email_id: str, *, key: str | None = None, **caller: Any) -> Any:
        headers = self.headers(**caller) | ({"Idempotency-Key": key} if key else {})
        return self.client.post(f"{LOG}/{email_id}/resend", headers=headers)

    def log(self, **params: Any) -> Any:
        answer = self.client.get(LOG, params=params, headers=self.headers())
        assert answer.status_code == 200, answer.text
        return answer.json()["items"]

    def jobs(self) -> Counter[str]:
        with self.database.reading() as session:
            bodies = session.scalars(select(outbox.c.body).where(outbox.c.name == SEND_EMAIL.name))
            return Counter(SendEmail.model_validate_json(body).email_id for body in bodies)

    def audited(self) -> list[Any]:
        with self.database.reading() as session:
            rows = session.execute(select(audit.c.actor, audit.c.action, audit.c.subject, audit.c.details))
            return [tuple(row) for row in rows]


@pytest.fixture
def desk(database: Database, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing) -> Desk:
    return Desk(client_of(settings_of("notifications")), ring, database)


@pytest.mark.feature("C4")
@pytest.mark.parametrize("outcome", ["sent", "failed"])
def test_an_email_is_queued_again_and_that_is_written_down(outcome: Any, desk: Desk) -> None:
    email_id = desk.email()
    desk.tried(email_id, outcome, None if outcome == "sent" else "550 nobody here")

    answer = desk.resend(email_id)

    assert answer.status_code == 202
    told = answer.json()
    assert (told["id"], told["status"], told["sent_at"], told["reason"]) == (email_id, "queued", None, None)
    assert desk.log() == [told]
    assert desk.jobs() == Counter({email_id: 2})
    details = {"kind": "verification", "was": outcome, "attempts": 1}
    assert desk.audited() == [(STAFF, "email.resent", email_id, details)]


@pytest.mark.feature("C4")
def test_an_email_on_its_way_is_not_queued_twice(desk: Desk) -> None:
    email_id = desk.email()
    queued = desk.resend(email_id)
    with desk.database.transaction() as session:
        repository.claim(session, email_id, now=NOON)
    sending = desk.resend(email_id)

    for answer in (queued, sending):
        assert (answer.status_code, answer.json()["code"]) == (409, "email_under_way")
    assert desk.jobs() == Counter({email_id: 1})
    assert desk.audited() == []


@pytest.mark.feature("C4")
def test_two_people_at_once_have_it_sent_again_once(desk: Desk) -> None:
    email_id = desk.email()
    desk.tried(email_id, "failed", "550 nobody here")
    start = Barrier(2)

    def at_once(_: int) -> int:
        start.wait()
        status: int = desk.resend(email_id).status_code
        return status

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(at_once, range(2))) == [202, 409]
    assert desk.jobs() == Counter({email_id: 2})


@pytest.mark.feature("C4")
def test_the_same_request_sent_again_resends_once(desk: Desk) -> None:
    email_id = desk.email()
    desk.tried(email_id, "sent")
    first = desk.resend(email_id, key="k1")
    desk.tried(email_id, "sent")

    again = desk.resend(email_id, key="k1")

    assert (again.status_code, again.json()) == (202, first.json())
    assert desk.jobs() == Counter({email_id: 2})


@pytest.mark.parametrize(
    "email_id", ["eml_01h455vb4pex5vsknk084sn02q", "eml_1", "acc_01h455vb4pex5vsknk084sn02q", "%00"]
)
def test_an_email_that_is_not_there_cannot_be_resent(email_id: str, desk: Desk) -> None:
    assert desk.resend(email_id).status_code in {404, 422}


@pytest.mark.parametrize("roles", [("customer",), ("operator",)])
def test_only_support_staff_resend(roles: tuple[str, ...], desk: Desk) -> None:
    email_id = desk.email()
    desk.tried(email_id, "sent")

    assert desk.resend(email_id, roles=roles).status_code == 403
    assert desk.jobs() == Counter({email_id: 1})


def test_a_token_that_may_only_read_resends_nothing(desk: Desk) -> None:
    email_id = desk.email()
    desk.tried(email_id, "sent")

    answer = desk.resend(email_id, scopes=frozenset({"support:read"}))

    assert (answer.status_code, answer.json()["code"]) == (403, "scope_missing")


@pytest.mark.feature("C4")
def test_the_log_tells_why_the_last_try_failed(desk: Desk) -> None:
    email_id = desk.email()
    desk.tried(email_id, "deferred", "451 later")
    assert desk.log()[0]["reason"] == "451 later"
    desk.tried(email_id, "failed", "550 nobody here")
    assert desk.log()[0]["reason"] == "550 nobody here"
    desk.resend(email_id)
    assert desk.log()[0]["reason"] is None
    desk.tried(email_id, "sent")

    (entry,) = desk.log()
    assert (entry["status"], entry["attempts"], entry["reason"]) == ("sent", 3, None)


@pytest.mark.feature("C4")
def test_the_log_is_searched_by_kind_and_status(desk: Desk) -> None:
    verification, reset = desk.email(), desk.email(a_password_reset_requested())
    desk.tried(verification, "failed", "550 nobody here")

    assert [entry["id"] for entry in desk.log(kind="password_reset")] == [reset]
    assert [entry["id"] for entry in desk.log(status="failed")] == [verification]
    assert desk.log(kind="password_reset", status="failed") == []
    assert [entry["id"] for entry in desk.log(kind="verification", query="ANNA")] == [verification]


@pytest.mark.parametrize("params", [{"kind": "newsletter"}, {"status": "lost"}])
def test_a_kind_or_status_that_there_is_not_is_refused(params: dict[str, str], desk: Desk) -> None:
    answer = desk.client.get(LOG, params=params, headers=desk.headers())

    assert (answer.status_code, answer.json()["code"]) == (422, "invalid")
