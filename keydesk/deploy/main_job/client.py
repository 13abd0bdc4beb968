"""The two doors that the main job knocks at: the portal's public API, and the mailbox."""

import json
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Self, TypeVar
from uuid import uuid4

import httpx2

WAIT_SECONDS = 60
LOOK_EVERY = 0.2

Found = TypeVar("Found")


class StepFailed(Exception):
    """Something did not come back as it should have."""


class PublicApi:
    """The portal's API, as a browser's client: it keeps cookies and says where it comes from."""

    def __init__(self, url: str) -> None:
        self._http = httpx2.Client(base_url=url, timeout=30, headers={"Origin": url, "Accept-Language": "en"})

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self._http.close()

    def call(self, method: str, path: str, expected: int, body: object = None) -> httpx2.Response:
        """The answer, when it has the expected status; raises `StepFailed` with what came instead."""
        headers = {"Idempotency-Key": str(uuid4())} if method == "POST" else {}
        answer = self._http.request(method, path, json=body, headers=headers)
        if answer.status_code != expected:
            raise StepFailed(
                f"{method} {path}: {answer.status_code} in place of {expected}: {answer.text[:500]}"
            )
        return answer

    def get(self, path: str) -> Any:
        """What a GET answers, read as JSON."""
        return self.call("GET", path, 200).json()

    @contextmanager
    def events(self) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
        """The stream of events, open when the block begins: each one's name and data."""
        with self._http.stream("GET", "/api/v1/events") as answer:
            if answer.status_code != httpx2.codes.OK:
                raise StepFailed(f"GET /api/v1/events: {answer.status_code}")
            yield _events_in(answer.iter_lines())


def _events_in(lines: Iterator[str]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events (WHATWG HTML, 9.2), as far as the gateway uses them."""
    name, data = "message", ""
    deadline = time.monotonic() + WAIT_SECONDS
    for line in lines:
        if time.monotonic() > deadline:
            raise StepFailed(f"the stream of events told nothing new for {WAIT_SECONDS} s")
        field, _, value = line.partition(": ")
        if field == "event":
            name = value
        elif field == "data":
            data += value
        elif not line and data:
            yield name, json.loads(data)
            name, data = "message", ""


class Mailbox:
    """The mail that was sent to one address."""

    def __init__(self, url: str, address: str) -> None:
        self._url = url
        self._address = address

    def wait_for(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The newest message that is wanted, as soon as there is one. Raises `StepFailed` after a minute."""

        def find() -> dict[str, Any] | None:
            answer = httpx2.get(f"{self._url}/messages", params={"to": self._address})
            return next((message for message in answer.json()["items"] if wanted(message)), None)

        return wait_until(find, f"mail to {self._address}")


def wait_until(find: Callable[[], Found | None], what: str) -> Found:
    """What ``find`` finds, as soon as it does. Raises `StepFailed` naming ``what`` after a minute."""
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        found = find()
        if found is not None:
            return found
        time.sleep(LOOK_EVERY)
    raise StepFailed(f"{what}: none within {WAIT_SECONDS} s")
