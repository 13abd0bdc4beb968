"""Files on requests, over the catalog's real door: attached, listed, given back, and to whom."""

import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.attachments.kinds import MOST_BYTES
from keydesk.services.catalog.requests.schemas import NewRequest
from tests.databases import TestDatabases
from tests.factories.attachments import JPEG, LICENSE_FILE, PDF, PNG, TEXT, WORKBOOK, ZIP
from tests.factories.requests import a_transfer, made, owned, somebody
from tests.installations import ANNA, Installation, Installer, a_question

pytestmark = pytest.mark.feature("G24")

CARLA = new_id("acc")
DORA = new_id("acc")
SAM = new_id("acc")


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
def transfer(database: Database) -> str:
    with database.transaction() as session:
        licenses = owned(session, ANNA, 1)
    return made(database, ANNA, a_transfer(licenses))


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


@pytest.mark.feature("C4")
def test_a_file_is_not_for_whoever_views_the_portal_as_its_owner(plain: Installation, question: str) -> None:
    file = plain.attached(question, name="a.slf", content=LICENSE_FILE)

    refused = plain.get(question, file, caller={"roles": (), "viewed_by": SAM, "view_ends": 1})

    assert (refused.status_code, refused.json()["code"]) == (403, "in_person_only")


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


def test_without_a_folder_nothing_is_attached(install_catalog: Installer, question: str) -> None:
    answer = install_catalog(attachments_dir=None).attach(question)
    assert (answer.status_code, answer.json()["code"]) == (503, "attachments_off")


def test_only_the_rooms_own_user_reads_the_folder(plain: Installation, question: str, folder: Path) -> None:
    attachment_id = plain.attached(question)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / attachment_id).stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == [attachment_id]
