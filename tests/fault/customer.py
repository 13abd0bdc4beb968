"""A customer's program that does not give up: what is not answered is sent again, with the same key."""

import time
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from httpx2 import Client, HTTPError, Response

PATIENCE_SECONDS = 240
PAUSE_SECONDS = 0.1
TRY_AGAIN = frozenset({502, 503, 504})
"""Nobody knows what was done, or nothing was."""
UNDER_WAY = "idempotency_key_in_use"
"""The request that was cut off has not been given up by the other side."""


@dataclass
class Customer:
    """Registers serial numbers through the public API, come what may."""

    client: Client
    sent_again: int = 0
    """Requests that had to be sent once more."""

    def register(self, serial_numbers: list[str]) -> str:
        """Complete a registration of these serial numbers; its id, once it is accepted."""
        draft = self._send("POST", "/api/v1/registrations", {"serial_numbers": serial_numbers}).json()
        accepted = self._send("POST", f"/api/v1/registrations/{draft['id']}/complete").json()
        assert accepted["status"] in {"processing", "completed"}, accepted
        return str(accepted["id"])

    def get(self, path: str) -> Response:
        """What a GET answers in the end."""
        return self._send("GET", path)

    def _send(self, method: str, path: str, body: Any = None) -> Response:
        headers = {"Idempotency-Key": uuid4().hex} if method == "POST" else {}
        give_up_at = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                answer = self.client.request(method, path, json=body, headers=headers)
            except HTTPError as error:
                failure: object = error
            else:
                if not _says_try_again(answer):
                    assert answer.is_success, f"{method} {path}: {answer.status_code} {answer.text}"
                    return answer
                failure = f"{answer.status_code} {answer.text}"
            assert time.monotonic() < give_up_at, f"{method} {path} was not answered in time: {failure}"
            self.sent_again += 1
            time.sleep(PAUSE_SECONDS)


def _says_try_again(answer: Response) -> bool:
    if answer.status_code in TRY_AGAIN:
        return True
    return answer.status_code == 409 and answer.json()["code"] == UNDER_WAY
