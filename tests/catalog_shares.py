"""Anna, who shares licenses with Bruno; Carla has nothing to do with it. What tests of shares need."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import select

from keydesk.chassis.database import Database
from keydesk.chassis.ids import new_id
from keydesk.chassis.messaging.tables import outbox
from keydesk.services.catalog.licenses.service import take_in_people
from tests.catalog_door import Ask
from tests.databases import TestDatabases
from tests.factories.catalog import an_account_changed, licenses_of

ANNA, BRUNO, CARLA = new_id("acc"), new_id("acc"), new_id("acc")
LOGIN_ID = "Bruno@Fjord.example"


@contextmanager
def opened(databases: TestDatabases) -> Iterator[Database]:
    """A catalog that knows the three of them."""
    with databases.empty("catalog") as database:
        with database.transaction() as session:
            take_in_people(
                session,
                [
                    an_account_changed(ANNA),
                    an_account_changed(
                        BRUNO, login_id=LOGIN_ID, first_name="Bruno", last_name="Berg", company_name="Fjord"
                    ),
                    an_account_changed(
                        CARLA, login_id="carla", first_name="Carla", last_name="Cole", company_name="Cliff"
                    ),
                ],
            )
        yield database


def three_licenses(database: Database) -> list[str]:
    """Anna's: two with C-1, one with C-2."""
    with database.transaction() as session:
        facts = licenses_of(
            session,
            ANNA,
            {"serial_number": "A0000000001", "customer_number": "C-1"},
            {"serial_number": "A0000000002", "customer_number": "C-1"},
            {"serial_number": "A0000000003", "customer_number": "C-2", "customer_name": "Harbour"},
        )
    return [fact.license_id for fact in facts]


def a_share(**fields: Any) -> dict[str, Any]:
    """The body of a new share: what has C-1, for viewing, with Bruno."""
    return {"login_id": LOGIN_ID, "customer_numbers": ["C-1"], "level": "view", **fields}


def shared(ask: Ask, *, as_: str = ANNA, **fields: Any) -> dict[str, Any]:
    """A share that was made."""
    answer = ask("POST", "/shares", as_=as_, json=a_share(**fields))
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def facts_told(database: Database) -> list[tuple[str, dict[str, Any]]]:
    """What the catalog told, by name."""
    with database.reading() as session:
        rows = session.execute(select(outbox).where(outbox.c.kind == "fact")).all()
    return [(row.name, json.loads(row.body)) for row in rows if row.name.startswith("catalog.")]


def seen(ask: Ask, as_: str) -> dict[str, str]:
    """Which licenses somebody sees, and how far."""
    answer = ask("GET", "/catalog/licenses", as_=as_)
    return {item["serial_number"]: item["access"] for item in answer.json()["items"]}


def pointers(answer: Any) -> dict[str, str]:
    """What a refusal finds wrong, by place."""
    assert answer.status_code == 422, answer.text
    return {error["pointer"]: error["code"] for error in answer.json()["errors"]}
