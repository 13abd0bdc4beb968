"""Reads the body that an import is sent as: a CSV file, with its name beside it."""

import re
from email.message import Message
from typing import Any

from fastapi import Request

from keydesk.chassis.problems import UnsupportedMediaType

CSV = "text/csv"
MAX_FILE_NAME = 200

_ACCEPTED = frozenset({CSV, "text/plain", "application/csv", "application/vnd.ms-excel"})
"""What browsers call a file that ends in .csv, which depends on what is installed."""
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff\u2028\u2029]")

DOCUMENTED: dict[str, Any] = {
    "requestBody": {"required": True, "content": {CSV: {"schema": {"type": "string"}}}},
    "parameters": [
        {
            "name": "content-disposition",
            "in": "header",
            "required": False,
            "schema": {"type": "string", "maxLength": 500},
            "description": "The name of the file: attachment; filename=orders.csv",
        }
    ],
}
"""What FastAPI cannot tell by itself, for the OpenAPI document."""


async def csv_content(request: Request) -> bytes:
    """The file in the body, at most what the chassis takes (32 MiB). Raises `UnsupportedMediaType`."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in _ACCEPTED:
        raise UnsupportedMediaType(accepted=CSV)
    return await request.body()


def file_name(request: Request) -> str:
    """The name in ``Content-Disposition`` (RFC 6266), without folders; empty where none is said."""
    message = Message()
    said = _UNPRINTABLE.sub("", request.headers.get("content-disposition", "")[:500])
    message["content-disposition"] = said
    name = message.get_filename("") or ""
    return _UNPRINTABLE.sub("", name.replace("\\", "/").rpartition("/")[2])[:MAX_FILE_NAME]
