"""What every service's application does alike: access rules, body limits, ids, traces, measures, health."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import APIRouter
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import REGISTRY
from pydantic import SecretStr
from sqlalchemy import select
from starlette.testclient import TestClient

from keydesk.chassis.http import middleware
from keydesk.chassis.http.app import AccessUndeclared, create_app
from keydesk.chassis.messaging.jobs import run
from keydesk.chassis.messaging.tables import outbox
from keydesk.chassis.messaging.work import Job, WorkContext
from keydesk.chassis.settings import RoomSettings
from keydesk.chassis.telemetry.context import current_context
from keydesk.chassis.telemetry.tracing import configure_tracing
from tests.depot import depot_app
from tests.depot_fixtures import DepotClient
from tests.factories.chassis import DELIVER, Deliver
from tests.identities import a_caller

ANNA = a_caller("acc_anna")
TRACE = "0af7651916cd43dd8448eb211c80319c"
TRACEPARENT = f"00-{TRACE}-b7ad6b7169203331-01"


@pytest.fixture
def small_bodies(monkeypatch: pytest.MonkeyPatch) -> None:
    """Bodies of a kilobyte at most."""
    monkeypatch.setattr(middleware, "MAX_BODY_BYTES", 1_000)


def test_a_route_that_does_not_say_who_may_call_it_stops_the_start() -> None:
    open_to_all = APIRouter()

    @open_to_all.get("/secrets")
    def secrets() -> dict[str, str]:
        return {}

    with pytest.raises(AccessUndeclared, match="GET /api/v1/secrets"):
        create_app(RoomSettings(room="depot"), title="depot", routers=[open_to_all])


@pytest.mark.usefixtures("small_bodies")
def test_a_body_that_says_it_is_too_large_is_refused(depot_client: DepotClient) -> None:
    answer = depot_client.post("/api/v1/parcels", ANNA, content=b"x" * 1_001, headers={})
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


@pytest.mark.usefixtures("small_bodies")
def test_a_body_that_does_not_say_how_large_it_is_is_counted(depot_client: DepotClient) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(20):
            yield b" " * 100

    answer = depot_client.post(
        "/api/v1/parcels", ANNA, content=endless(), headers={"content-type": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    assert answer.headers["content-type"] == "application/problem+json"


def test_the_request_and_its_trace_go_on_in_the_outbox_and_in_the_job(
    depot_client: DepotClient, depot: WorkContext
) -> None:
    configure_tracing("depot", None)
    assert isinstance(trace.get_tracer_provider(), TracerProvider)
    told = {"x-request-id": "r-42", "traceparent": TRACEPARENT}
    answer = depot_client.post("/api/v1/parcels", ANNA, json={"number": 1}, headers=told)
    assert answer.headers["x-request-id"] == "r-42"

    with depot.transaction() as session:
        context = session.scalars(select(outbox.c.context)).one()
    assert context["request_id"] == "r-42"
    assert TRACE in context["traceparent"]

    seen: list[dict[str, str]] = []

    def look(_context: WorkContext, _payload: Deliver) -> None:
        seen.append(current_context())

    message = {"id": "1", "subject": "", "attempt": 1, "context": context, "payload": {"number": 1}}
    run(Job(DELIVER, look), depot, message)
    assert seen[0]["request_id"] == "r-42"
    assert TRACE in seen[0]["traceparent"]


def test_a_request_without_an_id_is_given_one_and_a_long_one_is_cut(depot_client: DepotClient) -> None:
    assert len(depot_client.http.get("/livez").headers["x-request-id"]) == 32
    long = depot_client.http.get("/livez", headers={"x-request-id": "x" * 5_000})
    assert len(long.headers["x-request-id"]) == 128


def test_requests_are_measured_by_the_pattern_of_their_route(depot_client: DepotClient) -> None:
    labels = {"room": "depot", "method": "POST", "route": "/parcels", "status": "2xx"}
    name = "keydesk_http_request_seconds_count"
    before = REGISTRY.get_sample_value(name, labels) or 0
    depot_client.post("/api/v1/parcels", ANNA, json={"number": 1}, headers={})
    assert REGISTRY.get_sample_value(name, labels) == before + 1


def test_a_service_is_ready_with_its_database(depot_client: DepotClient) -> None:
    assert depot_client.http.get("/readyz").json() == {"status": "ok", "missing": []}


@pytest.mark.usefixtures("depot_client")  # which writes the keys
def test_a_service_says_that_its_database_is_missing(tmp_path: Path) -> None:
    settings = RoomSettings(
        room="depot",
        database_url=SecretStr("postgresql://postgres@127.0.0.1:9/nowhere"),
        identity_jwks_file=tmp_path / "keys.json",
    )
    with TestClient(depot_app(settings), raise_server_exceptions=False) as without:
        answer = without.get("/readyz")
        assert (answer.status_code, answer.json()["missing"]) == (503, ["database"])
        assert without.get("/livez").status_code == 200
