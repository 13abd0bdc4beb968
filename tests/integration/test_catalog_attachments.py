"""Files on requests, over the catalog's real door: attached, scanned, given back, and never lost halfway."""

import os
import stat
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import WorkContext
from keydesk.services.catalog.attachments import jobs, repository
from keydesk.services.catalog.attachments.jobs import remove_orphans, requeue_scans, scan_attachment
from keydesk.services.catalog.attachments.kinds import MOST_BYTES
from keydesk.services.catalog.attachments.scanning import ScannerFailed
from keydesk.services.catalog.attachments.store import FolderStore
from keydesk.services.catalog.attachments.work import SCAN_ATTACHMENT, ScanAttachment
from keydesk.services.catalog.models import Attachment
from keydesk.services.catalog.requests.schemas import NewRequest
from keydesk.services.catalog.settings import CatalogSettings
from tests.conftest import ClientOf, SettingsOf, work_context
from tests.databases import TestDatabases
from tests.factories.attachments import JPEG, LICENSE_FILE, PDF, PNG, TEXT, WORKBOOK, ZIP
from tests.factories.requests import a_transfer, made, owned, somebody
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("G24")

ANNA = new_id("acc")
CARLA = new_id("acc")
DORA = new_id("acc")
SAM = new_id("acc")

Ask = Callable[..., Any]


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla")
            somebody(session, DORA, "dora")
            somebody(session, SAM, "sam", roles=["support"])
        yield database


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "attachments"


@pytest.fixture
def scanner(tmp_path: Path) -> Path:
    """A scanner that knows one virus, and breaks down over another."""
    program = tmp_path / "scan"
    program.write_text('#!/bin/sh\ngrep -q EVIL "$2" && exit 1\ngrep -q BREAK "$2" && exit 2\nexit 0\n')
    program.chmod(0o700)
    return program


class Installation:
    """A door and a worker of the catalog, with the same settings."""

    def __init__(self, settings: Any, client: TestClient, database: Database, ring: KeyRing) -> None:
        self.work: WorkContext = work_context(settings, database)
        self._client = client
        self._ring = ring

    def ask(
        self,
        method: str,
        path: str,
        *,
        as_: str = ANNA,
        role: str = "",
        caller: dict[str, Any] | None = None,
        key: str = "",
        **sent: Any,
    ) -> Any:
        who = a_caller(as_, **{"roles": (role,) if role else (), **(caller or {})})
        headers = self._ring.headers(who, "catalog") | ({"Idempotency-Key": key} if key else {})
        base = "/api/v1/support/requests" if role else "/api/v1/requests"
        return self._client.request(method, f"{base}{path}", headers=headers, **sent)

    def attach(self, request_id: str, name: str = "quote.pdf", content: bytes = PDF, **more: Any) -> Any:
        path = f"/{request_id}/attachments"
        return self.ask("POST", path, params={"file_name": name}, content=content, **more)

    def get(self, request_id: str, attachment_id: str, **more: Any) -> Any:
        return self.ask("GET", f"/{request_id}/attachments/{attachment_id}", **more)

    def attached(self, request_id: str, **more: Any) -> str:
        answer = self.attach(request_id, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def scan(self, attachment_id: str) -> None:
        scan_attachment(self.work, ScanAttachment(attachment_id=attachment_id))


Install = Callable[..., Installation]


@pytest.fixture
def install(
    database: Database, settings_of: SettingsOf, client_of: ClientOf, ring: KeyRing, folder: Path
) -> Install:
    def make(**settings: Any) -> Installation:
        given = settings_of("catalog", **{"attachments_dir": folder, **settings})
        return Installation(given, client_of(given), database, ring)

    return make


@pytest.fixture
def plain(install: Install) -> Installation:
    """Without a scanner."""
    return install()


@pytest.fixture
def scanning(install: Install, scanner: Path) -> Installation:
    return install(scan_command=f"{scanner} --quiet")


@pytest.fixture
def question(database: Database) -> str:
    return made(database, ANNA, NewRequest(kind="general", title="A question", description="Which?"))


@pytest.fixture
def transfer(database: Database) -> str:
    with database.transaction() as session:
        licenses = owned(session, ANNA, 1)
    return made(database, ANNA, a_transfer(licenses))


def scans(database: Database) -> dict[str, str]:
    with database.reading() as session:
        return dict(iter(session.execute(select(Attachment.id, Attachment.scan))))


def queued(database: Database) -> list[str]:
    with database.reading() as session:
        jobs = select(outbox.c.subject).where(outbox.c.name == SCAN_ATTACHMENT.name)
        return list(session.scalars(jobs.order_by(outbox.c.position)))


def age(path: Path, days: float) -> None:
    moment = time.time() - days * 86400
    os.utime(path, (moment, moment))


def test_a_file_is_attached_listed_and_downloaded(plain: Installation, question: str) -> None:
    answer = plain.attach(question, "quote 7.pdf", PDF)
    assert answer.status_code == 201, answer.text
    shown = answer.json()
    assert (shown["file_name"], shown["size"], shown["media_type"]) == (
        "quote 7.pdf",
        len(PDF),
        "application/pdf",
    )
    assert (shown["mine"], shown["from_support"], shown["scan"]) == (True, False, "pending")
    (listed,) = plain.ask("GET", f"/{question}").json()["attachments"]
    assert (listed["id"], listed["by_name"]) == (shown["id"], "Anna Berg")
    file = plain.get(question, shown["id"])
    assert file.content == PDF
    assert file.headers["content-type"] == "application/pdf"
    assert file.headers["content-disposition"] == 'attachment; filename="quote 7.pdf"'
    assert file.headers["x-content-type-options"] == "nosniff"
    assert file.headers["content-security-policy"] == "default-src 'none'; sandbox"
    assert file.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "content", "media_type"),
    [
        ("a.png", PNG, "image/png"),
        ("a.jpg", JPEG, "image/jpeg"),
        ("a.JPEG", JPEG, "image/jpeg"),
        ("a.txt", TEXT, "text/plain; charset=utf-8"),
        ("a.csv", TEXT, "text/csv; charset=utf-8"),
        ("a.xlsx", WORKBOOK, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ("a.slf", LICENSE_FILE, "application/octet-stream"),
        ("a.zip", ZIP, "application/zip"),
    ],
)
def test_each_kind_of_file_comes_back_as_what_it_is(
    plain: Installation, question: str, name: str, content: bytes, media_type: str
) -> None:
    file = plain.get(question, plain.attached(question, name=name, content=content))
    assert (file.content, file.headers["content-type"]) == (content, media_type)


