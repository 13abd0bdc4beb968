"""``/api/v1/openapi.json`` and ``/api/docs``: made on first request of what the running rooms say."""

import asyncio
import hashlib
from importlib.resources import files

import jinja2
import orjson

from keydesk.chassis.problems import MethodNotAllowed, NotFound, Unavailable
from keydesk.gateway.documentation.merge import ROOM_TITLES, Document, merge
from keydesk.gateway.documentation.own import own_document
from keydesk.gateway.documentation.reading import chapters
from keydesk.gateway.exchange import Exchange
from keydesk.gateway.limits.policies import Policies
from keydesk.gateway.routing import GATEWAY, PORTAL, ROOMS
from keydesk.gateway.upstream.rooms import RETRY_AFTER, Upstreams

_ASSETS = files(__package__) / "assets"
_FRESH = b"public, max-age=300"


class Documentation:
    """The documentation of the running house, kept once it was made."""

    def __init__(self, upstreams: Upstreams, policies: Policies) -> None:
        self._upstreams = upstreams
        self._policies = policies
        self._made: dict[bytes, tuple[bytes, str]] = {}
        self._making = asyncio.Lock()

    async def serve(self, exchange: Exchange) -> None:
        """Answer one request for a part of it. Raises `Unavailable` while a room is away."""
        if exchange.head.method not in ("GET", "HEAD"):
            raise MethodNotAllowed(method=exchange.head.method, headers={"Allow": "GET, HEAD"})
        async with self._making:
            if not self._made:
                self._made = rendered(await self._document())
        if exchange.head.path not in self._made:
            raise NotFound
        body, media_type = self._made[exchange.head.path]
        etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'.encode()
        await exchange.answer(200, body, media_type, [(b"cache-control", _FRESH), (b"etag", etag)])

    async def _document(self) -> Document:
        rooms = [room for room in ROOM_TITLES if room in ROOMS and room != PORTAL]
        answers = await asyncio.gather(
            *(self._upstreams.call(room, "GET", "/internal/openapi.json") for room in rooms)
        )
        if any(answer.status != 200 for answer in answers):
            raise Unavailable(headers=RETRY_AFTER)
        told = {room: answer.json() for room, answer in zip(rooms, answers, strict=True)}
        return merge({GATEWAY: own_document(), **told}, self._policies)


def rendered(document: Document) -> dict[bytes, tuple[bytes, str]]:
    """What is served below each path: the document itself, and the page that shows it."""
    environment = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string((_ASSETS / "docs.html").read_text())
    page = template.render(info=document["info"], chapters=chapters(document))
    return {
        b"/api/v1/openapi.json": (orjson.dumps(document), "application/json"),
        b"/api/docs": (page.encode(), "text/html; charset=utf-8"),
        b"/api/docs.css": ((_ASSETS / "docs.css").read_bytes(), "text/css; charset=utf-8"),
    }
