"""Issuing: crashes between any two steps, jobs that come twice or never, and people who race each other."""

import base64
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Fact
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.licensing.contract import (
    LicenseIssued,
    RegistrationCompleted,
    RegistrationProgressed,
)
from keydesk.services.licensing.issuance.intent import unpack
from keydesk.services.licensing.issuance.key_vault import Sealed
from keydesk.services.licensing.issuance.keys import parse_license_key
from keydesk.services.licensing.issuance.license_file import claims_in
from keydesk.services.licensing.issuance.service import (
    BatchInconsistent,
    Step,
    issue_batch,
    requeue_overdue,
)
from keydesk.services.licensing.issuance.work import ISSUE_BATCH
from keydesk.services.licensing.licenses.repository import files_of_registration, keys_of
from keydesk.services.licensing.models import (
    Entitlement,
    IssuanceBatch,
    License,
    Registration,
    SigningKey,
)
from keydesk.services.licensing.registrations import completion, service
from keydesk.services.licensing.registrations.problems import SerialNumberAlreadyRegistered
from tests.databases import TestDatabases
from tests.factories import licensing as sold
from tests.factories.issuance import NOW, a_vault, an_issuer, issue_everything

pytestmark = pytest.mark.feature("G11")

ANNA = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


class Crash(Exception):
    """The process died here."""


def crash_at(step: Step) -> Callable[[Step], None]:
    def die(reached: Step) -> None:
        if reached is step:
            raise Crash

    return die


def draft(database: Database, serial_numbers: list[str], account_id: str = ANNA) -> str:
    with database.transaction() as session:
        return service.start(session, account_id, serial_numbers, NOW).id


def complete(database: Database, registration_id: str, account_id: str = ANNA) -> None:
    with database.transaction() as session:
        completion.complete(session, account_id, registration_id, NOW)


def accepted(database: Database, count: int, *, has_file: bool = True) -> str:
    serials = sold.serial_numbers(count)
    with database.transaction() as session:
        sold.sell(session, sold.a_product(has_file=has_file), serials)
    registration_id = draft(database, serials)
    complete(database, registration_id)
    return registration_id


def batches(database: Database) -> list[str]:
    with database.reading() as session:
        return list(session.scalars(select(IssuanceBatch.id).order_by(IssuanceBatch.id)))


def said(database: Database, fact: type[Fact]) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).where(outbox.c.name == fact.TYPE)) or 0


def assert_issued_once(database: Database, registration_id: str, total: int) -> None:
    with database.reading() as session:
        registration = session.get_one(Registration, registration_id)
        assert (registration.status, registration.done, registration.total) == ("completed", total, total)
        states = session.scalars(select(Entitlement.state).distinct()).all()
        assert list(states) == ["registered"]
        ids = session.scalars(select(License.id)).all()
        keys = keys_of(session, a_vault(), ids)
        assert len(set(keys.values())) == len(ids) == total
        assert session.scalar(select(func.count(License.file_content))) == total
        facts = session.scalars(select(outbox.c.subject).where(outbox.c.name == LicenseIssued.TYPE)).all()
        assert sorted(facts) == sorted(ids)
    assert said(database, RegistrationCompleted) == 1


@pytest.mark.parametrize("step", list(Step))
def test_a_crash_between_any_two_steps_loses_nothing_and_issues_nothing_twice(
    database: Database, step: Step
) -> None:
    registration_id = accepted(database, 3)
    [batch] = batches(database)
    with pytest.raises(Crash):
        issue_batch(database, an_issuer(), batch, lambda: NOW, crash_at(step))
    issue_batch(database, an_issuer(), batch, lambda: NOW + timedelta(minutes=1))
    assert_issued_once(database, registration_id, 3)


@pytest.mark.parametrize("step", [Step.PLAN_STORED, Step.SIGNED, Step.VERIFIED, Step.FACTS_STORED])
def test_after_a_crash_the_licenses_that_were_planned_are_issued(database: Database, step: Step) -> None:
    accepted(database, 2)
    [batch_id] = batches(database)
    with pytest.raises(Crash):
        issue_batch(database, an_issuer(), batch_id, lambda: NOW, crash_at(step))
    with database.reading() as session:
        batch = session.get_one(IssuanceBatch, batch_id)
        assert batch.intent is not None
        intent = unpack(a_vault().open(Sealed(1, batch.intent), bound_to=batch_id))

    issue_batch(database, an_issuer(), batch_id, lambda: NOW + timedelta(days=1))

    with database.reading() as session:
        keys = keys_of(session, a_vault(), [planned.license_id for planned in intent.licenses])
        issued_at = session.scalars(select(License.issued_at).distinct()).one()
    assert keys == {planned.license_id: planned.license_key for planned in intent.licenses}
    assert issued_at == NOW


