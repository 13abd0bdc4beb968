"""Stylesheet and scripts: served under ``/static`` and kept by browsers for a year.

An address carries the hash of its file (``/static/keydesk.css?v=…``), so a changed file has a new address.
"""

import functools
import hashlib
from os import PathLike, stat_result
from pathlib import Path

from starlette.datastructures import QueryParams
from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

FOLDER = Path(__file__).parent / "static"
PATH = "/static"
FOREVER = "public, max-age=31536000, immutable"


@functools.cache
def _version(name: str) -> str:
    return hashlib.sha256((FOLDER / name).read_bytes()).hexdigest()[:16]


def address_of(name: str) -> str:
    """Where the static file ``name`` is, for as long as it has its present content."""
    return f"{PATH}/{name}?v={_version(name)}"


class Assets(StaticFiles):
    """The static folder; only an address with the right hash may be kept forever."""

    def __init__(self) -> None:
        super().__init__(directory=FOLDER)

    def file_response(
        self, full_path: PathLike[str] | str, stat_result: stat_result, scope: Scope, status_code: int = 200
    ) -> Response:
        """The file, with how long it may be kept."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        asked = QueryParams(scope["query_string"]).get("v")
        kept = asked == _version(str(Path(full_path).relative_to(FOLDER.resolve())))
        response.headers["cache-control"] = FOREVER if kept else "no-cache"
        return response
