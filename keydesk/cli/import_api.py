"""The public API as ``keydesk import`` uses it: logs in, sends a file, follows it, reads its report."""

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any, Self
from urllib.parse import quote

import httpx2

API = "/api/v1"
BRIEFLY_AWAY = frozenset({409, 429, 502, 503, 504})
"""Answers after which the same request is worth another try."""
PATIENCE_SECONDS = 60
UPLOAD_TIMEOUT_SECONDS = 120


class Refused(Exception):
    """The portal answered with a problem document (RFC 9457)."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(document.get("detail") or document.get("title") or f"The portal answered {status}.")
        self.errors: list[dict[str, str]] = document.get("errors") or []


class Away(Exception):
    """The portal does not answer."""


class ImportApi:
    """A client of one portal, with an API token or logged in as somebody."""

    def __init__(self, url: str, *, token: str | None = None) -> None:
        self._url = url.rstrip("/")
        headers = {"accept-language": "en", "origin": self._url}
        if token is not None:
            headers["authorization"] = f"Bearer {token}"
        self._http = httpx2.Client(base_url=self._url, headers=headers, timeout=UPLOAD_TIMEOUT_SECONDS)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    @contextmanager
    def session(self, login_id: str, password: str) -> Iterator[None]:
        """Be logged in as ``login_id``, and log out after. Raises `Refused`, `Away`."""
        self._call("POST", "/sessions", json={"login_id": login_id, "password": password})
        try:
            yield
        finally:
            with suppress(Refused, Away):
                self._call("DELETE", "/sessions/current")

    def send(self, kind: str, file_name: str, content: bytes, *, dry_run: bool) -> dict[str, Any]:
        """The import that the file became. Sent again until it is answered, it is taken once."""
        return self._patiently(
            "POST",
            "/imports",
            params={"kind": kind, "dry_run": str(dry_run).lower()},
            content=content,
            headers={
                "content-type": "text/csv",
                "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name)}",
                "idempotency-key": uuid.uuid4().hex,
            },
        )

    def show(self, import_id: str) -> dict[str, Any]:
        """The import as it is now."""
        return self._patiently("GET", f"/imports/{import_id}")

    def failed_lines(self, import_id: str) -> Iterator[dict[str, Any]]:
        """Every line that failed, in order."""
        cursor: str | None = ""
        while cursor is not None:
            params = {"state": "failed", "limit": "500"} | ({"cursor": cursor} if cursor else {})
            page = self._patiently("GET", f"/imports/{import_id}/lines", params=params)
            yield from page["items"]
            cursor = page["next_cursor"]

    def _patiently(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """The answer, waited for while the portal is briefly away."""
        until = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                return self._call(method, path, **options)
            except (Away, _TryAgain) as reason:
                if time.monotonic() > until:
                    raise Away(str(reason)) from None
                time.sleep(1)

    def _call(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        try:
            response = self._http.request(method, API + path, **options)
        except httpx2.HTTPError as error:
            raise Away(f"{self._url} does not answer ({type(error).__name__}).") from None
        document = _document_of(response)
        if response.status_code in BRIEFLY_AWAY:
            raise _TryAgain(response.status_code, document)
        if response.status_code >= 400:
            raise Refused(response.status_code, document)
        return document


class _TryAgain(Refused):
    """A refusal that passes."""


def _document_of(response: httpx2.Response) -> dict[str, Any]:
    try:
        document = response.json() if response.content else {}
    except ValueError:
        document = {}
    return document if isinstance(document, dict) else {}
