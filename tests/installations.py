"""An installation of the catalog that keeps files on requests: its door and its worker."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.work import WorkContext
from keydesk.services.catalog.attachments.jobs import scan_attachment
from keydesk.services.catalog.attachments.work import ScanAttachment
from keydesk.services.catalog.models import Attachment
from keydesk.services.catalog.requests.schemas import NewRequest
from tests.conftest import ClientOf, SettingsOf, work_context
from tests.factories.attachments import PDF
from tests.factories.requests import made
from tests.identities import KeyRing, a_caller

ANNA = new_id("acc")
"""Who asks, unless somebody else is named."""


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
        """Call the API of requests, or of support's queue in a ``role``."""
        who = a_caller(as_, **{"roles": (role,) if role else (), **(caller or {})})
        headers = self._ring.headers(who, "catalog") | ({"Idempotency-Key": key} if key else {})
        base = "/api/v1/support/requests" if role else "/api/v1/requests"
        return self._client.request(method, f"{base}{path}", headers=headers, **sent)

    def attach(self, request_id: str, name: str = "quote.pdf", content: bytes = PDF, **more: Any) -> Any:
        """Send a file."""
        path = f"/{request_id}/attachments"
        return self.ask("POST", path, params={"file_name": name}, content=content, **more)

    def get(self, request_id: str, attachment_id: str, **more: Any) -> Any:
        """Download a file."""
        return self.ask("GET", f"/{request_id}/attachments/{attachment_id}", **more)

    def attached(self, request_id: str, **more: Any) -> str:
        """The id of a file that was taken."""
        answer = self.attach(request_id, **more)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def scan(self, attachment_id: str) -> None:
        """Do the job that scans a file."""
        scan_attachment(self.work, ScanAttachment(attachment_id=attachment_id))


class Installer:
    """Sets the catalog up in one folder, with more settings or others."""

    def __init__(
        self, settings_of: SettingsOf, client_of: ClientOf, database: Database, ring: KeyRing, folder: Path
    ) -> None:
        self._settings_of = settings_of
        self._client_of = client_of
        self._database = database
        self._ring = ring
        self.folder = folder

    def __call__(self, **settings: Any) -> Installation:
        """An installation with these settings."""
        given = self._settings_of("catalog", **{"attachments_dir": self.folder, **settings})
        return Installation(given, self._client_of(given), self._database, self._ring)


def a_question(database: Database, account_id: str = ANNA) -> str:
    """The id of a question to put files on."""
    return made(database, account_id, NewRequest(kind="general", title="A question", description="Which?"))


def scans(database: Database) -> dict[str, str]:
    """How far scanning each file is, by id."""
    with database.reading() as session:
        return dict(iter(session.execute(select(Attachment.id, Attachment.scan))))
