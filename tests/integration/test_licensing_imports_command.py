"""``keydesk import`` against licensing's real application, with a door in front that knows one operator."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import orjson
import pytest
from sqlalchemy import select
from starlette.testclient import TestClient
from typer.testing import CliRunner, Result

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.cli import imports
from keydesk.services.licensing.models import Import, Product
from tests.conftest import ClientOf, SettingsOf
from tests.databases import TestDatabases
from tests.factories import imports as files
from tests.identities import KeyRing, a_caller

pytestmark = pytest.mark.feature("C5")

TOKEN, PASSWORD, COOKIE = "kd_test", "a long password", "keydesk_session=s1"


class Door(HTTPServer):
    """Stands where the gateway stands: checks who calls, and passes the rest on to licensing."""

    def __init__(self, licensing: TestClient, database: Database, identity: dict[str, str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.licensing = licensing
        self.database = database
        self.identity = identity
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.sessions = 0
        self.stumbles = 0
        """How many of the next requests to answer with 503 though they were carried out."""


class _Handler(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        """Log in, or pass on."""
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        if self.path != "/api/v1/sessions":
            self._pass_on("POST", body)
        elif orjson.loads(body) == {"login_id": "operator", "password": PASSWORD}:
            self.server.sessions += 1
            self._answer(201, b"{}", cookie=COOKIE)
        else:
            self._answer(401, orjson.dumps({"detail": "Login ID or password is wrong."}))

    def do_DELETE(self) -> None:
        """Log out."""
        self.server.sessions -= 1
        self._answer(204, b"")

    def do_GET(self) -> None:
        """Pass on, once the queue is worked off."""
        files.read_all(self.server.database)
        self._pass_on("GET", b"")

    def _pass_on(self, method: str, body: bytes) -> None:
        in_session = COOKIE in self.headers.get("cookie", "")
        own_page = method == "GET" or self.headers.get("origin") == self.server.url
        known = self.headers.get("authorization") == f"Bearer {TOKEN}" or (in_session and own_page)
        if not known:
            self._answer(401, orjson.dumps({"detail": "Please log in."}))
            return
        passed = ("content-type", "content-disposition", "idempotency-key", "accept-language")
        headers = {name: self.headers[name] for name in passed if name in self.headers}
        answer: Any = self.server.licensing.request(
            method, self.path, content=body, headers=headers | self.server.identity
        )
        if self.server.stumbles:
            self.server.stumbles -= 1
            self._answer(503, b"")
        else:
            self._answer(answer.status_code, answer.content)

    def _answer(self, status: int, body: bytes, *, cookie: str | None = None) -> None:
        self.send_response(status)
        self.send_header("content-length", str(len(body)))
        if cookie:
            self.send_header("set-cookie", f"{cookie}; Path=/; HttpOnly")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture
def database(databases: TestDatabases) -> Iterator[Database]:
    with databases.empty("licensing") as database:
        yield database


@pytest.fixture
def door(ring: KeyRing, database: Database, settings_of: SettingsOf, client_of: ClientOf) -> Iterator[Door]:
    identity = ring.headers(a_caller(new_id("acc"), roles=("operator",)), "licensing")
    with Door(client_of(settings_of("licensing")), database, identity) as door:
        serving = threading.Thread(target=door.serve_forever, kwargs={"poll_interval": 0.01})
        serving.start()
        yield door
        door.shutdown()
        serving.join()


def run(door: Door, file: Path, *arguments: str) -> Result:
    environment = {"KEYDESK_PASSWORD": PASSWORD, "COLUMNS": "200"}
    command = ["products", str(file), "--url", door.url, *arguments]
    return CliRunner().invoke(imports.app, command, env=environment)


def a_file(folder: Path, content: bytes) -> Path:
    file = folder / "products.csv"
    file.write_bytes(content)
    return file


@pytest.mark.parametrize("who", [("--token", TOKEN), ("--login", "operator")])
def test_a_clean_file_ends_with_success(
    door: Door, tmp_path: Path, database: Database, who: tuple[str, str]
) -> None:
    done = run(door, a_file(tmp_path, files.products()), *who)
    assert (done.exit_code, done.output.strip().splitlines()[-1]) == (
        0,
        "1 created, 0 updated, 0 unchanged, 0 failed",
    )
    with database.reading() as session:
        assert session.get(Product, "KD-100") is not None


def test_nobody_stays_logged_in(door: Door, tmp_path: Path) -> None:
    run(door, a_file(tmp_path, files.products()), "--login", "operator")
    assert door.sessions == 0


def test_failed_lines_are_listed_and_end_with_failure(door: Door, tmp_path: Path) -> None:
    done = run(
        door, a_file(tmp_path, files.products({}, {"sku": "KD-2", "has_file": "maybe"})), "--token", TOKEN
    )
    assert done.exit_code == 1
    assert "“maybe” has to be yes or no." in done.output
    assert "1 created, 0 updated, 0 unchanged, 1 failed" in done.output


def test_a_dry_run_changes_nothing(door: Door, tmp_path: Path, database: Database) -> None:
    done = run(door, a_file(tmp_path, files.products()), "--token", TOKEN, "--dry-run")
    assert done.exit_code == 0
    assert "nothing was changed" in done.output
    with database.reading() as session:
        assert session.get(Product, "KD-100") is None


@pytest.mark.parametrize(
    ("content", "who", "said"),
    [
        (b"", ("--token", TOKEN), "The file is empty."),
        (b"sku\nK\n", ("--token", TOKEN), "The column “name” is missing."),
        (files.products(), ("--login", "somebody"), "Login ID or password is wrong."),
        (files.products(), ("--token", "kd_other"), "Please log in."),
        (files.products(), (), "Say who you are"),
    ],
)
def test_what_cannot_be_sent_says_why(
    door: Door, tmp_path: Path, content: bytes, who: tuple[str, ...], said: str
) -> None:
    done = run(door, a_file(tmp_path, content), *who)
    assert done.exit_code == 2
    assert said in done.output


def test_a_file_is_taken_once_though_its_answer_got_lost(
    door: Door, tmp_path: Path, database: Database
) -> None:
    door.stumbles = 1
    assert run(door, a_file(tmp_path, files.products()), "--token", TOKEN).exit_code == 0
    with database.reading() as session:
        assert len(session.scalars(select(Import.id)).all()) == 1


def test_a_portal_that_does_not_answer_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("keydesk.cli.import_api.PATIENCE_SECONDS", 0)
    command = ["products", str(a_file(tmp_path, b"x")), "--url", "http://127.0.0.1:9", "--token", TOKEN]
    done = CliRunner().invoke(imports.app, command, env={"COLUMNS": "200"})
    assert (done.exit_code, "http://127.0.0.1:9 does not answer" in done.output) == (2, True)
