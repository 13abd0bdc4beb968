"""The portal's own cookies: none that a script could read or that another site could send."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.responses import Response

from keydesk.portal.settings import PortalSettings


def set_cookie(
    request: Request, response: Response, name: str, value: str, *, seconds: int, path: str = "/"
) -> None:
    """Keep ``value`` in the browser for ``seconds``; only over https where the portal is reached so."""
    settings: PortalSettings = request.app.state.settings
    response.set_cookie(
        name,
        value,
        max_age=seconds,
        path=path,
        secure=urlsplit(settings.public_url).scheme == "https",
        httponly=True,
        samesite="lax",
    )
