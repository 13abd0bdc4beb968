"""Live progress reaches the one account that it is about, for as long as its session lasts."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from keydesk.gateway.consumers import PROGRESS
from keydesk.services.licensing.contract import (
    ImportProgressed,
    RegistrationCompleted,
    RegistrationProgressed,
)
from tests.factories.gateway import House, Person, a_house, wait_until
from tests.identities import KeyRing

OWN = {"sec-fetch-site": "same-origin"}


@pytest.fixture(scope="module")
def house(ring: KeyRing) -> Iterator[House]:
    with a_house(ring, event_streams_per_account=2, heartbeat=0.2) as running:
        yield running


class Listener:
    """An open event stream, read in a thread."""

    def __init__(self, response: httpx2.Response) -> None:
        self.lines: list[str] = []
        self.ended = False
        self._response = response
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def events(self) -> list[tuple[str, dict[str, Any]]]:
        """The events that have arrived."""
        pairs = zip(self.lines, self.lines[1:], strict=False)
        return [
            (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
            for name, data in pairs
            if name.startswith("event: ")
        ]

    def join(self) -> None:
        """Wait until the reading has ended."""
        self._thread.join()

    def _read(self) -> None:
        try:
            for line in self._response.iter_lines():
                self.lines.append(line)
        except httpx2.HTTPError:
            pass
        self.ended = True


@contextmanager
def listening(client: httpx2.Client) -> Iterator[Listener]:
    """An open stream of the client's events."""
    with client.stream("GET", "/api/v1/events") as response:
        assert response.status_code == 200, response.read()
        assert response.headers["content-type"].startswith("text/event-stream")
        listener = Listener(response)
        wait_until(lambda: listener.lines)
        yield listener
        if not listener.ended:
            client.delete("/api/v1/sessions/current", headers=OWN)
        listener.join()


def progressed(person: Person, done: int, registration: str = "reg_1") -> RegistrationProgressed:
    return RegistrationProgressed(
        registration_id=registration, account_id=person.account_id, done=done, total=10
    )


@pytest.mark.feature("G11")
def test_progress_arrives_in_the_order_in_which_it_happened(house: House) -> None:
    person = house.rooms.add(Person())
    completed = RegistrationCompleted(
        registration_id="reg_1", account_id=person.account_id, total=10, completed_at=datetime.now(UTC)
    )
    with house.client() as client:
        house.log_in(client, person)
        with listening(client) as listener:
            house.tell(PROGRESS, progressed(person, 5))
            wait_until(lambda: len(listener.events()) == 1)
            house.tell(PROGRESS, completed)
            wait_until(lambda: len(listener.events()) == 2)

    assert listener.events() == [
        ("registration.progressed", {"registration_id": "reg_1", "done": 5, "total": 10}),
        ("registration.completed", {"registration_id": "reg_1", "total": 10}),
    ]


def test_nobody_hears_of_anothers_progress(house: House) -> None:
    maria, other = house.rooms.add(Person()), house.rooms.add(Person())
    with house.client() as client:
        house.log_in(client, maria)
        with listening(client) as listener:
            house.tell(PROGRESS, progressed(other, 1), progressed(maria, 2))
            wait_until(listener.events)

    assert [data["done"] for _, data in listener.events()] == [2]


def test_a_token_hears_only_what_its_scopes_cover(house: House) -> None:
    person = house.rooms.add(Person())
    token = house.rooms.add_token(person, "imports:read")
    imported = ImportProgressed(
        import_id="imp_1", account_id=person.account_id, status="processing", done=1, total=2
    )
    headers = {"authorization": f"Bearer {token}"}
    with house.client(headers=headers) as client, client.stream("GET", "/api/v1/events") as response:
        lines = response.iter_lines()
        assert next(lines).startswith("retry:")
        house.tell(PROGRESS, progressed(person, 1), imported)
        event = next(line for line in lines if line.startswith("event:"))

    assert event == "event: import.progressed"


def test_logging_out_ends_the_stream_at_once(house: House) -> None:
    person = house.rooms.add(Person())
    with house.client() as client:
        house.log_in(client, person)
        with listening(client) as listener:
            client.delete("/api/v1/sessions/current", headers=OWN)
            wait_until(lambda: listener.ended, seconds=1.0)


def test_a_quiet_stream_is_kept_open_by_heartbeats(house: House) -> None:
    person = house.rooms.add(Person())
    with house.client() as client:
        house.log_in(client, person)
        with listening(client) as listener:
            wait_until(lambda: listener.lines.count(": ") >= 2)


def test_an_account_can_hold_only_so_many_streams_open(house: House) -> None:
    person = house.rooms.add(Person())
    with house.client() as client:
        house.log_in(client, person)
        with listening(client), listening(client):
            answer = client.get("/api/v1/events")

    assert (answer.status_code, answer.json()["code"]) == (429, "too_many_streams")


def test_a_stream_that_its_client_has_left_makes_room_for_another(house: House) -> None:
    person = house.rooms.add(Person())
    with house.client() as client:
        house.log_in(client, person)
        for _ in range(5):
            with client.stream("GET", "/api/v1/events") as response:
                opened = response.status_code
            wait_until(lambda: client.get("/livez").status_code == 200)

    assert opened == 200


def test_whoever_is_not_logged_in_or_lacks_every_scope_hears_nothing(house: House) -> None:
    person = house.rooms.add(Person())
    token = house.rooms.add_token(person, "account:read")
    with house.client() as client:
        anonymous = client.get("/api/v1/events")
        scopeless = client.get("/api/v1/events", headers={"authorization": f"Bearer {token}"})

    assert anonymous.status_code == 401
    assert (scopeless.status_code, scopeless.json()["code"]) == (403, "scope_missing")


def test_a_gateway_that_stops_does_not_wait_for_open_streams(ring: KeyRing) -> None:
    with a_house(ring) as house, house.client() as client:
        house.log_in(client, house.rooms.add(Person()))
        with client.stream("GET", "/api/v1/events") as response:
            listener = Listener(response)
            wait_until(lambda: listener.lines)
    listener.join()

    assert listener.ended
