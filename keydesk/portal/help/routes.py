"""The help page; for everybody, logged in or not."""

from fastapi import APIRouter, Request
from starlette.responses import Response

from keydesk.portal.help.questions import GROUPS
from keydesk.portal.rendering import render

router = APIRouter()


@router.get("/help")
def show_help(request: Request) -> Response:
    """Questions and answers."""
    return render(request, "help/help.html", groups=GROUPS)
