"""Stand-ins for the services behind the portal: they answer as the API does, and keep what was asked."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx2

from keydesk.portal.api import Rooms, client_without_cookies
from keydesk.rooms import ROOM_NAMES

Answering = Callable[[httpx2.Request], httpx2.Response]


@dataclass(frozen=True)
class Asked:
    """One call that the portal made."""

    room: str
    method: str
    path: str
    request: httpx2.Request

    @property
    def json(self) -> Any:
        """The body, decoded."""
        return json.loads(self.request.content)


class FakeServices:
    """Every room that the portal calls. A call that no answer was given for is a failure of the test.

    >>> services.answers("accounts", "GET", "/api/v1/me", an_account())
    """

    def __init__(self) -> None:
        self.asked: list[Asked] = []
        self._answers: list[tuple[str, str, re.Pattern[str], Answering]] = []
        self.unexpected: list[str] = []

    def rooms(self) -> Rooms:
        """What stands in for the portal's pooled clients."""
        return Rooms(
            {
                name: client_without_cookies(
                    f"http://{name}.test", httpx2.MockTransport(self._answering(name))
                )
                for name in ROOM_NAMES
            }
        )

    def answers(
        self,
        room: str,
        method: str,
        path: str,
        body: Any = None,
        *,
        status: int = 200,
        headers: list[tuple[str, str]] | None = None,
    ) -> None:
        """From now on, answer like this; ``*`` in the path stands for anything. The latest wins."""
        content = b"" if body is None else json.dumps(body).encode()
        kind = "application/problem+json" if status >= 400 else "application/json"

        def answer(_: httpx2.Request) -> httpx2.Response:
            given = [*(headers or []), *([("content-type", kind)] if content else [])]
            return httpx2.Response(status, content=content, headers=given)

        self.answers_by(room, method, path, answer)

    def refuses(
        self,
        room: str,
        method: str,
        path: str,
        status: int,
        code: str,
        *,
        errors: Mapping[str, str] | None = None,
        detail: str = "What to do next.",
        headers: list[tuple[str, str]] | None = None,
    ) -> None:
        """From now on, answer with this problem; ``errors`` by JSON pointer."""
        document: dict[str, Any] = {
            "type": f"urn:keydesk:problem:{code}",
            "title": "Not like this",
            "status": status,
            "code": code,
            "detail": detail,
        }
        if errors:
            document["errors"] = [
                {"pointer": pointer, "code": "wrong", "detail": text} for pointer, text in errors.items()
            ]
        self.answers(room, method, path, document, status=status, headers=headers)

    def answers_by(self, room: str, method: str, path: str, answer: Answering) -> None:
        """From now on, answer by calling ``answer``."""
        pattern = re.compile(re.escape(path).replace(r"\*", ".*"))
        self._answers.insert(0, (room, method, pattern, answer))

    def is_away(self, room: str) -> None:
        """From now on, ``room`` does not answer at all."""

        def refuse(request: httpx2.Request) -> httpx2.Response:
            raise httpx2.ConnectError("connection refused", request=request)

        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            self.answers_by(room, method, "*", refuse)

    def calls(self, room: str, method: str, path: str) -> list[Asked]:
        """The calls that were made to one address."""
        return [each for each in self.asked if (each.room, each.method, each.path) == (room, method, path)]

    def only_call(self, room: str, method: str, path: str) -> Asked:
        """The one call that was made to an address."""
        (only,) = self.calls(room, method, path)
        return only

    def _answering(self, room: str) -> Answering:
        def answer(request: httpx2.Request) -> httpx2.Response:
            self.asked.append(Asked(room, request.method, request.url.path, request))
            for of_room, method, pattern, answering in self._answers:
                if (of_room, method) == (room, request.method) and pattern.fullmatch(request.url.path):
                    return answering(request)
            self.unexpected.append(f"{request.method} {room} {request.url.path}")
            return httpx2.Response(500)

        return answer
