"""Any order of completing, crashing, doubled and lost jobs: one key an entitlement, and none lost."""

from contextlib import suppress
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select, text, update

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.licensing.issuance.service import Step, issue_batch, requeue_overdue
from keydesk.services.licensing.models import IssuanceBatch
from keydesk.services.licensing.registrations import completion, service
from keydesk.services.licensing.registrations.problems import SerialNumberAlreadyRegistered
from tests.databases import TestDatabases
from tests.factories import licensing as sold
from tests.factories.issuance import NOW, an_issuer, issue_everything

SERIALS = sold.serial_numbers(6)
PEOPLE = [new_id("acc") for _ in range(3)]


class Crash(Exception):
    """The worker died."""


class Issuing(RuleBasedStateMachine):
    """Three people, six serial numbers, batches of two, and a worker that dies wherever it likes."""

    drafts = Bundle("drafts")
    batches = Bundle("batches")
    database: Database
    databases: TestDatabases

    def __init__(self) -> None:
        super().__init__()
        self.clock = NOW
        self.accepted: dict[str, set[str]] = {}
        self._emptied = self.databases.empty("licensing")
        self.database = self._emptied.__enter__()

    def teardown(self) -> None:
        """Whatever happened, the sweep and a worker that lives finish every accepted registration."""
        try:
            self.sweep(hours=1)
            issue_everything(self.database)
            self.nothing_is_issued_twice_or_lost()
            self.everything_accepted_is_complete()
        finally:
            self._emptied.__exit__(None, None, None)

    @initialize()
    def sell(self) -> None:
        with self.database.transaction() as session:
            sold.sell(session, sold.a_product(), SERIALS)

    @rule(
        target=drafts,
        person=st.sampled_from(PEOPLE),
        serials=st.lists(st.sampled_from(SERIALS), min_size=1, max_size=5, unique=True),
    )
    def enter(self, person: str, serials: list[str]) -> tuple[str, str, tuple[str, ...]]:
        with self.database.transaction() as session:
            return service.start(session, person, serials, self.clock).id, person, tuple(serials)

    @rule(target=batches, draft=drafts)
    def complete(self, draft: tuple[str, str, tuple[str, ...]]) -> object:
        registration_id, person, serials = draft
        taken = set().union(*(held for other, held in self.accepted.items() if other != registration_id))
        try:
            with self.database.transaction() as session:
                completion.complete(session, person, registration_id, self.clock)
        except SerialNumberAlreadyRegistered:
            assert taken & set(serials)
            return multiple()
        assert not taken & set(serials)
        self.accepted[registration_id] = set(serials)
        with self.database.reading() as session:
            mine = IssuanceBatch.registration_id == registration_id
            return multiple(*session.scalars(select(IssuanceBatch.id).where(mine)))

    @rule(batch=batches, step=st.sampled_from(Step))
    def crash(self, batch: str, step: Step) -> None:
        def die(reached: Step) -> None:
            if reached is step:
                raise Crash

        with suppress(Crash):
            issue_batch(self.database, an_issuer(), batch, lambda: self.clock, die)

    @rule(batch=batches)
    def issue(self, batch: str) -> None:
        issue_batch(self.database, an_issuer(), batch, lambda: self.clock)

    @rule(batch=consumes(batches))
    def lose_job(self, batch: str) -> None:
        """Nobody does it any more, but for the sweep."""
        with self.database.transaction() as session:
            session.execute(update(outbox).where(outbox.c.subject == batch).values(published_at=self.clock))

    @rule(hours=st.sampled_from([0, 1]))
    def sweep(self, hours: int) -> None:
        self.clock += timedelta(hours=hours)
        with self.database.transaction() as session:
            requeue_overdue(session, self.clock)

    @invariant()
    def nothing_is_issued_twice_or_lost(self) -> None:
        with self.database.reading() as session:
            wrong = session.execute(
                text(
                    "SELECT e.serial_number FROM entitlements e"
                    " LEFT JOIN licenses l ON l.entitlement_id = e.id AND l.registration_id = e.reserved_by"
                    " LEFT JOIN outbox o ON o.subject = l.id"
                    " GROUP BY e.id HAVING count(l.id) <> (e.state = 'registered')::int"
                    " OR count(l.file_content) <> count(l.id) OR count(o.id) <> count(l.id)"
                    " UNION ALL SELECT r.id FROM registrations r"
                    " WHERE r.done <> (SELECT count(*) FROM licenses WHERE registration_id = r.id)"
                    " UNION ALL SELECT b.id FROM issuance_batches b WHERE b.size <>"
                    "   (SELECT count(*) FROM registration_items WHERE batch_id = b.id)"
                )
            ).all()
            assert wrong == []
            reserved = session.execute(
                text("SELECT reserved_by, serial_number FROM entitlements WHERE reserved_by IS NOT NULL")
            ).all()
        assert {(id, serial) for id, held in self.accepted.items() for serial in held} == set(
            map(tuple, reserved)
        )

    def everything_accepted_is_complete(self) -> None:
        with self.database.reading() as session:
            completed = session.scalars(text("SELECT id FROM registrations WHERE status = 'completed'")).all()
            told = session.scalars(
                text("SELECT subject FROM outbox WHERE name = 'licensing.registration.completed.v1'")
            ).all()
        assert sorted(completed) == sorted(told) == sorted(self.accepted)


@pytest.mark.feature("G11")
def test_whatever_happens_every_accepted_entitlement_gets_one_key(
    databases: TestDatabases, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completion, "BATCH_SIZE", 2)
    Issuing.databases = databases
    run_state_machine_as_test(
        Issuing,
        settings=settings(
            max_examples=15,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