@pytest.mark.parametrize(
    ("name", "content", "pointer", "code"),
    [
        ("a.exe", b"MZ", "/file_name", "kind_unknown"),
        ("a.html", b"<p>", "/file_name", "kind_unknown"),
        ("a.svg", b"<svg>", "/file_name", "kind_unknown"),
        ("pdf", PDF, "/file_name", "kind_unknown"),
        (".pdf", PDF, "/file_name", "kind_unknown"),
        ("a.pdf.exe", PDF, "/file_name", "kind_unknown"),
        ("///", PDF, "/file_name", "missing"),
        ("", PDF, "/file_name", "string_too_short"),
        ("a" * 256, PDF, "/file_name", "string_too_long"),
        ("a.pdf", b"", "/file", "empty"),
        ("a.pdf", b"MZ\x90\x00", "/file", "not_what_it_says"),
        ("a.pdf", PNG, "/file", "not_what_it_says"),
        ("a.png", PDF, "/file", "not_what_it_says"),
        ("a.jpg", PNG, "/file", "not_what_it_says"),
        ("a.txt", PDF, "/file", "not_what_it_says"),
        ("a.csv", b"a,b\x00", "/file", "not_what_it_says"),
        ("a.xlsx", ZIP, "/file", "not_what_it_says"),
        ("a.zip", b"PK\x03\x04 and no more", "/file", "not_what_it_says"),
        ("a.slf", TEXT, "/file", "not_what_it_says"),
    ],
)
def test_what_is_not_taken_is_told_and_leaves_nothing(
    plain: Installation, question: str, folder: Path, *, name: str, content: bytes, pointer: str, code: str
) -> None:
    answer = plain.attach(question, name, content)
    assert answer.status_code == 422, answer.text
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == [(pointer, code)]
    assert plain.ask("GET", f"/{question}").json()["attachments"] == []
    assert not folder.exists() or list(folder.iterdir()) == []


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\anna\\quote.txt", "quote.txt"),
        ('a"b;\r\nSet-Cookie: x.txt', "a_b;Set-Cookie_ x.txt"),
        ("cod\u202etxt.exe.txt", "codtxt.exe.txt"),
        ("  ..hidden.txt  ", "hidden.txt"),
        ("CON.txt", "_CON.txt"),
        ("x" * 200 + ".txt", "x" * 146 + ".txt"),
    ],
)
def test_names_are_made_harmless(plain: Installation, question: str, said: str, kept: str) -> None:
    assert plain.attach(question, said, TEXT).json()["file_name"] == kept


def test_a_name_of_any_language_comes_back(plain: Installation, question: str) -> None:
    file = plain.get(question, plain.attached(question, name="見積書 é.txt", content=TEXT))
    assert (
        file.headers["content-disposition"]
        == "attachment; filename=\"___ _.txt\"; filename*=UTF-8''%E8%A6%8B%E7%A9%8D%E6%9B%B8%20%C3%A9.txt"
    )


def test_a_file_can_have_ten_mebibytes_and_no_more(plain: Installation, question: str) -> None:
    most = PDF + b"x" * (MOST_BYTES - len(PDF))
    assert plain.attach(question, content=most).status_code == 201
    answer = plain.attach(question, content=most + b"x")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


def test_a_request_has_ten_files_and_no_more_even_at_once(plain: Installation, question: str) -> None:
    for _ in range(8):
        plain.attached(question)
    with ThreadPoolExecutor(4) as threads:
        answers = list(threads.map(lambda _: plain.attach(question), range(4)))
    assert sorted(answer.status_code for answer in answers) == [201, 201, 409, 409]
    refused = next(answer for answer in answers if answer.status_code == 409)
    assert refused.json()["code"] == "too_many_attachments"
    assert len(plain.ask("GET", f"/{question}").json()["attachments"]) == 10


