"""How many requests wait for support: said beside the desk's name on every page of the staff."""

from typing import Any

from fastapi import Request

from keydesk.portal.api import ApiProblem, current_api
from keydesk.portal.reader import Reader

STAFF = "/staff/"
WAITING = "/api/v1/support/requests/waiting"


def waiting_for(request: Request, reader: Reader) -> int | None:
    """The count that ``reader`` is to see; None on pages of everybody, and for those who decide nothing.

    No page fails for it: where the catalog does not tell, the page says nothing.
    """
    if not request.url.path.startswith(STAFF) or not reader.has_role("support"):
        return None
    try:
        told: Any = current_api(request).get("catalog", WAITING).body
    except ApiProblem:
        return None
    return int(told["waiting"])
