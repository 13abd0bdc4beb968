"""Files on requests, in the background: scanned, never given when infected, and never left halfway."""

import os
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.attachments import jobs, repository
from keydesk.services.catalog.attachments.jobs import remove_orphans, requeue_scans
from keydesk.services.catalog.attachments.scanning import ScannerFailed
from keydesk.services.catalog.attachments.store import FolderStore
from keydesk.services.catalog.attachments.work import SCAN_ATTACHMENT
from keydesk.services.catalog.settings import CatalogSettings
from tests.databases import TestDatabases
from tests.factories.attachments import PDF
from tests.factories.requests import somebody
from tests.installations import ANNA, Installation, Installer, a_question, scans

pytestmark = pytest.mark.feature("G24")

SAM = new_id("acc")


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, SAM, "sam", roles=["support"])
        yield database


@pytest.fixture
def folder(install_catalog: Installer) -> Path:
    return install_catalog.folder


@pytest.fixture
def plain(install_catalog: Installer) -> Installation:
    """Without a scanner."""
    return install_catalog()


@pytest.fixture
def question(database: Database) -> str:
    return a_question(database)


@pytest.fixture
def scanner(tmp_path: Path) -> Path:
    """A scanner that knows one virus, and breaks down over another."""
    program = tmp_path / "scan"
    program.write_text('#!/bin/sh\ngrep -q EVIL "$2" && exit 1\ngrep -q BREAK "$2" && exit 2\nexit 0\n')
    program.chmod(0o700)
    return program


@pytest.fixture
def scanning(install_catalog: Installer, scanner: Path) -> Installation:
    return install_catalog(scan_command=f"{scanner} --quiet")


def queued(database: Database) -> list[str]:
    with database.reading() as session:
        jobs = select(outbox.c.subject).where(outbox.c.name == SCAN_ATTACHMENT.name)
        return list(session.scalars(jobs.order_by(outbox.c.position)))


def age(path: Path, days: float) -> None:
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))


def test_without_a_scanner_a_file_is_given_and_marked_so(
    plain: Installation, question: str, database: Database
) -> None:
    attachment_id = plain.attached(question)
    assert queued(database) == [attachment_id]
    plain.scan(attachment_id)
    assert scans(database) == {attachment_id: "not_scanned"}
    assert plain.get(question, attachment_id).status_code == 200


def test_with_a_scanner_a_file_is_given_once_it_was_found_clean(
    scanning: Installation, question: str, database: Database
) -> None:
    attachment_id = scanning.attached(question)
    early = scanning.get(question, attachment_id)
    assert (early.status_code, early.json()["code"]) == (409, "attachment_not_scanned_yet")
    assert early.headers["retry-after"] == "5"
    scanning.scan(attachment_id)
    assert scans(database) == {attachment_id: "clean"}
    assert scanning.get(question, attachment_id).content == PDF


def test_an_infected_file_is_removed_and_never_given(
    scanning: Installation, question: str, database: Database, folder: Path
) -> None:
    attachment_id = scanning.attached(question, content=PDF + b"EVIL")
    scanning.scan(attachment_id)
    assert scans(database) == {attachment_id: "infected"}
    assert list(folder.iterdir()) == []
    everybody: list[dict[str, Any]] = [{}, {"as_": SAM, "role": "support"}]
    for who in everybody:
        answer = scanning.get(question, attachment_id, **who)
        assert (answer.status_code, answer.json()["code"]) == (410, "attachment_infected")
    scanning.scan(attachment_id)  # as after a crash


def test_a_scanner_that_breaks_down_lets_nothing_through(
    scanning: Installation, question: str, database: Database
) -> None:
    attachment_id = scanning.attached(question, content=PDF + b"BREAK")
    with pytest.raises(ScannerFailed, match="ended with 2"):
        scanning.scan(attachment_id)
    assert scans(database) == {attachment_id: "pending"}
    assert scanning.get(question, attachment_id).status_code == 409


def test_a_scanner_that_is_not_there_lets_nothing_through(install_catalog: Installer, question: str) -> None:
    installation = install_catalog(scan_command="/nowhere/scan")
    with pytest.raises(ScannerFailed, match="FileNotFoundError"):
        installation.scan(installation.attached(question))