def test_a_file_sent_again_with_its_key_is_there_once(plain: Installation, question: str) -> None:
    first = plain.attach(question, key="k1")
    again = plain.attach(question, key="k1")
    assert again.json() == first.json()
    assert plain.attach(question, key="k1", content=PDF + b"!").json()["code"] == "idempotency_key_reused"
    assert len(plain.ask("GET", f"/{question}").json()["attachments"]) == 1


def test_the_other_side_and_support_attach_files_and_get_all_of_them(
    plain: Installation, transfer: str
) -> None:
    ids = [
        plain.attached(transfer),
        plain.attached(transfer, as_=CARLA),
        plain.attached(transfer, as_=SAM, role="support"),
    ]
    everybody: list[dict[str, Any]] = [{"as_": ANNA}, {"as_": CARLA}, {"as_": SAM, "role": "support"}]
    for who in everybody:
        shown = plain.ask("GET", f"/{transfer}", **who).json()["attachments"]
        assert [each["id"] for each in shown] == ids
        assert [each["by_name"] for each in shown] == ["Anna Berg", "Carla Berg", "Sam Berg"]
        assert [each["from_support"] for each in shown] == [False, False, True]
        assert [plain.get(transfer, id, **who).status_code for id in ids] == [200, 200, 200]


def test_a_request_of_others_has_no_files_for_anybody_else(
    plain: Installation, question: str, transfer: str
) -> None:
    attachment_id = plain.attached(question)
    assert plain.attach(question, as_=DORA).status_code == 404
    assert plain.get(question, attachment_id, as_=DORA).status_code == 404
    assert plain.get(transfer, attachment_id).status_code == 404
    assert plain.get(question, new_id("att")).status_code == 404
    assert plain.attach(new_id("req")).status_code == 404
    assert plain.attach(new_id("req"), as_=SAM, role="support").status_code == 404
    assert plain.get(transfer, attachment_id, as_=SAM, role="support").status_code == 404


def test_support_does_not_attach_to_its_own_request_as_support(
    plain: Installation, database: Database
) -> None:
    own = made(database, SAM, NewRequest(kind="general", title="T", description="Mine"))
    answer = plain.attach(own, as_=SAM, role="support")
    assert (answer.status_code, answer.json()["code"]) == (403, "own_request")


@pytest.mark.parametrize(
    ("caller", "code"),
    [
        ({"scopes": ("licenses:read",)}, "scope_missing"),
        ({"verified": False}, "email_not_verified"),
        ({"agreed": False}, "agreement_due"),
    ],
)
def test_attaching_needs_what_writing_needs(
    plain: Installation, question: str, caller: dict[str, Any], code: str
) -> None:
    answer = plain.attach(question, caller=caller)
    assert (answer.status_code, answer.json()["code"]) == (403, code)


def test_customers_are_not_admitted_to_the_files_of_the_desk(plain: Installation, question: str) -> None:
    attachment_id = plain.attached(question)
    assert plain.attach(question, role="operator").status_code == 403
    assert plain.get(question, attachment_id, role="operator").status_code == 403


def test_without_a_folder_nothing_is_attached(install: Install, question: str) -> None:
    answer = install(attachments_dir=None).attach(question)
    assert (answer.status_code, answer.json()["code"]) == (503, "attachments_off")


def test_only_the_rooms_own_user_reads_the_folder(plain: Installation, question: str, folder: Path) -> None:
    attachment_id = plain.attached(question)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / attachment_id).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [attachment_id]


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


def test_a_scanner_that_is_not_there_lets_nothing_through(install: Install, question: str) -> None:
    installation = install(scan_command="/nowhere/scan")
    with pytest.raises(ScannerFailed, match="FileNotFoundError"):
        installation.scan(installation.attached(question))


def test_a_scanner_is_not_waited_for_for_ever(install: Install, question: str, tmp_path: Path) -> None:
    slow = tmp_path / "slow"
    slow.write_text("#!/bin/sh\nexec sleep 60\n")
    slow.chmod(0o700)
    installation = install(scan_command=str(slow), scan_timeout=1)
    with pytest.raises(ScannerFailed, match="TimeoutExpired"):
        installation.scan(installation.attached(question))


def test_files_from_before_there_was_a_scanner_are_scanned_when_there_is_one(
    install: Install, scanner: Path, question: str, database: Database
) -> None:
    before = install()
    attachment_id = before.attached(question)
    before.scan(attachment_id)
    now = datetime.now(UTC)
    after = install(scan_command=f"{scanner} -q")
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


def test_without_a_folder_the_sweeps_have_nothing_to_do(install: Install) -> None:
    installation = install(attachments_dir=None)
    for sweep in jobs.SWEEPS:
        sweep.run(installation.work)


def test_a_scan_command_that_cannot_be_read_stops_the_start() -> None:
    with pytest.raises(ValueError, match="No closing quotation"):
        CatalogSettings(room="catalog", scan_command='clamdscan "')
