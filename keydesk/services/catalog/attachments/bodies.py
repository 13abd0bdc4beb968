"""Reads the body that a file on a request is sent as, and writes the answer that gives it back."""

from typing import Any
from urllib.parse import quote

from fastapi import Request, Response

from keydesk.chassis.problems import TooLarge
from keydesk.services.catalog.attachments.kinds import KINDS, MOST_BYTES
from keydesk.services.catalog.models.attachments import Attachment

_BINARY = {"schema": {"type": "string", "format": "binary"}}
_MEDIA_TYPES = sorted({kind.media_type for kind in KINDS.values()})

DOCUMENTED: dict[str, Any] = {
    "requestBody": {"required": True, "content": dict.fromkeys(_MEDIA_TYPES, _BINARY)}
}
"""What FastAPI cannot tell by itself, for the OpenAPI document."""

FILE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The file", "content": dict.fromkeys(_MEDIA_TYPES, _BINARY)}
}


async def file_content(request: Request) -> bytes:
    """The file in the body, whatever its content type says. Raises `TooLarge` as soon as that is known."""
    said = request.headers.get("content-length", "")
    if said.isdecimal() and int(said) > MOST_BYTES:
        raise TooLarge(limit=MOST_BYTES)
    content = await request.body()
    if len(content) > MOST_BYTES:
        raise TooLarge(limit=MOST_BYTES)
    return content


def as_download(attachment: Attachment, content: bytes) -> Response:
    """A file to save: no browser shows it, or takes it for anything else than it is."""
    name = attachment.file_name
    plain = name.encode("ascii", "replace").decode().replace("?", "_")
    disposition = f'attachment; filename="{plain}"'
    if plain != name:
        disposition += f"; filename*=UTF-8''{quote(name, safe='')}"
    return Response(
        content,
        media_type=attachment.media_type,
        headers={
            "Content-Disposition": disposition,
            "Content-Security-Policy": "default-src 'none'; sandbox",
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )
