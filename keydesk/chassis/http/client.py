"""Calls from room to room: in the caller's own name, or for a person whose identity came along."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import httpx2
from pydantic import BaseModel

from keydesk.chassis.identity import HEADER, LIFETIME_SECONDS, IdentitySigner, key_from_file
from keydesk.chassis.problems import Unavailable
from keydesk.chassis.settings import BadSettings, RoomSettings
from keydesk.chassis.telemetry.context import REQUEST_ID, current_context
from keydesk.chassis.telemetry.logging import get_logger

log = get_logger(__name__)
Answer = TypeVar("Answer", bound=BaseModel)


class PeerRefused(Exception):
    """The other room answered with a problem: ``status`` and ``code`` say which."""

    def __init__(self, status: int, code: str, document: dict[str, Any]) -> None:
        super().__init__(f"{status} {code}")
        self.status = status
        self.code = code
        self.document = document


class RoomClient:
    """A pooled client of one other room. Thread-safe."""

    def __init__(self, base_url: str, peer: str, signer: IdentitySigner, *, timeout: float = 5.0) -> None:
        self._peer = peer
        self._signer = signer
        self._http = httpx2.Client(base_url=base_url, timeout=timeout)
        self._token = ""
        self._token_until = 0.0

    def call(self, method: str, path: str, answer: type[Answer], body: BaseModel | None = None) -> Answer:
        """Call ``path`` in this room's own name.

        Raises `PeerRefused` where the peer answers with a problem, `Unavailable` where it does not answer.
        """
        headers = {HEADER: self._own_token(), **propagated_headers()}
        content = body.model_dump_json() if body is not None else None
        if content is not None:
            headers["content-type"] = "application/json"
        try:
            response = self._http.request(method, path, content=content, headers=headers)
        except httpx2.HTTPError as error:
            log.warning("peer_away", peer=self._peer, error=type(error).__name__)
            raise Unavailable(headers={"Retry-After": "2"}) from None
        if response.status_code >= 500:
            log.warning("peer_failed", peer=self._peer, status=response.status_code)
            raise Unavailable(headers={"Retry-After": "2"})
        if response.status_code >= 400:
            document = response.json()
            raise PeerRefused(response.status_code, str(document.get("code", "")), document)
        return answer.model_validate_json(response.content)

    def close(self) -> None:
        """Close the pooled connections."""
        self._http.close()

    def _own_token(self) -> str:
        now = time.time()
        if now >= self._token_until:
            self._token = self._signer.sign_as_service(self._peer)
            self._token_until = now + LIFETIME_SECONDS / 2
        return self._token


def client_of(peer: str) -> Callable[[RoomSettings], RoomClient]:
    """A resource factory: ``licensing = client_of("licensing")`` once in a module, then `Resources.get`."""

    def make(settings: RoomSettings) -> RoomClient:
        if peer not in settings.peers:
            raise BadSettings(f"KEYDESK_PEERS names no address for {peer}")
        signer = IdentitySigner(settings.room, key_from_file(Path(settings.require("identity_key_file"))))
        return RoomClient(settings.peers[peer], peer, signer)

    return make


def propagated_headers() -> dict[str, str]:
    """The headers by which a call to another room continues this request's trace and id."""
    context = current_context()
    request_id = context.pop("request_id", None)
    return {**context, REQUEST_ID: request_id} if request_id else context
