"""People for tests: forms as a browser sends them, and accounts in the database."""

from datetime import UTC, datetime
from typing import Any, TypeVar
from urllib.parse import parse_qs, urlsplit

from httpx2 import Response
from sqlalchemy import select
from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.identity import Caller
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.facts import Fact
from keydesk.chassis.messaging.tables import audit, outbox
from keydesk.services.accounts.agreements.repository import add_acceptance
from keydesk.services.accounts.agreements.versions import LATEST
from keydesk.services.accounts.contract import EmailVerificationRequested, LinkKind
from keydesk.services.accounts.models import Account
from keydesk.services.accounts.passwords.hashing import hash_password
from tests.identities import KeyRing, a_caller, nobody

SomeFact = TypeVar("SomeFact", bound=Fact)

SECRETS = {
    "link_secret": "link-secret-for-tests-0123456789abcdef",
    "device_secret": "device-secret-for-tests-0123456789abc",
}
"""Settings without which accounts does not start."""
PASSWORD = "violet-harbour-1892"
NOW = datetime(2026, 5, 4, 9, 30, tzinfo=UTC)

PERSON = {
    "customer_type": "end_user",
    "first_name": "Nora",
    "last_name": "Haugen",
    "company_name": "Fjordlys Energi",
    "phone_number": "+47 22 12 34 56",
    "phone_extension": "12",
    "street_address": "Storgata 5",
    "country": "NO",
    "city": "Oslo",
    "state": "",
    "postal_code": "0155",
}


def a_form(**fields: Any) -> dict[str, Any]:
    """The sign-up form, filled in without a mistake."""
    email = fields.get("email", "nora.haugen@fjordlys.example")
    made = {
        **PERSON,
        "email": email,
        "email_repeated": email,
        "password": PASSWORD,
        "password_repeated": fields.get("password", PASSWORD),
    }
    return {**made, **fields}


def a_sign_up(**fields: Any) -> dict[str, Any]:
    """The form with the agreement accepted."""
    return {**a_form(**fields), "agreement": {"version": LATEST, "accepted": True}}


def an_account(session: Session, *, agreed: bool = True, password: str = PASSWORD, **fields: Any) -> Account:
    """An active account that accepted the agreement in force."""
    email = fields.pop("email", "nora.haugen@fjordlys.example")
    made: dict[str, Any] = {
        **PERSON,
        "id": new_id("acc"),
        "revision": 1,
        "status": "active",
        "login_id": email,
        "email": email,
        "email_verified_at": NOW,
        "password_hash": hash_password(password),
        "phone_number": "+4722123456",
        "session_epoch": 1,
        "language": "en",
        "roles": ["customer"],
        "created_at": NOW,
    }
    account = Account(**{**made, **fields})
    session.add(account)
    session.flush()
    if agreed:
        add_acceptance(session, account.id, LATEST, now=NOW, address="192.0.2.7", language="en")
    return account


class AccountsRoom:
    """The accounts room as people, the gateway and notifications see it: its application and database."""

    def __init__(self, client: TestClient, database: Database, ring: KeyRing) -> None:
        self.client = client
        self.database = database
        self._ring = ring

    def call(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        caller: Caller | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        """A request by ``caller``, by default somebody who is not logged in."""
        identity = self._ring.headers(caller or nobody(), "accounts")
        return self.client.request(
            method, f"/api/v1{path}", json=body, headers={**identity, **(headers or {})}
        )

    def call_internally(self, service: str, method: str, path: str, body: Any = None) -> Response:
        """A request by another room in its own name."""
        headers = self._ring.service_headers(service, "accounts")
        return self.client.request(method, f"/internal{path}", json=body, headers=headers)

    def log_in(self, login_id: str, password: str = PASSWORD, *, device: str | None = None) -> Response:
        """What the gateway is told when somebody logs in."""
        body = {"login_id": login_id, "password": password, "address": "192.0.2.7", "device": device}
        return self.call_internally("gateway", "POST", "/authentications", body)

    def has(self, **fields: Any) -> Caller:
        """A new active account, and its owner logged in."""
        with self.database.transaction() as session:
            account = an_account(session, **fields)
            return a_caller(account.id, roles=tuple(account.roles))

    def told(self, fact: type[SomeFact]) -> list[SomeFact]:
        """The facts of one kind that the room has told the others, oldest first."""
        with self.database.reading() as session:
            bodies = session.scalars(
                select(outbox.c.body).where(outbox.c.name == fact.TYPE).order_by(outbox.c.position)
            )
            return [fact.model_validate_json(body) for body in bodies]

    def link_token(self, kind: LinkKind, link_id: str) -> str:
        """The token that the email has, as notifications fetches it."""
        answer = self.call_internally("notifications", "GET", f"/links/{kind}/{link_id}")
        assert answer.status_code == 200, answer.text
        url: str = answer.json()["url"]
        return parse_qs(urlsplit(url).query)["token"][0]

    def newest_verification(self) -> str:
        """The token of the verification email that was asked for last."""
        return self.link_token(
            "email_verification", self.told(EmailVerificationRequested)[-1].verification_id
        )

    def audited(self) -> list[str]:
        """The actions in the audit trail, oldest first."""
        with self.database.reading() as session:
            return list(session.scalars(select(audit.c.action).order_by(audit.c.position)))