def test_a_scanner_is_not_waited_for_for_ever(
    install_catalog: Installer, question: str, tmp_path: Path
) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    installation = install_catalog(scan_command=str(slow), scan_timeout=1)
    with pytest.raises(ScannerFailed, match="TimeoutExpired"):
        installation.scan(installation.attached(question))


def test_files_from_before_there_was_a_scanner_are_scanned_when_there_is_one(
    install_catalog: Installer, scanner: Path, question: str, database: Database
) -> None:
    before = install_catalog()
    attachment_id = before.attached(question)
    before.scan(attachment_id)
    now = datetime.now(UTC)
    after = install_catalog(scan_command=f"{scanner} -q")
    assert after.get(question, attachment_id).status_code == 409
    with database.transaction() as session:
        assert requeue_scans(session, now, scans=False) == 0
        assert requeue_scans(session, now, scans=True) == 1
    assert queued(database) == [attachment_id, attachment_id]
    after.scan(attachment_id)
    assert scans(database) == {attachment_id: "clean"}


def test_a_lost_scan_is_queued_again_with_growing_patience(
    plain: Installation, question: str, database: Database
) -> None:
    plain.attached(question)
    with database.transaction() as session:
        session.execute(outbox.delete())
    now = datetime.now(UTC) + timedelta(seconds=1)

    def requeued(minutes: float) -> int:
        with database.transaction() as session:
            found = requeue_scans(session, now + timedelta(minutes=minutes), scans=False)
            session.execute(outbox.delete())
        return found

    assert [requeued(minutes) for minutes in (4, 5, 14, 15.1)] == [0, 1, 0, 1]


@pytest.mark.parametrize("change", ["removed", "changed"])
def test_a_file_that_is_not_what_it_was_is_not_given(
    plain: Installation, question: str, folder: Path, change: str
) -> None:
    attachment_id = plain.attached(question)
    if change == "removed":
        (folder / attachment_id).unlink()
    else:
        (folder / attachment_id).write_bytes(PDF + b"!")
    answer = plain.get(question, attachment_id)
    assert (answer.status_code, answer.json()["code"]) == (410, "attachment_lost")


def test_a_file_that_is_gone_before_its_scan_is_said_to_be_lost(
    plain: Installation, question: str, folder: Path, database: Database
) -> None:
    attachment_id = plain.attached(question)
    (folder / attachment_id).unlink()
    plain.scan(attachment_id)
    assert scans(database) == {attachment_id: "lost"}
    assert plain.get(question, attachment_id).json()["code"] == "attachment_lost"


def test_a_crash_after_the_file_leaves_no_row_and_the_sweep_removes_it(
    plain: Installation, question: str, folder: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = plain.attached(question)

    def die(*_: object) -> None:
        raise RuntimeError("the process died here")

    with monkeypatch.context() as patched:
        patched.setattr(repository, "add", die)
        assert plain.attach(question).status_code == 500
    assert len(list(folder.iterdir())) == 2
    assert scans(database) == {kept: "pending"}
    store, now = FolderStore(folder), datetime.now(UTC)
    assert remove_orphans(database, store, now) == 0
    for path in folder.iterdir():
        age(path, 1.1)
    assert remove_orphans(database, store, now) == 1
    assert [path.name for path in folder.iterdir()] == [kept]


def test_the_sweep_removes_what_was_never_finished_and_infected_files_that_still_stand(
    scanning: Installation, question: str, folder: Path, database: Database
) -> None:
    infected = scanning.attached(question, content=PDF + b"EVIL")
    scanning.scan(infected)
    (folder / infected).write_bytes(PDF)  # as if the worker had died before removing it
    (folder / f"{new_id('att')}.part").write_bytes(b"half")
    for path in folder.iterdir():
        age(path, 2)
    for sweep in jobs.SWEEPS:
        sweep.run(scanning.work)
    assert list(folder.iterdir()) == []
    assert scans(database) == {infected: "infected"}


def test_without_a_folder_the_sweeps_have_nothing_to_do(install_catalog: Installer) -> None:
    installation = install_catalog(attachments_dir=None)
    for sweep in jobs.SWEEPS:
        sweep.run(installation.work)


def test_a_scan_command_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ValueError, match="No closing quotation"):
        CatalogSettings(room="catalog", scan_command='clamdscan "')
