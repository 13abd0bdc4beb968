"""The portal's way to the services: each call in the reader's own name and language.

The portal decides nothing. It passes the identity that it was given on, and shows what comes back.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Annotated, Any

import httpx2
from fastapi import Depends, Request

from keydesk.chassis.http.client import propagated_headers
from keydesk.chassis.identity import HEADER
from keydesk.chassis.problems import Problem, Unavailable, Unexpected
from keydesk.chassis.resources import Resources
from keydesk.chassis.settings import BadSettings, RoomSettings
from keydesk.chassis.telemetry.logging import get_logger
from keydesk.portal.reader import reader_of

log = get_logger(__name__)

TIMEOUT_SECONDS = 15.0
"""Above the few seconds that a service takes to check ten thousand serial numbers."""

Params = Mapping[str, Any]
"""Query parameters; those that are None are left out."""


@dataclass(frozen=True)
class ApiAnswer:
    """What a service answered when all went well."""

    status: int
    content: bytes
    headers: httpx2.Headers
    body: Any
    """The decoded JSON, or None where the answer is something else (a file, nothing)."""


class ApiProblem(Exception):
    """What a service refused, already in the reader's language."""

    def __init__(
        self,
        status: int,
        code: str,
        *,
        title: str,
        detail: str,
        errors: Mapping[str, str],
        headers: httpx2.Headers,
    ) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.title = title
        self.detail = detail
        self.errors = errors
        """What is wrong with each field, by its JSON pointer."""
        self.headers = headers

    @classmethod
    def of(cls, problem: Problem, language: str) -> "ApiProblem":
        """One of the house's own problems, as if a service had answered it."""
        return cls._read(problem.document(language), httpx2.Headers(problem.headers))

    @classmethod
    def of_response(cls, response: httpx2.Response, language: str) -> "ApiProblem":
        """The problem document in ``response``; a defect of ours where there is none."""
        try:
            return cls._read(response.json(), response.headers)
        except (ValueError, KeyError, TypeError, AttributeError):
            return cls.of(
                Unavailable() if response.status_code in (502, 503, 504) else Unexpected(), language
            )

    @classmethod
    def _read(cls, document: dict[str, Any], headers: httpx2.Headers) -> "ApiProblem":
        errors: dict[str, str] = {}
        for error in document.get("errors") or ():
            said = errors.get(error["pointer"])
            errors[error["pointer"]] = f"{said} {error['detail']}" if said else error["detail"]
        return cls(
            document["status"],
            document["code"],
            title=document["title"],
            detail=document["detail"],
            errors=errors,
            headers=headers,
        )


class Rooms:
    """A pooled HTTP client for each room that the portal calls. Thread-safe."""

    def __init__(self, clients: Mapping[str, httpx2.Client]) -> None:
        self._clients = clients

    @classmethod
    def from_settings(cls, settings: RoomSettings) -> "Rooms":
        """Clients of the rooms in ``KEYDESK_PEERS``."""
        return cls({room: client_without_cookies(url) for room, url in settings.peers.items()})

    def client(self, room: str) -> httpx2.Client:
        """The client of ``room``; raises `BadSettings` where it has no address."""
        if room not in self._clients:
            raise BadSettings(f"KEYDESK_PEERS names no address for {room}")
        return self._clients[room]


def client_without_cookies(base_url: str, transport: httpx2.BaseTransport | None = None) -> httpx2.Client:
    """A pooled client that keeps no cookie: many readers share it, and each has a session of their own."""
    return httpx2.Client(
        base_url=base_url,
        transport=transport,
        timeout=TIMEOUT_SECONDS,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        trust_env=False,
    )


class Api:
    """Calls to the services for one reader."""

    def __init__(self, rooms: Rooms, token: str, language: str) -> None:
        self._rooms = rooms
        self._token = token
        self._language = language

    def get(self, room: str, path: str, *, params: Params | None = None) -> ApiAnswer:
        """Read a resource."""
        return self.call("GET", room, path, params=params)

    def post(
        self,
        room: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
    ) -> ApiAnswer:
        """Make or do something, from JSON or from a file's ``content``."""
        return self.call("POST", room, path, json=json, content=content, headers=headers, params=params)

    def put(self, room: str, path: str, *, json: Any = None) -> ApiAnswer:
        """Replace a resource."""
        return self.call("PUT", room, path, json=json)

    def patch(
        self, room: str, path: str, *, json: Any = None, headers: Mapping[str, str] | None = None
    ) -> ApiAnswer:
        """Change parts of a resource."""
        return self.call("PATCH", room, path, json=json, headers=headers)

    def delete(
        self,
        room: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
    ) -> ApiAnswer:
        """Remove or end something."""
        return self.call("DELETE", room, path, headers=headers, params=params)

    def call(
        self,
        method: str,
        room: str,
        path: str,
        *,
        json: Any = None,
        content: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        params: Params | None = None,
    ) -> ApiAnswer:
        """Any request. Raises `ApiProblem` for a refusal, and 503 where the room does not answer."""
        given = {name: value for name, value in (params or {}).items() if value is not None}
        try:
            response = self._rooms.client(room).request(
                method,
                path,
                json=json,
                content=content,
                params=given or None,
                headers={**self._own_headers(), **(headers or {})},
            )
        except httpx2.HTTPError as error:
            log.warning("peer_away", peer=room, error=type(error).__name__)
            raise ApiProblem.of(Unavailable(headers={"Retry-After": "2"}), self._language) from None
        if response.status_code >= 400:
            raise ApiProblem.of_response(response, self._language)
        is_json = response.headers.get("content-type", "").startswith("application/json")
        body = response.json() if is_json and response.content else None
        return ApiAnswer(response.status_code, response.content, response.headers, body)

    def _own_headers(self) -> dict[str, str]:
        return {HEADER: self._token, "accept-language": self._language, **propagated_headers()}


def current_api(request: Request) -> Api:
    """The services, in the name and language of whoever reads the page."""
    resources: Resources = request.app.state.resources
    factory: Callable[[RoomSettings], Rooms] = Rooms.from_settings
    return Api(resources.get(factory), request.headers.get(HEADER, ""), reader_of(request).language)


CurrentApi = Annotated[Api, Depends(current_api)]
"""`current_api`, for a handler's arguments."""
