"""Operators look after parked messages from the command line, and every decision of theirs is audited."""

from collections.abc import Callable

import pytest
from pydantic import SecretStr
from rich.console import Console
from sqlalchemy import select, text
from typer.testing import CliRunner, Result

from keydesk.chassis import audit
from keydesk.chassis.messaging.parking import Failed, park
from keydesk.chassis.messaging.tables import audit as audit_rows
from keydesk.chassis.messaging.tables import outbox, parked_messages
from keydesk.chassis.messaging.work import WorkContext
from keydesk.chassis.settings import RoomSettings
from keydesk.cli import parked
from tests.depot import ROOM
from tests.factories.chassis import DELIVER

Command = Callable[..., Result]

A_JOB = Failed(
    kind="job",
    name=DELIVER.name,
    queue=DELIVER.queue,
    message_id="job-1",
    body='{"number":13}',
    context={"request_id": "r-1"},
    reason="ValueError: nobody opens the door",
    subject="parcel",
)


@pytest.fixture
def keydesk_parked(depot_url: str, monkeypatch: pytest.MonkeyPatch) -> Command:
    """``keydesk parked …`` in a house whose only room is the depot."""
    settings = RoomSettings(room="depot", database_url=SecretStr(depot_url))
    monkeypatch.setattr(parked, "SERVICE_NAMES", ("depot",))
    monkeypatch.setattr(parked, "prepare", lambda _name: (ROOM, settings))
    monkeypatch.setattr(parked, "console", Console(width=200))

    def call(*arguments: str) -> Result:
        return CliRunner().invoke(parked.app, arguments)

    return call


@pytest.fixture
def parked_id(depot: WorkContext) -> str:
    """A job that lies parked."""
    with depot.transaction() as session:
        return park(session, "depot", A_JOB)


def test_what_is_parked_is_listed_and_shown(keydesk_parked: Command, parked_id: str) -> None:
    listed, shown = keydesk_parked("list").stdout, keydesk_parked("show", parked_id).stdout
    for told in (parked_id, DELIVER.name, DELIVER.queue, "nobody opens the door"):
        assert told in listed
        assert told in shown
    assert '{"number":13}' in shown


def test_a_replayed_message_is_in_the_outbox_again_and_in_the_audit_trail(
    keydesk_parked: Command, depot: WorkContext, parked_id: str
) -> None:
    assert keydesk_parked("replay", parked_id).exit_code == 0

    with depot.transaction() as session:
        again = session.execute(select(outbox)).one()
        aside = session.execute(select(parked_messages)).one()
        told = session.execute(select(audit_rows)).one()
    assert (again.id, again.kind, again.name, again.queue) == ("job-1", "job", DELIVER.name, DELIVER.queue)
    assert (again.body, again.attempt, again.published_at) == ('{"number":13}', 1, None)
    assert (aside.resolution, told.action, told.subject) == ("replayed", "message.replayed", parked_id)
    assert aside.resolved_by == told.actor
    assert told.actor.startswith("cli:")


def test_a_discarded_message_stays_to_be_seen_but_no_longer_waits(
    keydesk_parked: Command, depot: WorkContext, parked_id: str
) -> None:
    assert keydesk_parked("discard", parked_id).exit_code == 0
    assert "Nothing is parked" in keydesk_parked("list").stdout
    assert "discarded" in keydesk_parked("show", parked_id).stdout
    with depot.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 0
        assert session.scalars(select(audit_rows.c.action)).all() == ["message.discarded"]


def test_what_was_decided_is_not_decided_twice(
    keydesk_parked: Command, depot: WorkContext, parked_id: str
) -> None:
    keydesk_parked("discard", parked_id)
    second = keydesk_parked("replay", parked_id)
    assert second.exit_code == 1
    assert "discarded" in second.stdout
    with depot.transaction() as session:
        assert session.scalar(text("SELECT count(*) FROM outbox")) == 0


def test_an_id_that_nobody_knows_ends_the_command_with_a_word(keydesk_parked: Command) -> None:
    answer = keydesk_parked("show", "prk_01h455vb4pex5vsknk084sn02q")
    assert answer.exit_code == 1
    assert "Nothing parked is called" in answer.stdout


@pytest.mark.parametrize(
    ("tampering", "position"),
    [
        ('UPDATE audit SET details = \'{"to": "garden"}\' WHERE position = 2', 2),
        ("UPDATE audit SET actor = 'cli:boris' WHERE position = 3", 3),
        ("DELETE FROM audit WHERE position = 3", 4),
        ("SELECT 1", None),
    ],
)
def test_the_audit_trail_shows_where_it_was_tampered_with(
    depot: WorkContext, tampering: str, position: int | None
) -> None:
    with depot.transaction() as session:
        for number in range(4):
            audit.record(
                session,
                now=depot.now(),
                actor="cli:anna",
                action="parcel.moved",
                subject=f"parcel-{number}",
                details={"to": "shelf"},
            )
        session.execute(text(tampering))
        assert audit.broken_at(session) == position