def test_a_job_that_comes_twice_at_once_issues_once(database: Database) -> None:
    registration_id = accepted(database, 5)
    [batch] = batches(database)
    with ThreadPoolExecutor(4) as pool:
        done = [pool.submit(issue_batch, database, an_issuer(), batch, lambda: NOW) for _ in range(8)]
        for one in done:
            one.result()
    assert_issued_once(database, registration_id, 5)


def test_a_job_that_comes_long_after_its_batch_was_issued_does_nothing(database: Database) -> None:
    registration_id = accepted(database, 1)
    issue_everything(database)
    [batch] = batches(database)
    issue_batch(database, an_issuer(), batch, lambda: NOW + timedelta(days=30))
    issue_batch(database, an_issuer(), new_id("bat"), lambda: NOW)
    assert_issued_once(database, registration_id, 1)


def test_batches_in_any_order_and_at_once_complete_a_registration_once(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "BATCH_SIZE", 3)
    registration_id = accepted(database, 11)
    waiting = batches(database)
    assert len(waiting) == 4
    with ThreadPoolExecutor(4) as pool:
        done = [
            pool.submit(issue_batch, database, an_issuer(), batch, lambda: NOW) for batch in reversed(waiting)
        ]
        for one in done:
            one.result()
    assert_issued_once(database, registration_id, 11)
    assert said(database, RegistrationProgressed) == 4


def test_files_of_a_registration_come_in_the_order_of_its_lines(database: Database) -> None:
    registration_id = accepted(database, 4)
    issue_everything(database)
    with database.reading() as session:
        files = files_of_registration(session, a_vault(), registration_id)
    assert [claims_in(jws)["serial_number"] for jws in files] == sold.serial_numbers(4)


def test_a_product_without_a_license_file_gets_a_key_alone(database: Database) -> None:
    accepted(database, 1, has_file=False)
    issue_everything(database)
    with database.reading() as session:
        [license] = session.scalars(select(License))
        assert license.file_name is None
        assert session.scalar(select(func.count(License.file_content))) == 0
        [key] = keys_of(session, a_vault(), [license.id]).values()
    assert parse_license_key(key) == key


def test_no_license_key_stands_anywhere_in_the_database(database: Database) -> None:
    accepted(database, 3)
    [batch] = batches(database)
    with pytest.raises(Crash):
        issue_batch(database, an_issuer(), batch, lambda: NOW, crash_at(Step.SIGNED))
    everything = [dump(database)]
    issue_everything(database)
    everything.append(dump(database))
    with database.reading() as session:
        keys = keys_of(session, a_vault(), session.scalars(select(License.id)).all()).values()
    assert len(keys) == 3
    for key in keys:
        for written in (key, key.replace("-", ""), base64.b64encode(key.encode()).decode()):
            assert not any(written in text for text in everything)


def dump(database: Database) -> str:
    with database.reading() as session:
        tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
        rows = [str(session.execute(text(f'SELECT * FROM "{table}"')).all()) for table in tables]  # noqa: S608 - its own names
    return "".join(rows)


def test_a_second_license_for_an_entitlement_is_refused_by_the_database(database: Database) -> None:
    accepted(database, 1)
    issue_everything(database)
    with pytest.raises(IntegrityError), database.transaction() as session:
        session.execute(
            text(
                "INSERT INTO licenses SELECT 'lic_second', entitlement_id, registration_id, account_id,"
                " key_content, sealed_by, 'other', file_name, issued_at FROM licenses"
            )
        )


def test_a_batch_whose_entitlements_are_not_its_own_is_left_alone(database: Database) -> None:
    accepted(database, 2)
    [batch] = batches(database)
    with database.transaction() as session:
        session.execute(
            text("UPDATE entitlements SET reserved_by = 'reg_other' WHERE serial_number LIKE '%1'")
        )
    with pytest.raises(BatchInconsistent):
        issue_batch(database, an_issuer(), batch, lambda: NOW)
    with database.reading() as session:
        assert session.scalar(select(func.count()).select_from(License)) == 0


