"""New addresses that are asked for: over the catalog's door, verified, approved and carried out."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from starlette.testclient import TestClient

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.services.catalog.addresses import repository
from keydesk.services.catalog.addresses.repository import Keeping
from keydesk.services.catalog.addresses.rules import Parts
from keydesk.services.catalog.models.shares import ShareLevel
from keydesk.services.catalog.requests import execution, verification
from tests.databases import TestDatabases
from tests.factories.catalog import a_share_between
from tests.factories.requests import later, somebody
from tests.identities import KeyRing, a_caller

ANNA = new_id("acc")
CARLA = new_id("acc")
SAM = new_id("acc")
"""Of support."""
NOW = datetime(2026, 11, 25, 9, 0, tzinfo=UTC)
LIBERTY = {
    "address_1": "1 Liberty Place",
    "address_2": "Floor 10",
    "city": "New York",
    "state": "NY",
    "postal_code": "10006",
    "country": "US",
}
ONE_LINE = "1 Liberty Place, Floor 10, New York, NY 10006, US"

Ask = Callable[..., Any]


@contextmanager
def opened(databases: TestDatabases) -> Iterator[Database]:
    """The catalog's database with Anna and Carla, and with Sam of support."""
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            somebody(session, ANNA, "anna")
            somebody(session, CARLA, "carla")
            somebody(session, SAM, "sam", roles=["support"])
        yield database


def shared(database: Database, level: ShareLevel, **scope: Iterable[str]) -> None:
    """Let Carla see some of Anna's licenses, or all with a customer number."""
    with database.transaction() as session:
        a_share_between(session, ANNA, CARLA, level=level, created_at=NOW, **scope)


def asking(client: TestClient, ring: KeyRing) -> Ask:
    """``ask(method, path, as_=ANNA)``: sends a request to the catalog."""

    def send(method: str, path: str, *, as_: str = ANNA, key: str = "", **sent: Any) -> Any:
        caller = a_caller(as_, roles=("support",)) if as_ == SAM else a_caller(as_)
        headers = ring.headers(caller, "catalog") | ({"Idempotency-Key": key} if key else {})
        return client.request(method, f"/api/v1{path}", headers=headers, **sent)

    return send


def wanted(**fields: Any) -> dict[str, Any]:
    """The body of a request for `LIBERTY`."""
    return {**LIBERTY, "customer_number": "C-1001", "terms_accepted": True, **fields}


def made(ask: Ask, **fields: Any) -> str:
    """The id of a request that was made."""
    answer = ask("POST", "/catalog/address-requests", json=wanted(**fields))
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


def verified(ask: Ask, database: Database, **fields: Any) -> str:
    """The id of a request that waits for support."""
    request_id = made(ask, **fields)
    verification.verify(database, request_id, later())
    return request_id


def approved(ask: Ask, request_id: str, **body: Any) -> Any:
    """What support is answered that approves a request."""
    return ask("POST", f"/support/requests/{request_id}/approve", as_=SAM, json=body)


def carried_out(ask: Ask, database: Database, request_id: str, **body: Any) -> Any:
    """The request as its requester sees it once it was approved and executed."""
    assert approved(ask, request_id, **body).status_code == 200
    execution.execute(database, request_id, later())
    return ask("GET", f"/requests/{request_id}").json()


def kept(database: Database, customer_number: str, **parts: str) -> str:
    """The id of an address of a customer number that is there already: `LIBERTY`, but for ``parts``."""
    with database.transaction() as session:
        wanted = Keeping(customer_number, Parts(**{**LIBERTY, **parts}))
        return repository.keep(session, [wanted], "import", NOW)[wanted]
