"""One request at the door and its answer, over ASGI."""

import html
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, TypeAlias

import orjson
from starlette.types import Receive, Send

from keydesk.chassis.http.errors import PROBLEM_MEDIA_TYPE
from keydesk.chassis.i18n import choose_language
from keydesk.chassis.problems import Problem, TooLarge
from keydesk.gateway.headers import Head

Headers: TypeAlias = list[tuple[bytes, bytes]]
BeforeAnswer: TypeAlias = Callable[[int], Awaitable[None]]
"""Called with the answer's status before its head is sent."""


class ClientGone(Exception):
    """The client hung up before its request was complete. Nobody is left to answer."""


class Exchange:
    """A request's head and body, and the one way out for answers, with the headers all of them carry."""

    __slots__ = (
        "_receive",
        "_security",
        "_send",
        "added",
        "before_answer",
        "head",
        "is_page",
        "is_private",
        "reader",
        "started",
    )

    def __init__(
        self, head: Head, receive: Receive, send: Send, security: tuple[tuple[bytes, bytes], ...]
    ) -> None:
        self.head = head
        self.added: Headers = []
        """More headers for whatever the answer will be."""
        self.before_answer: BeforeAnswer | None = None
        self.is_private = False
        """The answer depends on who asks, so no cache may keep it unless its room says so."""
        self.is_page = False
        """The answer is for a person's eyes: problems are pages then."""
        self.reader: str | None = None
        """The language of the reader's account."""
        self.started = False
        """The answer's first part has been sent: there is no way back."""
        self._receive = receive
        self._send = send
        self._security = security

    async def start(self, status: int, headers: Headers) -> None:
        """Send the answer's head."""
        if self.before_answer is not None:
            await self.before_answer(status)
        self.started = True
        if self.is_private and not any(name == b"cache-control" for name, _ in headers):
            headers.append((b"cache-control", b"no-store"))
        headers += self._security
        headers += self.added
        headers.append((b"x-request-id", self.head.request_id.encode("ascii")))
        await self._send({"type": "http.response.start", "status": status, "headers": headers})

    async def send(self, chunk: bytes, *, more: bool) -> None:
        """Send a part of the answer's body, the last one with ``more=False``."""
        await self._send({"type": "http.response.body", "body": chunk, "more_body": more})

    async def answer(
        self, status: int, body: bytes, media_type: str | None, headers: Headers | None = None
    ) -> None:
        """Send a whole answer."""
        sent = list(headers or ())
        if media_type is not None:
            sent.append((b"content-type", media_type.encode("ascii")))
        if status != 204:
            sent.append((b"content-length", str(len(body)).encode("ascii")))
        await self.start(status, sent)
        await self.send(b"" if self.head.method == "HEAD" else body, more=False)

    async def json(self, status: int, value: Any, headers: Headers | None = None) -> None:
        """Send ``value`` as JSON."""
        await self.answer(status, orjson.dumps(value), "application/json", headers)

    async def problem(self, problem: Problem) -> None:
        """Refuse: a problem document (RFC 9457), or a small page where a person looks at it."""
        language = choose_language(self.head.header(b"accept-language"), self.reader or "en")
        document = problem.document(language, f"urn:keydesk:request:{self.head.request_id}")
        headers = [(name.lower().encode(), value.encode()) for name, value in problem.headers.items()]
        headers += [(b"content-language", language.encode()), (b"cache-control", b"no-store")]
        if self.is_page and "text/html" in (self.head.header(b"accept") or ""):
            await self.answer(problem.status, _page(document, language), "text/html; charset=utf-8", headers)
        else:
            await self.answer(problem.status, orjson.dumps(document), PROBLEM_MEDIA_TYPE, headers)

    async def body(self, limit: int) -> AsyncIterator[bytes]:
        """The request's body, part by part.

        Raises `TooLarge` past ``limit`` bytes, and `ClientGone` when the client hangs up.
        """
        if self.head.length is not None and self.head.length > limit:
            raise TooLarge(limit=limit)
        size = 0
        while True:
            message = await self._receive()
            if message["type"] == "http.disconnect":
                raise ClientGone
            chunk = message.get("body", b"")
            size += len(chunk)
            if size > limit:
                raise TooLarge(limit=limit)
            if chunk:
                yield chunk
            if not message.get("more_body", False):
                return

    async def whole_body(self, limit: int) -> bytes:
        """The request's body in one piece; see `body`."""
        return b"".join([chunk async for chunk in self.body(limit)])

    async def client_gone(self) -> None:
        """Wait until the client hangs up (once its body was read)."""
        while (await self._receive())["type"] != "http.disconnect":
            pass


def _page(document: dict[str, object], language: str) -> bytes:
    title, detail = html.escape(str(document["title"])), html.escape(str(document["detail"]))
    return (
        f'<!doctype html><html lang="{language}"><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<h1>{title}</h1><p>{detail}</p><p><small>{html.escape(str(document['instance']))}</small></p></html>"
    ).encode()
