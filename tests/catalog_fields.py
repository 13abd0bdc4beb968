"""User-defined fields as tests define them, fill them in and ask for them."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy.orm import Session
from starlette.testclient import TestClient

from keydesk.chassis.ids import new_id
from keydesk.services.catalog.models import Field, FieldValue
from tests.factories.catalog import a_share_between
from tests.identities import KeyRing, a_caller

ANNA = new_id("acc")
BORIS = new_id("acc")
CARLA = new_id("acc")
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


@dataclass(frozen=True)
class Ask:
    """Requests to the catalog in the name of an account, Anna's unless said otherwise."""

    client: TestClient
    ring: KeyRing

    def __call__(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        as_: str = ANNA,
        if_match: str | None = None,
        key: str = "",
    ) -> Any:
        headers = self.ring.headers(a_caller(as_), "catalog")
        headers |= {"If-Match": if_match} if if_match is not None else {}
        headers |= {"Idempotency-Key": key} if key else {}
        headers |= {"Content-Type": "application/json"} if body is not None else {}
        content = None if body is None else json.dumps(body)  # escaped, so that it can carry any character
        return self.client.request(method, f"/api/v1{path}", content=content, headers=headers)


def defined(ask: Ask, name: str, **fields: Any) -> dict[str, Any]:
    answer = ask("POST", "/fields", {"name": name, **fields})
    assert answer.status_code == 201, answer.text
    return dict(answer.json())


def names(ask: Ask) -> list[tuple[int, str]]:
    return [(item["position"], item["name"]) for item in ask("GET", "/fields").json()["items"]]


def errors(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 422, answer.text
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def fill(ask: Ask, license_id: str, values: dict[str, Any], *, as_: str = ANNA, if_match: str = "*") -> Any:
    path = f"/catalog/licenses/{license_id}/fields"
    return ask("PUT", path, {"values": values}, as_=as_, if_match=if_match)


def said(ask: Ask, license_id: str, *, as_: str = ANNA) -> dict[str, str | None]:
    answer = ask("GET", f"/catalog/licenses/{license_id}/fields", as_=as_)
    assert answer.status_code == 200, answer.text
    return {field["name"]: field["value"] for field in answer.json()["fields"]}


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """What the calls answer when all are made together."""
    answers: list[Any] = []
    gate = threading.Barrier(len(calls))

    def make(call: Callable[[], Any]) -> None:
        gate.wait()
        answers.append(call())

    threads = [threading.Thread(target=make, args=(call,)) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def a_field(session: Session, account_id: str, name: str, **fields: Any) -> str:
    made: dict[str, Any] = {"kind": "text", "choices": [], "position": 1, "in_list": True, "shared": False}
    row = Field(id=new_id("fld"), account_id=account_id, name=name, created_at=NOW, **{**made, **fields})
    session.add(row)
    session.flush()
    return row.id


def a_value(session: Session, field_id: str, license_id: str, value: str) -> None:
    session.add(
        FieldValue(field_id=field_id, license_id=license_id, value=value, changed_at=NOW, changed_by=ANNA)
    )
    session.flush()


def a_share(session: Session, license_id: str, to: str, level: str, *, of: str = ANNA) -> None:
    a_share_between(session, of, to, license_ids=[license_id], level=level, created_at=NOW)