def test_an_old_signing_key_stays_published_after_rotation(database: Database) -> None:
    accepted(database, 1)
    issue_everything(database, an_issuer(seed=1))
    serials = sold.serial_numbers(1, letter="B")
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), serials)
    complete(database, draft(database, serials))
    issue_everything(database, an_issuer(seed=2))
    with database.reading() as session:
        kids = set(session.scalars(select(SigningKey.kid)))
        used = set(session.scalars(select(IssuanceBatch.kid)))
    assert kids == used == {an_issuer(1).signer.kid, an_issuer(2).signer.kid}


def test_a_hundred_people_complete_the_same_serial_number_and_one_gets_it(database: Database) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), sold.serial_numbers(2))
    people = [new_id("acc") for _ in range(100)]
    drafts = [
        draft(database, sold.serial_numbers(2)[:: 1 if n % 2 else -1], one) for n, one in enumerate(people)
    ]

    def attempt(place: int) -> str:
        try:
            complete(database, drafts[place], people[place])
        except SerialNumberAlreadyRegistered as told:
            return ",".join(sorted(error.code for error in told.errors))
        return "accepted"

    with ThreadPoolExecutor(12) as pool:
        answers = list(pool.map(attempt, range(100)))

    assert answers.count("accepted") == 1
    assert set(answers) == {"accepted", "already_registered,already_registered"}
    winner = drafts[answers.index("accepted")]
    with database.reading() as session:
        assert set(session.scalars(select(Entitlement.reserved_by))) == {winner}
        assert session.scalar(select(func.count()).select_from(IssuanceBatch)) == 1


def test_losing_the_race_for_one_serial_number_takes_none_of_the_others(database: Database) -> None:
    with database.transaction() as session:
        sold.sell(session, sold.a_product(), sold.serial_numbers(3))
    mine, theirs = draft(database, sold.serial_numbers(3)), draft(database, ["A0000000002"], new_id("acc"))
    with database.reading() as session:
        other = session.get_one(Registration, theirs).account_id
    complete(database, theirs, other)
    with pytest.raises(SerialNumberAlreadyRegistered):
        complete(database, mine)
    with database.reading() as session:
        assert session.get_one(Registration, mine).status == "draft"
        free = session.scalars(select(Entitlement.serial_number).where(Entitlement.state == "available"))
        assert sorted(free) == ["A0000000001", "A0000000003"]


def jobs_waiting(database: Database) -> int:
    with database.reading() as session:
        query = select(func.count()).where(outbox.c.name == ISSUE_BATCH.name, outbox.c.published_at.is_(None))
        return session.scalar(query) or 0


def lose_jobs(database: Database) -> None:
    """The relay handed every job over, and the broker lost them."""
    with database.transaction() as session:
        session.execute(update(outbox).values(published_at=NOW))


def sweep(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        requeue_overdue(session, now)


def test_a_batch_whose_job_was_lost_is_queued_again(database: Database) -> None:
    registration_id = accepted(database, 1)
    lose_jobs(database)
    sweep(database, NOW + timedelta(seconds=29))
    assert jobs_waiting(database) == 0, "its job is surely under way"
    sweep(database, NOW + timedelta(seconds=31))
    assert jobs_waiting(database) == 1
    issue_everything(database)
    sweep(database, NOW + timedelta(days=1))
    assert jobs_waiting(database) == 1, "what is issued is left alone"
    assert_issued_once(database, registration_id, 1)


def test_a_batch_whose_job_waits_for_the_relay_is_not_queued_again(database: Database) -> None:
    accepted(database, 1)
    sweep(database, NOW + timedelta(hours=1))
    assert jobs_waiting(database) == 1


def test_patience_with_a_batch_doubles_each_time_that_it_was_queued(database: Database) -> None:
    accepted(database, 1)
    lose_jobs(database)
    first = NOW + timedelta(seconds=31)
    sweep(database, first)
    lose_jobs(database)
    sweep(database, first + timedelta(seconds=59))
    assert jobs_waiting(database) == 0
    sweep(database, first + timedelta(seconds=61))
    assert jobs_waiting(database) == 1
